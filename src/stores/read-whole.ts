import { GrantryError } from '../model/errors.ts';
import type { Store, StoredDocument } from './store.ts';

/** The document; undefined also for one that is there but is none, such as one without a secret: it is written again. */
export async function readWhole(store: Pick<Store, 'read'>, path: string): Promise<StoredDocument | undefined> {
  return store.read(path).catch((error: unknown) => {
    if (error instanceof GrantryError && error.code === 'FAILED') return undefined;
    throw error;
  });
}
