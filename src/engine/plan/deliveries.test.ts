import { expect, test } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import type { DeliveryReason } from '../../model/plan.ts';
import type { ActualCredential, ActualObject } from '../../model/state.ts';
import { planDeliveries } from './deliveries.ts';
import type { DeliveryView } from './deliveries.ts';

const DESIRED = state([], [client('orders')]);
const DELIVERED = { place: 'store/orders', path: 'orders', at: 7, facts: 'digest' };
const AS_DELIVERED: ActualCredential = { clientId: 'orders', createdAt: 7, delivered: DELIVERED };
const VIEW: DeliveryView = {
  locate: (path) => `store/${path}`,
  existing: new Set(['orders']),
  differing: new Set(),
  unmarked: new Set(),
  keepsPreviousInside: false,
};

function reasonFor(
  credential: Partial<ActualCredential>,
  view: Partial<DeliveryView> = {},
  desired = DESIRED,
): string | undefined {
  const object: ActualObject = {
    address: 'Client/orders',
    id: 'id',
    owner: '',
    foreign: [],
    fields: {},
    credential: { ...AS_DELIVERED, ...credential },
  };
  const documents = new Map([['orders', { facts: {}, digest: 'digest' }]]);
  const [planned] = planDeliveries(desired, { objects: [object], impossible: [], listedClients: 1 }, documents, {
    ...VIEW,
    ...view,
  });
  return planned?.reason;
}

test('a document that is there and right is not delivered again', () => {
  expect(reasonFor({})).toBeUndefined();
});

test.each<[string, DeliveryReason, Partial<ActualCredential>, Partial<DeliveryView>]>([
  ['whose secret anybody can guess', 'guessable', { guessable: true }, {}],
  ['whose previous secret anybody can guess', 'previous-guessable', { previousGuessable: true }, {}],
  ['that was never delivered', 'never-delivered', { delivered: undefined }, {}],
  ['whose document lies at another place', 'moved', { delivered: { ...DELIVERED, place: 'store/old' } }, {}],
  ['whose document is gone', 'missing', {}, { existing: new Set() }],
  ['whose secret was made after the delivery', 'secret-changed', { createdAt: 8 }, {}],
  ['whose document says something else', 'facts-changed', { delivered: { ...DELIVERED, facts: 'other' } }, {}],
  ['whose document holds another secret', 'differs', {}, { differing: new Set(['orders']) }],
  ['whose document lost its mark', 'unmarked', {}, { unmarked: new Set(['orders']) }],
])('the credential of a client %s is delivered: %s', (_, reason, credential, view) => {
  expect(reasonFor(credential, view)).toBe(reason);
});

test.each<[string, Partial<ActualCredential>]>([
  ['', {}],
  [' and can be guessed', { guessable: true }],
])('a credential that its owner keeps%s is not delivered', (_, credential) => {
  const kept = client(
    'orders',
    {},
    { credential: { path: 'orders', rotate: { every: 100, overlap: 10 }, deliver: false } },
  );
  expect(reasonFor({ delivered: undefined, ...credential }, {}, state([], [kept]))).toBeUndefined();
  expect(reasonFor({ createdAt: 8 }, {}, state([], [kept]))).toBe('secret-changed');
});
