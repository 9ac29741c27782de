import pLimit from 'p-limit';
import { isInUse, obstacleTo, occupantOf, ownMark } from '../places/whose-document.ts';
import { addressOf } from '../../model/address.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import { mayTakeDocument } from '../plan/adoption.ts';
import type { Adoption } from '../plan/adoption.ts';
import type { ForeignPlace } from '../plan/build-plan.ts';
import { isFirstVisit } from '../plan/deliveries.ts';
import { factsInNotes } from './document-facts.ts';
import type { Store, StoreEntry, StoreMark } from '../../stores/store.ts';

const LOOKS_IN_FLIGHT = 8;

/** What the looks go by. */
export interface PlaceView {
  readonly stack: string;
  readonly adoption: Adoption;
  /** A client that is created may be given the secret that lies at its place. */
  readonly keepsSecrets: boolean;
}

/** The stores that places lie in. */
export interface LookPorts {
  readonly store: Pick<Store, 'existing' | 'inspect'>;
  readonly formerStore?: Pick<Store, 'inspect'>;
}

/** The deliveries of a plan as what lies at their places allows them, and what is in their way. */
export interface SeenPlaces {
  readonly deliveries: PlannedDelivery[];
  readonly foreign: ForeignPlace[];
}

/**
 * Looks at every place that the plan would write to, and at those that it would leave: one request for each change. Of new
 * places a listing shows first at which anything lies. No document is read.
 */
export async function lookAtPlaces(
  planned: readonly PlannedDelivery[],
  view: PlaceView,
  { store, formerStore }: LookPorts,
): Promise<SeenPlaces> {
  if (planned.length === 0) return { deliveries: [], foreign: [] };
  const visits = planned.filter(isFirstVisit).map(({ path }) => path);
  const occupied = visits.length === 0 ? new Set() : await store.existing(visits, { includeDeleted: true });
  const limit = pLimit(LOOKS_IN_FLIGHT);
  const seen = await Promise.all(
    planned.map((delivery) =>
      limit(async () => {
        const isEmpty = isFirstVisit(delivery) && !occupied.has(delivery.path);
        const entry = isEmpty ? undefined : await store.inspect(delivery.path);
        const before = delivery.leftPlace === undefined ? store : formerStore;
        const left = delivery.movedFrom === undefined ? undefined : await before?.inspect(delivery.movedFrom);
        const moving = leavesPlace(delivery, left, view);
        return seePlace({ ...moving, pathIsEmpty: isEmpty }, entry, view);
      }),
    ),
  );
  return {
    deliveries: seen.map(({ delivery }) => delivery),
    foreign: seen.flatMap(({ foreign }) => foreign),
  };
}

/** Only what is the client's own document still is marked as retired; the new one is compared with what it said. */
function leavesPlace(
  { movedFrom, leftPlace, ...delivery }: PlannedDelivery,
  left: StoreEntry | undefined,
  { stack }: PlaceView,
): PlannedDelivery {
  if (movedFrom === undefined) return delivery;
  const occupant = occupantOf(left, { stack, client: delivery.former?.client ?? delivery.client });
  // Whether a document without a mark is the client's own, apply finds out, by its credential.
  const leaving = { movedFrom, ...(leftPlace === undefined ? {} : { leftPlace }) };
  if (occupant.kind === 'unmarked') return { ...delivery, ...leaving };
  if (occupant.kind !== 'client') return delivery;
  const { mark } = occupant;
  return { ...delivery, ...factsNotedIn(mark), ...(mark.state === 'retired' ? {} : leaving) };
}

function factsNotedIn(mark: StoreMark): Pick<PlannedDelivery, 'factsBefore'> {
  const facts = factsInNotes(mark);
  return Object.keys(facts).length === 0 ? {} : { factsBefore: facts };
}

function seePlace(
  delivery: PlannedDelivery,
  entry: StoreEntry | undefined,
  { stack, adoption, keepsSecrets }: PlaceView,
): { readonly delivery: PlannedDelivery; readonly foreign: ForeignPlace[] } {
  const { client, alreadyDelivered } = delivery;
  const address = addressOf('Client', client);
  const occupant = occupantOf(entry, { stack, client });
  const isUnmarked = occupant.kind === 'unmarked';
  if (isUnmarked && mayTakeDocument(address, adoption)) return { delivery: { ...delivery, adopt: true }, foreign: [] };
  if (isUnmarked && alreadyDelivered === true) return { delivery: { ...delivery, lostMark: true }, foreign: [] };
  const obstacle = obstacleTo(delivery, occupant);
  if (obstacle !== undefined) return { delivery, foreign: [{ address, unmarked: isUnmarked, ...obstacle }] };
  const mark = ownMark(occupant, delivery);
  if (mark === undefined) return { delivery, foreign: [] };
  const isKept = keepsSecrets && delivery.reason === 'new' && entry !== undefined && isInUse(entry, { stack, client });
  const reason = isKept ? 'in-use' : delivery.reason;
  return { delivery: { ...factsNotedIn(mark), ...delivery, reason }, foreign: [] };
}
