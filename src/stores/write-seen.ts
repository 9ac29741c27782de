import { GrantryError } from '../model/errors.ts';
import type { DocumentUpdate, Store } from './store.ts';

/**
 * Writes a document, and looks whether it is there: what stands between grantry and a store may say 'done' of a write that
 * never arrived, and the next step would make the secret in it the only one. Returns the new version.
 */
export async function writeSeen(
  store: Pick<Store, 'inspect' | 'write' | 'locate'>,
  path: string,
  document: DocumentUpdate,
  expected: number,
): Promise<number> {
  const version = await store.write(path, document, expected);
  const seen = await store.inspect(path);
  // A newer one is somebody else's, who saw this one.
  const isThere = seen !== undefined && (seen.version > version || (seen.version === version && seen.readable));
  if (isThere) return version;
  throw new GrantryError(
    'FAILED',
    `the store said that version ${version} of ${store.locate(path)} was written, and it is not there`,
    {
      hint: 'Something between grantry and the store must be answering for it: a proxy, or a cache. Look at the place, then run it again.',
    },
  );
}
