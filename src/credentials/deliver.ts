import { randomBytes } from 'node:crypto';
import { GrantryError } from '../model/errors.ts';
import type { PlannedDelivery } from '../model/plan.ts';
import { Secret } from '../model/secret.ts';
import type { Delivery } from '../model/state.ts';
import { factsDigest } from '../plan/document-facts.ts';
import type { IssuedCredential } from '../providers/provider.ts';
import { readWhole } from '../stores/read-whole.ts';
import type { DocumentUpdate, Store, StoredDocument, StoreEntry, StoreMark } from '../stores/store.ts';

/** 48 random bytes: 64 characters that need no escaping anywhere. */
export function makeSecret(): Secret {
  return new Secret(randomBytes(48).toString('base64url'));
}

/**
 * The mark that this delivery leaves with the client at the provider. Where that does not tell when the secret was made,
 * `since` says so, in Unix seconds.
 */
export function deliveryMark(delivery: PlannedDelivery, createdAt: number | undefined, since: number): Delivery {
  const { place, path, facts } = delivery;
  const mark = { at: createdAt ?? null, place, path, facts: factsDigest(delivery, facts) };
  return createdAt === undefined ? { ...mark, since } : mark;
}

/** Who the document is for. */
export interface DeliveryOwner {
  readonly stack: string;
  readonly owner: string;
}

/**
 * Writes a credential to its place: first the mark, then the document, each only over what was seen there.
 * Returns the version that the store gave it.
 */
export async function deliver(
  store: Store,
  delivery: PlannedDelivery,
  issued: Pick<IssuedCredential, 'clientId' | 'secret' | 'createdAt'> & { readonly next?: Secret },
  { stack, owner }: DeliveryOwner,
): Promise<number> {
  const mark: StoreMark = { stack, client: delivery.client, owner, state: 'active' };
  const madeAt = issued.createdAt ?? delivery.since;
  const document: DocumentUpdate = {
    clientId: issued.clientId,
    clientSecret: issued.secret,
    next: issued.next ?? null,
    facts: {
      ...delivery.facts,
      ...(madeAt === undefined ? {} : { rotated_at: new Date(madeAt * 1000).toISOString() }),
      // Somebody changed the secret, and no version of the document holds the previous one.
      ...(delivery.reason === 'secret-changed' || delivery.reason === 'guessable'
        ? { previous_version: null, overlap_until: null }
        : {}),
    },
  };
  // Also where the listing showed nothing: it may have missed what lies there.
  const entry = await store.inspect(delivery.path);
  refuseForeign(delivery, entry, stack);
  const isOwn = entry?.mark?.stack === stack && entry.mark.client === delivery.client;
  const notes = isOwn && entry.mark?.notes !== undefined ? { notes: entry.mark.notes } : {};
  await store.mark(delivery.path, { ...mark, ...notes });
  return store.write(delivery.path, document, entry?.version ?? 0);
}

/** The plan looked at the place, but that was then: nothing of somebody else is ever written over. */
function refuseForeign(
  { place, client, adopt, renews }: PlannedDelivery,
  entry: StoreEntry | undefined,
  stack: string,
): void {
  if (entry === undefined || (entry.mark === undefined && entry.version === 0)) return;
  const { mark } = entry;
  if (mark === undefined && adopt === true) return;
  if (mark?.stack === stack && (mark.client === client || mark.state === 'retired' || renews === true)) return;
  const whose = mark === undefined ? 'that grantry did not write' : `of the client ${mark.client}, stack ${mark.stack}`;
  throw new GrantryError('CONFLICT', `${place} holds a document ${whose}`, {
    hint: 'Set another spec.secret.path, or remove what lies there if nobody needs it.',
  });
}

/** The document at the place of this delivery, where it is in use for this very client. */
export async function readInUse(
  store: Store,
  { path, client }: PlannedDelivery,
  stack: string,
): Promise<StoredDocument | undefined> {
  const entry = await store.inspect(path);
  return entry !== undefined && isInUse(entry, { client }, stack) ? readWhole(store, path) : undefined;
}

/** Whether a document lies there that consumers of this client may read. */
export function isInUse(
  { mark, readable }: StoreEntry,
  { client }: Pick<PlannedDelivery, 'client'>,
  stack: string,
): boolean {
  return readable && mark?.stack === stack && mark.client === client && mark.state === 'active';
}

/** Whose document is meant: a place may hold that of another client by now. */
export interface DocumentOwner {
  readonly stack: string;
  /** metadata.name. */
  readonly client: string;
}

/** Marks a document as no longer in use; it stays readable. A place with nothing in it stays empty. */
export async function retire(store: Store, path: string, { stack, client }: DocumentOwner): Promise<void> {
  const entry = await store.inspect(path);
  if (entry?.mark?.stack !== stack || entry.mark.client !== client || entry.mark.state === 'retired') return;
  await store.mark(path, { ...entry.mark, state: 'retired' });
}

/** Destroys a document that the stack retired, with all its versions; one of anybody else stays. */
export async function purgeRetired(store: Store, path: string, { stack, client }: DocumentOwner): Promise<void> {
  const entry = await store.inspect(path);
  if (entry?.mark?.stack === stack && entry.mark.client === client && entry.mark.state === 'retired')
    await store.purge(path);
}
