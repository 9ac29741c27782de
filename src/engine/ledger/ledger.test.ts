import { describe, expect, it } from 'vitest';
import { deleteClient, planOf } from '../../../test/support/bench/plans.ts';
import { client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { addressOf } from '../../model/address.ts';
import type { ChangeResult } from '../../model/report.ts';
import { surveyTarget } from '../survey/survey-target.ts';
import { noteApply, noteClients, readKnownClients, readLastApply } from './ledger.ts';

const DESIRED = state([], [client('one'), client('two')]);
const PLAN = planOf([deleteClient('three')], { stack: 'acme' });

const result = (op: ChangeResult['op'], rest: Partial<ChangeResult> = {}): ChangeResult => ({
  address: addressOf('Client', 'three'),
  op,
  outcome: 'done',
  duration: 0,
  ...rest,
});

/** What is noted after these results, where the stack has two clients and another stack one that is wanted. */
async function notedAfter(results: readonly ChangeResult[], only?: 'a part', before?: number) {
  const bench = new MemoryBench();
  await bench.apply(DESIRED);
  bench.provider.plant('Client', { clientId: 'three', name: 'three', stack: 'theirs' });
  const desired = { ...DESIRED, clients: [...DESIRED.clients, client('three')] };
  const input = await surveyTarget(desired, bench);
  expect(input.actual.objects).toHaveLength(3);
  const { value, version } = await bench.store.readRecord('ledger/acme');
  if (before !== undefined) await bench.store.writeRecord('ledger/acme', { ...value, clients: before }, version);
  const survey = only === undefined ? input : { ...input, only: new Set([addressOf('Client', 'three')]) };
  await noteClients(bench.store, PLAN, { results }, survey);
  return readKnownClients(bench.store, 'acme');
}

describe('noteClients', () => {
  it.each([
    ['create', 3],
    ['adopt', 3],
    ['delete', 1],
  ] as const)("counts the stack's own clients after a %s", async (op, count) => {
    expect(await notedAfter([result(op)])).toBe(count);
  });

  it.each([
    ['an update', result('update')],
    ['what failed', result('delete', { outcome: 'failed' })],
    ['an Api', result('delete', { address: addressOf('Api', 'stock') })],
  ])('notes nothing of %s', async (_, each) => {
    expect(await notedAfter([each])).toBeUndefined();
  });

  it('goes on from what was noted where only a part was read', async () => {
    expect(await notedAfter([result('create')], 'a part', 7)).toBe(8);
    expect(await notedAfter([result('create')], undefined, 7)).toBe(3);
  });
});

describe('noteApply', () => {
  it('notes the apply once, beside what else is noted', async () => {
    const { store } = new MemoryBench();
    expect(await readLastApply(store, 'acme')).toBeNull();
    await store.writeRecord('ledger/acme', { clients: 7 }, 0);
    await noteApply(store, 'acme', 'one');
    const { writes } = store;
    await noteApply(store, 'acme', 'one');
    expect(store.writes).toBe(writes);
    expect([await readLastApply(store, 'acme'), await readKnownClients(store, 'acme')]).toEqual(['one', 7]);
  });
});
