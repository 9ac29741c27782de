import { randomBytes } from 'node:crypto';
import { GrantryError } from '../../model/errors.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import { Secret } from '../../model/secret.ts';
import type { Delivery } from '../../model/state.ts';
import { factsDigest, notesOfFacts } from '../survey/document-facts.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import { readWhole } from '../../stores/read-whole.ts';
import type { DocumentUpdate, Store, StoredDocument, StoreEntry, StoreMark } from '../../stores/store.ts';
import { writeSeen } from '../../stores/write-seen.ts';

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

/** Where the document written before holds no secret that is accepted. */
const WITHOUT_PREVIOUS: ReadonlySet<PlannedDelivery['reason']> = new Set([
  'secret-changed',
  'guessable',
  'previous-guessable',
]);

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
      ...(WITHOUT_PREVIOUS.has(delivery.reason) ? { previous_version: null, overlap_until: null } : {}),
    },
  };
  // Also where the listing showed nothing: it may have missed what lies there.
  const entry = await store.inspect(delivery.path);
  await refuseVanishing(delivery.place, entry, store);
  refuseForeign(delivery, entry, stack);
  const isOwn = entry?.mark?.stack === stack && entry.mark.client === delivery.client;
  const notes = { ...(isOwn ? entry.mark?.notes : {}), ...notesOfFacts(delivery.facts) };
  await store.mark(delivery.path, { ...mark, notes }, { pathIsEmpty: entry === undefined });
  return writeSeen(store, delivery.path, document, entry?.version ?? 0);
}

/** The plan looked at the place, but that was then: nothing of somebody else is ever written over. */
function refuseForeign(
  { place, client, adopt, alreadyDelivered }: PlannedDelivery,
  entry: StoreEntry | undefined,
  stack: string,
): void {
  if (entry === undefined || (entry.mark === undefined && entry.version === 0)) return;
  const { mark } = entry;
  if (mark === undefined && adopt === true) return;
  if (mark?.stack === stack && (mark.client === client || mark.state === 'retired' || alreadyDelivered === true)) return;
  const whose = mark === undefined ? 'that grantry did not write' : `of the client ${mark.client}, stack ${mark.stack}`;
  throw new GrantryError('CONFLICT', `${place} holds a document ${whose}`, {
    hint: 'Set another spec.credential.path, or remove what lies there if nobody needs it.',
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

/**
 * To be asked before anything is changed at the provider: whether the credential can be delivered once it is. Gives the
 * delivery as it may be carried out then. A document that lost its mark is the client's own where it holds the client's
 * present credential, and the client's mark at the provider names this place.
 */
export async function checkPlace(
  delivery: PlannedDelivery,
  stack: string,
  store: Pick<Store, 'inspect' | 'limits' | 'read'>,
  present: () => Promise<Pick<IssuedCredential, 'clientId' | 'secret'>>,
): Promise<PlannedDelivery> {
  const { path, place, client, adopt, alreadyDelivered } = delivery;
  const entry = await store.inspect(path);
  await refuseVanishing(place, entry, store);
  const lostMark = entry !== undefined && entry.mark === undefined && entry.version > 0;
  if (lostMark && alreadyDelivered === true && adopt !== true) {
    if (!entry.readable || holdsCredential(await readWhole(store, path), await present()))
      return { ...delivery, adopt: true };
    throw new GrantryError(
      'CONFLICT',
      `${place} has lost grantry's mark, and does not hold the credential that ${client} has now`,
      {
        hint: `See whose it is. To write over it: grantry apply --adopt Client/${client}`,
      },
    );
  }
  refuseForeign(delivery, entry, stack);
  return delivery;
}

/** What grantry keeps must not be deleted by the store: told before anything is changed, as no write can overrule it. */
export async function refuseVanishing(
  place: string,
  entry: StoreEntry | undefined,
  store: Pick<Store, 'limits'>,
): Promise<void> {
  const vanishing = entry?.limits?.vanishing ?? (await store.limits()).vanishing;
  if (vanishing === undefined) return;
  throw new GrantryError('FAILED', `the store would delete what is written to ${place}, ${vanishing.after} after it`, {
    hint: vanishing.hint,
  });
}

/** Whether a document is that of a client whose mark at the provider names its place. */
export function holdsCredential(
  stored: StoredDocument | undefined,
  { clientId, secret }: Pick<IssuedCredential, 'clientId' | 'secret'>,
): boolean {
  if (stored === undefined || stored.document.clientId !== clientId) return false;
  const { clientSecret, next } = stored.document;
  return clientSecret.equals(secret) || next?.equals(secret) === true;
}

/** Whose document is meant: a place may hold that of another client by now. */
export interface DocumentOwner {
  readonly stack: string;
  /** metadata.name. */
  readonly client: string;
}

/** Marks a document as no longer in use; it stays readable. False where what lies there is not that client's: nothing is done. */
export async function retire(store: Store, path: string, { stack, client }: DocumentOwner): Promise<boolean> {
  const entry = await store.inspect(path);
  if (entry === undefined || (entry.mark === undefined && entry.version === 0)) return true;
  if (entry.mark?.stack !== stack || entry.mark.client !== client) return false;
  if (entry.mark.state !== 'retired') await store.mark(path, { ...entry.mark, state: 'retired' });
  return true;
}

/** A client's document at a place that it leaves, and what proves that it is the client's. */
export interface LeftDocument extends DocumentOwner {
  readonly owner: string;
  readonly clientId: string;
  /** The credential that the provider has now. */
  readonly present: () => Promise<Pick<IssuedCredential, 'clientId' | 'secret'>>;
}

/**
 * Whether the document that lies there may be retired as this client's. Marks can be copied with a client: so its client_id
 * must be the client's too; and where the mark is lost, its secret. Throws where it is not; nothing there is no error.
 */
export async function checkLeft(
  store: Pick<Store, 'inspect' | 'read' | 'locate'>,
  path: string,
  { stack, client, clientId, present }: LeftDocument,
): Promise<void> {
  const entry = await store.inspect(path);
  if (entry === undefined || !entry.readable) return;
  const stored = await readWhole(store, path);
  const { mark } = entry;
  const isMarked = mark?.stack === stack && mark.client === client;
  if (isMarked && (stored === undefined || stored.document.clientId === clientId)) return;
  if (mark === undefined && stored?.document.clientId === clientId) {
    const { secret } = await present();
    if (holdsCredential(stored, { clientId, secret })) return;
  }
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

/** Destroys a document that the stack retired, with all its versions; one of anybody else stays. */
export async function purgeRetired(store: Store, path: string, { stack, client }: DocumentOwner): Promise<void> {
  const entry = await store.inspect(path);
  if (entry?.mark?.stack === stack && entry.mark.client === client && entry.mark.state === 'retired')
    await store.purge(path);
}
