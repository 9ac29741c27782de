import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { surveyRotations } from '../rotation/survey-rotations.ts';
import { surveyTarget } from './survey-target.ts';

const APIS = [api('stock', ['stock:read'])];
const CLIENT = client(
  'orders',
  { stock: ['stock:read'] },
  { credential: { path: 'team/orders', rotate: { every: 100, overlap: 0 } } },
);
const DECLARED = state(APIS, [CLIENT]);
const BESIDE_DEV = { ...DECLARED, target: { ...DECLARED.target, otherPlaces: ['dev'] } };

/** Somebody wrote into the mark of the client that its credential lies where those of another Target do. */
async function withForgedMark(path: string): Promise<MemoryBench> {
  const bench = new MemoryBench();
  // The same stack's client of the same name, in the other Target.
  await bench.apply(state(APIS, [{ ...CLIENT, credential: { ...CLIENT.credential, path } }]));
  bench.provider.objects.splice(0);
  await bench.apply(DECLARED);
  const orders = bench.provider.objects.find(({ kind }) => kind === 'Client');
  if (orders?.delivered === undefined) throw new Error('nothing was delivered');
  orders.delivered = { ...orders.delivered, path, place: bench.store.locate(path) };
  return bench;
}

describe('a mark that names the place of another Target', () => {
  it('retires nothing there, neither when the client goes nor when it is delivered again', async () => {
    for (const desired of [{ ...BESIDE_DEV, clients: [] }, BESIDE_DEV]) {
      const bench = await withForgedMark('dev/orders');
      const { results } = await bench.apply(desired);
      expect(results.map(({ outcome }) => outcome)).toEqual(['done']);
      expect((await bench.store.inspect('dev/orders'))?.mark?.state).toBe('active');
    }
  });

  it('retires the place before where no other Target is', async () => {
    const bench = await withForgedMark('before/orders');
    await bench.apply(BESIDE_DEV);
    expect((await bench.store.inspect('before/orders'))?.mark?.state).toBe('retired');
  });

  it('is reported, by plan and by status', async () => {
    const bench = await withForgedMark('dev/orders');
    const { actual } = await surveyTarget(BESIDE_DEV, bench);
    expect(actual.notices).toEqual([expect.stringContaining('Client/orders: its mark says')]);
    const survey = await surveyRotations(BESIDE_DEV, bench);
    expect(survey.actual.objects.find(({ address }) => address === 'Client/orders')).toMatchObject({
      credential: { delivered: undefined },
      unreadable: [expect.stringContaining('another Target')],
    });
  });
});
