import type { HeldCredential } from '../../credentials/method.ts';
import { isWithoutAge, toPayload } from '../../credentials/registry.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import type { Delivery } from '../../model/state.ts';
import type { DocumentUpdate, Store, StoreMark } from '../../stores/store.ts';
import { refuseForeign, refuseVanishing } from '../places/check-place.ts';
import { occupantOf, ownMark } from '../places/whose-document.ts';
import { factsDigest, notesOfFacts, wholeFacts } from '../survey/document-facts.ts';

/**
 * The mark that this delivery leaves with the client at the provider. Where that does not say when the credential was made,
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

/** What a document is to hold beside the facts of its delivery. */
export interface DeliveredCredential {
  readonly clientId: string;
  /** Undefined: there is nothing to keep. */
  readonly held: HeldCredential | undefined;
  /** Unix seconds; undefined where the provider does not say. */
  readonly createdAt: number | undefined;
  /** Until when the previous one is accepted too, in Unix seconds. */
  readonly previousUntil?: number | undefined;
}

/**
 * Writes a document to its place: first the mark, then the document, each only over what was seen there.
 * Returns the version that the store gave it.
 */
export async function deliver(
  store: Store,
  delivery: PlannedDelivery,
  credential: DeliveredCredential,
  { stack, owner }: DeliveryOwner,
): Promise<number> {
  const { path, place, client, facts } = delivery;
  // Also where the listing showed nothing: it may have missed what lies there.
  const entry = await store.inspect(path);
  await refuseVanishing(place, entry, store);
  refuseForeign(delivery, entry, stack);
  const occupant = occupantOf(entry, { stack, client });
  const noted = occupant.kind === 'client' ? occupant.mark.notes : {};
  const isOthers =
    occupant.kind !== 'nobody' && ownMark(occupant, delivery) === undefined && delivery.lostMark !== true;
  const mark: StoreMark = { stack, client, owner, state: 'active', notes: { ...noted, ...notesOfFacts(facts) } };
  await store.mark(path, mark, { pathIsEmpty: entry === undefined });
  return store.write(path, documentOf(delivery, credential, isOthers), entry?.version ?? 0);
}

/**
 * Where the document written before holds no credential of this client that is accepted: that one was taken away, or what
 * lies there may be another client's. A run that died behind the mark has made that look like this client's own.
 */
const WITHOUT_PREVIOUS: ReadonlySet<PlannedDelivery['reason']> = new Set([
  'new',
  'in-use',
  'moved',
  'secret-changed',
  'guessable',
  'previous-guessable',
  'method-changed',
  'workload-changed',
  'overlap-ended',
]);

function documentOf(
  { facts, since, reason }: PlannedDelivery,
  { clientId, held, createdAt, previousUntil }: DeliveredCredential,
  isOthers: boolean,
): DocumentUpdate {
  const hasNoAge = held !== undefined && isWithoutAge(held.present);
  const madeAt = hasNoAge ? undefined : (createdAt ?? since);
  const hasNoPrevious = isOthers || WITHOUT_PREVIOUS.has(reason);
  return {
    clientId,
    payload: held === undefined ? {} : toPayload(hasNoPrevious ? { ...held, previous: null } : held),
    facts: {
      ...(Object.keys(facts).length === 0 ? {} : wholeFacts(facts)),
      ...(madeAt === undefined ? {} : { rotated_at: new Date(madeAt * 1000).toISOString() }),
      ...(hasNoAge ? { rotated_at: null } : {}),
      // Nothing that lies in the store holds a previous one that is accepted.
      ...(hasNoPrevious ? { previous_version: null, overlap_until: null } : {}),
      // What lay elsewhere said so, and is not merged with this one.
      ...(reason === 'moved' && previousUntil !== undefined
        ? { overlap_until: new Date(previousUntil * 1000).toISOString() }
        : {}),
    },
  };
}
