import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import { parseAdoption } from './adoption.ts';
import { noticesOfPart } from './part-conflicts.ts';
import { readSavedPlan } from './saved/read-plan.ts';
import { savePlan } from './saved/save-plan.ts';
import { addressesOf } from '../../manifest/selection/only.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { desiredState } from '../../../test/support/bench/random-states.ts';
import { planPart, planSaved } from './resolve-plan.ts';
import type { ResolvedPlan } from './resolve-plan.ts';
import type { SurveyOptions } from '../survey/survey-target.ts';

function planOf(
  bench: MemoryBench,
  desired: DesiredState,
  addresses: readonly Address[],
  options: SurveyOptions = {},
): Promise<ResolvedPlan> {
  return planPart({ only: ['Client/*'], addresses, undeclared: [] }, desired, bench, options);
}

function ops({ plan }: ResolvedPlan): string[] {
  return plan.changes.map(({ op, address }) => `${op} ${address}`);
}

const STOCK = api('stock', ['stock:read', 'stock:write']);

describe('a plan of a part', () => {
  it('has the changes of the part only, counts what it looked at, and says what that was', async () => {
    const bench = new MemoryBench();
    await bench.apply(state([STOCK], [client('a', { stock: ['stock:read'] }), client('b'), client('gone')]));
    const desired = state([STOCK], [client('a', { stock: ['stock:write'] }), client('b'), client('new')]);
    const resolved = await planOf(bench, desired, ['Client/a', 'Client/b']);
    expect(ops(resolved)).toEqual(['update Client/a']);
    expect(resolved.plan).toMatchObject({
      conflicts: [],
      unchanged: { apis: 0, clients: 1 },
      selection: { only: ['Client/*'], addresses: ['Client/a', 'Client/b'] },
    });
    expect(resolved.plan.selection).not.toHaveProperty('undeclared');
  });

  it('asks the store for the places of its own clients only', async () => {
    const bench = new MemoryBench();
    const desired = state(
      [],
      [client('a'), client('b', {}, { credential: { path: 'far/away/b', rotate: { every: 1, overlap: 1 } } })],
    );
    await bench.apply(desired);
    const before = bench.store.requests;
    await planOf(bench, desired, ['Client/a']);
    expect(bench.store.requests - before).toBe(1);
  });

  it('does not create an Api that a client needs: it is a conflict that names it', async () => {
    const bench = new MemoryBench();
    const desired = state([STOCK], [client('a', { stock: ['stock:read'] })]);
    const resolved = await planOf(bench, desired, ['Client/a']);
    expect(ops(resolved)).toEqual(['create Client/a']);
    expect(resolved.plan.conflicts).toEqual([
      {
        address: 'Client/a',
        reason: 'it needs stock:read of Api/stock, which this plan leaves alone: it is not there yet',
        hint: 'Plan Api/stock too, or everything.',
      },
    ]);
    const both = await planOf(bench, desired, ['Api/stock', 'Client/a']);
    expect(both.plan).toMatchObject({ conflicts: [], changes: [{ op: 'create' }, { dependsOn: ['Api/stock'] }] });
  });

  it('nor a scope of one', async () => {
    const bench = new MemoryBench();
    await bench.apply(state([api('stock', ['stock:read'])], [client('a', { stock: ['stock:read'] })]));
    const wants = state([STOCK], [client('a', { stock: ['stock:read', 'stock:write'] })]);
    const resolved = await planOf(bench, wants, ['Client/a']);
    expect(resolved.plan.conflicts).toMatchObject([
      {
        address: 'Client/a',
        reason: expect.stringMatching(/^it needs stock:write of Api\/stock, .*stock:write is not there yet$/),
      },
    ]);
    // What it has already it need not be given.
    const same = state([STOCK], [client('a', { stock: ['stock:read'] }, { description: 'Other words' })]);
    const other = await planOf(bench, same, ['Client/a']);
    expect(other.plan).toMatchObject({ conflicts: [], changes: [{ op: 'update', address: 'Client/a' }] });
    // That the Api is to gain a scope is said, and does no harm.
    expect(noticesOfPart(other.plan.changes, { ...other.input, only: new Set(['Client/a']) })).toEqual([
      'Api/stock is not as declared, and this plan leaves it alone.',
    ]);
  });

  it('needs nothing of an Api that is not managed here: another stack has it', async () => {
    const bench = new MemoryBench();
    bench.provider.plant('Api', { name: 'stock', scopes: { 'stock:read': {} }, stack: 'theirs' });
    const theirs = api('stock', ['stock:read'], { managed: false });
    const desired = state([theirs], [client('a', { stock: ['stock:read'] })]);
    expect((await planOf(bench, desired, ['Client/a'])).plan.conflicts).toEqual([]);
  });

  it('gives nobody the scope of a stranger', async () => {
    const bench = new MemoryBench();
    bench.provider.plant('Api', { name: 'stock', scopes: { 'stock:read': {} }, stack: 'theirs' });
    const desired = state([STOCK], [client('a', { stock: ['stock:read'] })]);
    const { plan } = await planOf(bench, desired, ['Client/a'], { adoption: parseAdoption(['Api/*@theirs']) });
    expect(plan.conflicts).toMatchObject([
      { reason: expect.stringContaining('api stock belongs to the stack theirs') },
    ]);
  });

  it('adopts within the part only', async () => {
    const bench = new MemoryBench();
    for (const name of ['a', 'b']) bench.provider.plant('Client', { name, clientId: name });
    const desired = state([], [client('a'), client('b')]);
    const options = { adoption: parseAdoption(['Client/*']) };
    expect(ops(await planOf(bench, desired, ['Client/a'], options))).toEqual(['adopt Client/a']);
    expect((await planOf(bench, desired, ['Client/a'])).plan.conflicts).toHaveLength(1);
  });

  it('takes no scope from clients that it leaves alone, and lets none get lost on its way to another Api', async () => {
    const bench = new MemoryBench();
    await bench.apply(
      state([STOCK], [client('a', { stock: ['stock:write'] }), client('b', { stock: ['stock:write'] })]),
    );
    const without = state([api('stock', ['stock:read'])], [client('a')]);
    const alone = await planOf(bench, without, ['Api/stock', 'Client/a']);
    expect(alone.plan.conflicts).toMatchObject([
      {
        address: 'Api/stock',
        reason: 'scope stock:write is to be deleted, but clients that this plan leaves alone hold it: Client/b',
        hint: 'Plan Client/b too, or everything.',
      },
    ]);
    const moved = state([api('stock', ['stock:read']), api('writes', ['stock:write'])], [client('a'), client('b')]);
    expect((await planOf(bench, moved, ['Api/stock'])).plan.conflicts).toMatchObject([
      { address: 'Api/stock', reason: 'scope stock:write moves to Api/writes, which this plan leaves alone' },
    ]);
    expect((await planOf(bench, moved, addressesOf(moved))).plan.conflicts).toEqual([]);
  });

  it('offers no client of another stack to be planned too, where that holds a scope that goes', async () => {
    const bench = new MemoryBench();
    await bench.apply(state([STOCK], []));
    const access = { stock: { scopes: ['stock:write'], onRequest: [] } };
    bench.provider.plant('Client', { name: 'b', clientId: 'b', stack: 'theirs', access });
    const without = state([api('stock', ['stock:read'])], [client('b')]);
    const { plan } = await planOf(bench, without, ['Api/stock']);
    expect(plan.conflicts.map(({ reason }) => reason)).toEqual([
      'scope stock:write is to be deleted, but clients outside this stack hold it: b',
    ]);
  });

  describe('that deletes', () => {
    const many = Array.from({ length: 20 }, (_, index) => client(`c${index}`));

    it('deletes what it names and what carries the mark, nothing else', async () => {
      const bench = new MemoryBench();
      await bench.apply(state([], many));
      bench.provider.plant('Client', { name: 'foreign', clientId: 'foreign', stack: 'theirs' });
      const resolved = await planOf(bench, state([], []), ['Client/c1', 'Client/foreign', 'Client/never']);
      expect(ops(resolved)).toEqual(['delete Client/c1']);
    });

    it('is judged by the size of the whole stack', async () => {
      const bench = new MemoryBench();
      await bench.apply(state([], many));
      await bench.store.writeRecord('ledger/acme', { clients: 20 }, 0);
      const three: Address[] = ['Client/c1', 'Client/c2', 'Client/c3'];
      const read = bench.provider.read.bind(bench.provider);
      // A provider that reads no more than it must.
      bench.provider.read = async (desired, options) => {
        const actual = await read(desired, options);
        return {
          ...actual,
          objects: actual.objects.filter(({ address }) => options?.only?.addresses.has(address) !== false),
        };
      };
      const guardsAt = async (maxDeletePercent: number): Promise<unknown> =>
        (await planOf(bench, state([], many.slice(4), { maxDeletePercent }), three)).plan.guards;
      expect(await guardsAt(15)).toEqual([]);
      expect(await guardsAt(14)).toEqual([
        { guard: 'maxDeletePercent', reason: '3 of 20 clients (15 %) would be deleted, and the target allows 14 %' },
      ]);
    });
  });

  it('does not take an empty realm for a new one', async () => {
    const bench = new MemoryBench();
    await bench.store.writeRecord('ledger/acme', { clients: 20 }, 0);
    const { plan } = await planOf(bench, state([], [client('a')]), ['Client/a']);
    expect(plan.guards).toMatchObject([{ guard: 'vanished' }]);
  });

  it('that was saved is applied as it is', async () => {
    const bench = new MemoryBench();
    await bench.apply(state([STOCK], [client('a', { stock: ['stock:read'] }), client('b')]));
    const desired = state([STOCK], [client('a', { stock: ['stock:write'] }), client('new', { stock: ['stock:read'] })]);
    const { plan, input } = await planOf(bench, desired, ['Client/a', 'Client/new']);
    const text = JSON.stringify(
      savePlan(plan, input, { tool: '0.0.0', createdAt: '2026-01-01T00:00:00.000Z', lastApply: null }),
    );
    const resolved = await planSaved(readSavedPlan(text, 'plan.json'), desired, bench);
    expect(ops(resolved)).toEqual(['update Client/a', 'create Client/new']);
    expect(resolved.plan.selection).toEqual(plan.selection);
    expect((await bench.carryOut(resolved.plan)).results.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    expect(ops({ ...resolved, plan: await bench.plan(desired) })).toEqual(['delete Client/b']);
  });
});

describe('whatever is declared', () => {
  it('a part is a part of the whole plan, touches nothing else, and parts without conflicts add up to it', async () => {
    const states = fc.tuple(desiredState(), desiredState(), fc.infiniteStream(fc.nat()));
    const property = fc.asyncProperty(states, async ([first, second, order]) => {
      const bench = new MemoryBench();
      await bench.apply(first);
      const all = addressesOf(second);
      const chosen = all.filter(() => (order.next().value ?? 0) % 2 === 0);
      const whole = new Map((await bench.plan(second)).changes.map((change) => [change.address, change]));
      const { plan } = await planOf(bench, second, chosen);
      for (const change of plan.changes) {
        expect(change.op).not.toBe('delete');
        expect({ ...change, dependsOn: [] }).toEqual({ ...whole.get(change.address), dependsOn: [] });
      }
      expect(plan.changes.map(({ address }) => address)).toEqual(
        [...whole.keys()].filter((address) => chosen.includes(address)),
      );
      if (plan.conflicts.length > 0) return;
      const rest = bench.provider.objects.filter(
        ({ kind, fields }) =>
          !chosen.some((address) => address === `${kind}/${JSON.stringify(fields['name']).slice(1, -1)}`),
      );
      const before = structuredClone(rest);
      const { results } = await bench.carryOut(plan);
      expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
      expect(rest).toEqual(before);
      expect((await planOf(bench, second, chosen)).plan.changes).toEqual([]);
      await bench.apply(second);
      expect(await bench.plan(second)).toMatchObject({ changes: [], conflicts: [] });
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
