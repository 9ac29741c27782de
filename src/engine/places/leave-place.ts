import { GrantryError } from '../../model/errors.ts';
import type { Store } from '../../stores/store.ts';
import { isHeldBy } from './credential-holder.ts';
import type { CredentialHolder } from './credential-holder.ts';
import { readWhole } from './stored-credential.ts';
import { occupantOf } from './whose-document.ts';
import type { DocumentOwner } from './whose-document.ts';

/** A client's document at a place that it leaves, and what proves that it is the client's. */
export interface LeftDocument extends DocumentOwner {
  readonly owner: string;
  readonly clientId: string;
  /** What the client logs in with, as the provider has it now. */
  readonly holder: CredentialHolder;
}

/**
 * Whether the document that lies there may be retired as this client's. Marks can be copied with a client: so its client_id
 * must be the client's too; and where the mark is lost, its credential. Throws where it is not; nothing there is no error.
 */
export async function checkLeft(
  store: Pick<Store, 'inspect' | 'read' | 'locate'>,
  path: string,
  left: LeftDocument,
): Promise<void> {
  const { client, clientId, holder } = left;
  const entry = await store.inspect(path);
  if (entry === undefined || !entry.readable) return;
  const stored = await readWhole(store, path);
  const { kind } = occupantOf(entry, left);
  if (kind === 'client' && (stored === undefined || stored.clientId === clientId)) return;
  if (kind === 'unmarked' && stored?.clientId === clientId && (await isHeldBy(holder, stored))) return;
  throw new GrantryError(
    'CONFLICT',
    `${store.locate(path)} was to be marked as retired, and what lies there is not the document of ${client} any more`,
    { hint: 'See whose it is. If nobody needs it, remove it with its metadata, and run it again.' },
  );
}

/** Marks a document that was checked as no longer in use. One that lost its mark gets one. */
export async function leave(store: Store, path: string, { stack, client, owner }: LeftDocument): Promise<void> {
  if (await retire(store, path, { stack, client })) return;
  const entry = await store.inspect(path);
  if (entry?.mark !== undefined)
    throw new GrantryError('CONFLICT', `${store.locate(path)} was marked by somebody else meanwhile`);
  await store.mark(path, { stack, client, owner, state: 'retired' });
}

/** Marks a document as no longer in use; it stays readable. False where what lies there is not that client's: nothing is done. */
export async function retire(store: Store, path: string, owner: DocumentOwner): Promise<boolean> {
  const occupant = occupantOf(await store.inspect(path), owner);
  if (occupant.kind === 'nobody') return true;
  if (occupant.kind !== 'client') return false;
  const { mark } = occupant;
  if (mark.state !== 'retired') await store.mark(path, { ...mark, state: 'retired' });
  return true;
}

/** Destroys a document that the stack retired, with all its versions; one of anybody else stays. */
export async function purgeRetired(store: Store, path: string, owner: DocumentOwner): Promise<void> {
  const occupant = occupantOf(await store.inspect(path), owner);
  if (occupant.kind === 'client' && occupant.mark.state === 'retired') await store.purge(path);
}
