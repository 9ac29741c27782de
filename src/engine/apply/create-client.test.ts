import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import type { Plan } from '../../model/plan.ts';

const DECLARED = state([api('stock', ['stock:read'])], [client('orders', { stock: ['stock:read'] })]);

/** The plan, as it would be of clients whose credentials nobody keeps. */
function withoutDeliveries(plan: Plan): Plan {
  const changes = plan.changes.map((change) => {
    if (change.op !== 'create') return change;
    const { delivery: _nothing, ...rest } = change;
    return rest;
  });
  return { ...plan, changes };
}

describe('createClient, where nothing is to be delivered', () => {
  it.each([{ chosenSecret: true }, { chosenSecret: false }])(
    'makes the client, and leaves the store alone: %o',
    async (capabilities) => {
      const bench = new MemoryBench(capabilities);
      const plan = withoutDeliveries(await bench.plan(DECLARED));
      const before = bench.store.requests;
      const { results } = await bench.carryOut(plan);
      expect(results.map(({ address, outcome }) => `${address} ${outcome}`)).toEqual([
        'Api/stock done',
        'Client/orders done',
      ]);
      expect(results.some((result) => 'storeVersion' in result)).toBe(false);
      expect(bench.store.requests).toBe(before);
      const [made] = bench.provider.objects.filter(({ kind }) => kind === 'Client');
      expect([made?.fields['clientId'], made?.delivered]).toEqual(['orders', undefined]);
    },
  );

  it('is not done where the client is not read back as it was wanted', async () => {
    const bench = new MemoryBench();
    const plan = withoutDeliveries(await bench.plan(DECLARED));
    const createClient = bench.provider.createClient.bind(bench.provider);
    bench.provider.createClient = async (given) => {
      const created = await createClient(given);
      return { ...created, found: { ...created.found, description: 'Another' } };
    };
    const { results } = await bench.carryOut(plan);
    expect(results.at(-1)).toMatchObject({ address: 'Client/orders', outcome: 'failed' });
  });

  it('makes no second client of the same client_id', async () => {
    const bench = new MemoryBench();
    const plan = withoutDeliveries(await bench.plan(DECLARED));
    bench.provider.plant('Client', { name: 'orders', clientId: 'orders' });
    const { results } = await bench.carryOut(plan);
    expect(results.at(-1)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('is there') });
    expect(bench.provider.objects.filter(({ kind }) => kind === 'Client')).toHaveLength(1);
  });
});

it('createClient: a document in use that does not say when its secret was made keeps it, as one that is new', async () => {
  const bench = new MemoryBench();
  await bench.apply(DECLARED);
  const [made] = bench.provider.objects.splice(1, 1);
  const stored = await bench.store.read('orders');
  if (stored === undefined) throw new Error('there is no document');
  const { document, version } = stored;
  await bench.store.write('orders', { ...document, facts: { ...document.facts, rotated_at: 'soon' } }, version);
  const { results } = await bench.apply(DECLARED);
  expect(results).toMatchObject([{ address: 'Client/orders', outcome: 'done' }]);
  const again = bench.provider.objects.find(({ kind }) => kind === 'Client');
  expect(again?.secret).toBe(made?.secret);
  expect(again?.createdAt).toBeGreaterThan(made?.createdAt ?? 0);
});
