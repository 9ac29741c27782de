import { addressOf } from '../model/address.ts';
import type { Address } from '../model/address.ts';
import type { DesiredClient, DesiredState } from '../model/desired.ts';
import type { DeliveryReason, PlannedDelivery } from '../model/plan.ts';
import { objectsByAddress } from '../model/state.ts';
import type { ActualObject, ActualState } from '../model/state.ts';
import { documentOf } from './document-facts.ts';
import type { WantedDocument } from './document-facts.ts';

/** What a plan needs to know of the store: names of places, and which of them hold something. */
export interface StoreView {
  describe(): string;
  locate(path: string): string;
  /** Paths at which a document lies. */
  readonly existing: ReadonlySet<string>;
  /** Of the paths that a plan would be the first to write to, those at which something was, even if it is deleted. */
  readonly occupied: ReadonlySet<string>;
  /** Clients whose document was compared with the provider and found to differ (`--check-store`). */
  readonly differing: ReadonlySet<string>;
}

/**
 * The documents that credentials must be written to, by the client's address; none where the right one is there.
 * Told from the listing of the store, the age of the secret and grantry's own mark: no secret is looked at.
 */
export function planDeliveries(
  { clients }: DesiredState,
  actual: ActualState,
  documents: ReadonlyMap<string, WantedDocument>,
  store: StoreView,
): Map<Address, PlannedDelivery> {
  const actualOf = objectsByAddress(actual);
  const planned = new Map<Address, PlannedDelivery>();
  for (const client of clients) {
    const address = addressOf('Client', client.name);
    const delivery = planDelivery(client, actualOf.get(address), documentOf(documents, client.name), store);
    if (delivery !== undefined) planned.set(address, delivery);
  }
  return planned;
}

/** A place that a client's credential is to be written to for the first time, as far as the provider can tell. */
export type FirstVisit = Pick<PlannedDelivery, 'client' | 'path' | 'place'>;

/** Those of the deliveries that go to a place where this client's document has not been; needs no facts. */
export function findFirstVisits(
  { clients }: DesiredState,
  actual: ActualState,
  store: Pick<StoreView, 'locate' | 'existing'>,
): FirstVisit[] {
  const actualOf = objectsByAddress(actual);
  return clients.flatMap(({ name, secret: { path } }) => {
    const place = store.locate(path);
    const reason = visitReason(path, place, actualOf.get(addressOf('Client', name)), store);
    return reason === undefined ? [] : [{ client: name, path, place }];
  });
}

function planDelivery(
  client: DesiredClient,
  actual: ActualObject | undefined,
  { facts, digest }: WantedDocument,
  store: StoreView,
): PlannedDelivery | undefined {
  const { path } = client.secret;
  const place = store.locate(path);
  const reason = deliveryReason(client, actual, { place, digest }, store);
  if (reason === undefined) return undefined;
  const delivered = actual?.credential?.delivered;
  const movedHere = reason === 'moved' && delivered !== undefined && store.locate(delivered.path) === delivered.place;
  return {
    client: client.name,
    clientId: client.clientId,
    path,
    place,
    facts,
    reason,
    fresh: !store.existing.has(path) && !store.occupied.has(path),
    ...(delivered?.since === undefined ? {} : { since: delivered.since }),
    ...(delivered?.place === place ? { renews: true as const } : {}),
    ...(movedHere ? { movedFrom: delivered.path } : {}),
  };
}

function deliveryReason(
  client: DesiredClient,
  actual: ActualObject | undefined,
  wanted: { readonly place: string; readonly digest: string },
  store: StoreView,
): DeliveryReason | undefined {
  const visit = visitReason(client.secret.path, wanted.place, actual, store);
  if (visit !== undefined) return visit;
  const { delivered, createdAt } = actual?.credential ?? {};
  if (delivered?.at !== (createdAt ?? null)) return 'secret-changed';
  if (delivered.facts !== wanted.digest) return 'facts-changed';
  return store.differing.has(client.name) ? 'differs' : undefined;
}

function visitReason(
  path: string,
  place: string,
  actual: ActualObject | undefined,
  store: Pick<StoreView, 'existing'>,
): DeliveryReason | undefined {
  if (actual === undefined) return 'new';
  const { delivered } = actual.credential ?? {};
  if (delivered === undefined) return 'never-delivered';
  if (delivered.place !== place) return 'moved';
  return store.existing.has(path) ? undefined : 'missing';
}
