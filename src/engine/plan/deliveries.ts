import { isHeldByWorkload, methodFor, needsOther } from '../../credentials/registry.ts';
import { addressOf } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { DeliveryReason, PlannedDelivery } from '../../model/plan.ts';
import { PENDING } from '../../model/rotation.ts';
import { isJsonList } from '../../model/values/json.ts';
import { objectsByAddress } from '../../model/state.ts';
import type { ActualObject, ActualState, Delivery } from '../../model/state.ts';
import { documentOf } from '../survey/document-facts.ts';
import type { WantedDocument } from '../survey/document-facts.ts';
import { isKeptByOwner } from './undelivered.ts';

/** What the documents of clients are held against. */
export interface DeliveryView {
  locate(path: string): string;
  /** The same of the store before; undefined: there is none to be left. */
  locateFormer?(path: string): string;
  /** Paths at which a document lies. */
  readonly existing: ReadonlySet<string>;
  /** Clients whose document was compared with the provider and found to differ (`--check-store`). */
  readonly differing: ReadonlySet<string>;
  /** Clients whose document was looked at and found without the mark that says whose it is. */
  readonly unmarked: ReadonlySet<string>;
  /** A document holds the credential before, where an overlap keeps both. */
  readonly keepsPreviousInside: boolean;
}

/**
 * The documents that credentials must be written to; none where the right one is there. Known from the listing of the
 * store, the age of the secret and grantry's own mark: no secret is looked at.
 */
export function planDeliveries(
  { clients }: Pick<DesiredState, 'clients'>,
  actual: ActualState,
  documents: ReadonlyMap<string, WantedDocument>,
  store: DeliveryView,
): PlannedDelivery[] {
  const actualOf = objectsByAddress(actual);
  const planned: PlannedDelivery[] = [];
  for (const client of clients) {
    const present = actualOf.get(addressOf('Client', client.name));
    const delivery = planDelivery(client, present, documentOf(documents, client.name), store);
    if (delivery !== undefined) planned.push(delivery);
  }
  return planned;
}

/** Whether it goes to a place where this client's document has not been, as far as the provider shows. */
export function isFirstVisit({ alreadyDelivered, pathIsEmpty }: PlannedDelivery): boolean {
  return alreadyDelivered !== true || pathIsEmpty;
}

function planDelivery(
  client: DesiredClient,
  actual: ActualObject | undefined,
  { facts, digest }: WantedDocument,
  store: DeliveryView,
): PlannedDelivery | undefined {
  const { path } = client.credential;
  const place = store.locate(path);
  const reason = deliveryReason(client, actual, { place, digest }, store);
  if (reason === undefined) return undefined;
  const delivered = actual?.credential?.delivered;
  const isMove = delivered !== undefined && delivered.place !== place;
  // As its mark at the provider says: a manifest that was renamed keeps the client.
  const marked = actual?.fields['name'];
  const formerName = typeof marked === 'string' ? marked : client.name;
  const formerId = actual?.credential?.clientId ?? client.clientId;
  const movedHere = isMove && store.locate(delivered.path) === delivered.place;
  // Two servers of one kind may name their places alike: then a document that is not here yet, or not for good, moves.
  const mayLeave = isMove ? !movedHere : reason === 'missing' || delivered?.facts === PENDING;
  const leavesStore = mayLeave && delivered !== undefined && isFormerPlace(delivered, store);
  return {
    client: client.name,
    clientId: client.clientId,
    path,
    place,
    facts,
    reason,
    pathIsEmpty: !store.existing.has(path),
    ...(delivered?.since === undefined ? {} : { since: delivered.since }),
    ...(delivered?.place === place ? { alreadyDelivered: true as const } : {}),
    ...(movedHere || leavesStore
      ? { movedFrom: delivered.path, former: { client: formerName, clientId: formerId } }
      : {}),
    ...(leavesStore ? { leftPlace: delivered.place } : {}),
    ...(methodFor(client.auth).rotation?.overlapEndedBy === 'grantry'
      ? { overlap: client.credential.rotate.overlap }
      : {}),
  };
}

function deliveryReason(
  client: DesiredClient,
  actual: ActualObject | undefined,
  wanted: { readonly place: string; readonly digest: string },
  { existing, differing, unmarked, keepsPreviousInside }: DeliveryView,
): DeliveryReason | undefined {
  if (actual === undefined) return 'new';
  if (isKeptByOwner(client, actual)) return undefined;
  if (needsOther(actual.fields, client.auth))
    return isHeldByWorkload(client.auth) ? 'workload-changed' : 'method-changed';
  const { delivered, createdAt, guessable = false, previousGuessable = false } = actual.credential ?? {};
  if (guessable) return 'guessable';
  if (delivered === undefined) return 'never-delivered';
  if (delivered.place !== wanted.place) return 'moved';
  if (!existing.has(client.credential.path)) return 'missing';
  if (actual.credential !== undefined && methodFor(client.auth).isGone(actual.credential)) return 'key-gone';
  if (delivered.at !== (createdAt ?? null)) return 'secret-changed';
  if (previousGuessable) return 'previous-guessable';
  if (delivered.facts !== wanted.digest) return 'facts-changed';
  if (keepsPreviousInside && hasEnded(actual)) return 'overlap-ended';
  if (differing.has(client.name)) return 'differs';
  return unmarked.has(client.name) ? 'unmarked' : undefined;
}

/** A mark that names no place that is known here is none of the store before. */
function isFormerPlace({ path, place }: Delivery, store: DeliveryView): boolean {
  return store.locateFormer !== undefined && store.locateFormer(path) === place;
}

/** Keys past their overlap in a client's fields, of any provider that has some. */
function hasEnded({ fields: { endedKeys } }: ActualObject): boolean {
  return isJsonList(endedKeys) && endedKeys.length > 0;
}
