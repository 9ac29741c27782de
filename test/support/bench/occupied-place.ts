import type { PlannedDelivery } from '../../../src/model/plan.ts';
import type { Payload, Store, StoreMark } from '../../../src/stores/store.ts';
import { secretPayload } from '../stored-secrets.ts';

/** Whose place `orders` is in these tests. */
export const OURS = { stack: 'acme', client: 'orders' };

export const ACTIVE: StoreMark = { ...OURS, owner: 'team-a', state: 'active' };

/** What makes the mark that of somebody else. */
export const OTHERS: readonly (readonly [string, Partial<StoreMark>])[] = [
  ['another client', { client: 'audit' }],
  ['another stack', { stack: 'theirs' }],
];

export const DOCUMENT = { clientId: 'orders', payload: secretPayload('theirs'), facts: {} };

/** A delivery to that place. */
export const DELIVERY: PlannedDelivery = {
  client: 'orders',
  clientId: 'orders',
  path: 'orders',
  place: 'memory/orders',
  facts: {},
  reason: 'moved',
  pathIsEmpty: false,
};

/** Puts a document there, with a mark or without one. */
export async function putDocument(
  store: Store,
  mark: StoreMark | undefined,
  payload: Payload = DOCUMENT.payload,
): Promise<void> {
  if (mark !== undefined) await store.mark('orders', mark);
  await store.write('orders', { ...DOCUMENT, payload }, 0);
}
