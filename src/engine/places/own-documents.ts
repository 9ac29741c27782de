import type { ReadHeld } from '../../credentials/method.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import type { Store } from '../../stores/store.ts';
import { readWhole } from './stored-credential.ts';
import type { StoredCredential } from './stored-credential.ts';
import { occupantOf, ownMark } from './whose-document.ts';
import type { DocumentOwner } from './whose-document.ts';

/** The places at which documents of one client may lie, and what proves that they are the client's. */
export interface OwnPlaces {
  readonly stack: string;
  readonly delivery: PlannedDelivery;
  readonly store: Pick<Store, 'inspect' | 'read'>;
  /** The store of the place that is left. */
  readonly storeLeft: () => Pick<Store, 'inspect' | 'read'>;
  /** Every client_id that the client has, had or is about to get. */
  readonly clientIds: () => Promise<ReadonlySet<string>>;
}

/**
 * What the store holds of a client. At the new place of one that moves there may lie what nobody uses any more, even the document of
 * another client: so the place that is left comes first, and nothing counts that is not this client's.
 */
export function heldOf(places: OwnPlaces): ReadHeld {
  const here = (): Promise<StoredCredential | undefined> => ownAt(places);
  const left = (): Promise<StoredCredential | undefined> => ownLeft(places);
  const [first, second] = places.delivery.alreadyDelivered === true ? [here, left] : [left, here];
  return async () => (await first()) ?? second();
}

async function ownAt(places: OwnPlaces): Promise<StoredCredential | undefined> {
  const { stack, delivery, store } = places;
  const { path, client, alreadyDelivered, adopt } = delivery;
  const occupant = occupantOf(await store.inspect(path), { stack, client });
  const isTaken = occupant.kind === 'unmarked' && (alreadyDelivered === true || adopt === true);
  return isTaken || ownMark(occupant, delivery) !== undefined ? withItsId(path, store, places) : undefined;
}

/** One that lost its mark was found to hold the client's credential before anything was written. */
async function ownLeft(places: OwnPlaces): Promise<StoredCredential | undefined> {
  const { movedFrom: path, client, former = { client } } = places.delivery;
  if (path === undefined) return undefined;
  const store = places.storeLeft();
  const owner: DocumentOwner = { stack: places.stack, client: former.client };
  const { kind } = occupantOf(await store.inspect(path), owner);
  return kind === 'client' || kind === 'unmarked' ? withItsId(path, store, places) : undefined;
}

/** Marks can be copied with a client, or be of one that has the name by now: so the client_id must be the client's too. */
async function withItsId(
  path: string,
  store: Pick<Store, 'read'>,
  { clientIds }: OwnPlaces,
): Promise<StoredCredential | undefined> {
  const stored = await readWhole(store, path);
  return stored !== undefined && (await clientIds()).has(stored.clientId) ? stored : undefined;
}
