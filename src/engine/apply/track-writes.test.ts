import { describe, expect, it } from 'vitest';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { desiredAt } from '../../../test/support/stores/desired-at.ts';
import { trackWrites } from './track-writes.ts';

/** All else that a provider or a store can be asked for must be a write: a new method is one until it stands here. */
const READS = new Set([
  'capabilities',
  'tokens',
  'words',
  'describe',
  'server',
  'project',
  'read',
  'endpoints',
  'secrets.read',
  'keys.read',
  'keys.now',
  'federation.readIdentity',
  'federation.evaluate',
  'findClient',
  'readGrants',
  'answers',
  'whyTaken',
  'explainDifference',
  'locate',
  'existing',
  'limits',
  'inspect',
  'locateRecord',
  'readRecord',
  'checks',
]);

/** Those of its facets too. */
function writesOf(tracked: object, facet = ''): (readonly [string, unknown])[] {
  return Object.entries(tracked).flatMap(([key, value]: [string, unknown]) => {
    const name = `${facet}${key}`;
    if (READS.has(name)) return [];
    return typeof value === 'object' && value !== null ? writesOf(value, `${name}.`) : [[name, value]];
  });
}

function untouched(): never {
  throw new Error('it was asked');
}

function all<T extends object>(server: T): T {
  return new Proxy(server, { get: () => untouched });
}

describe('trackWrites', () => {
  it.each(['provider', 'store'] as const)('asks before each write of a %s, and lets none through', async (which) => {
    const lost = new Error('the lock was lost');
    const hooks = {
      before: () => {
        throw lost;
      },
      after: () => undefined,
    };
    const bench = new MemoryBench({ federation: true });
    const servers = { provider: all(bench.provider), store: all(bench.store) };
    const tracked = trackWrites(servers, hooks)[which];
    const writes = writesOf(tracked);
    expect(writes.length).toBeGreaterThan(3);
    for (const [name, write] of writes) {
      if (typeof write !== 'function') throw new TypeError(`${name} is no method`);
      await expect(Promise.resolve(Reflect.apply(write, tracked, []))).rejects.toBe(lost);
    }
  });

  it('passes on what the store says of itself', async () => {
    const { provider, store } = new MemoryBench();
    const checked = Object.assign(store, { checks: async () => [] });
    const tracked = trackWrites({ provider, store: checked }, { before: untouched, after: untouched });
    expect(await tracked.store.checks?.(desiredAt([]))).toEqual([]);
  });

  it('reports a write after it, and none that was refused', async () => {
    let reported = 0;
    const tracked = trackWrites(new MemoryBench(), { after: () => void (reported += 1) });
    await tracked.store.writeRecord('ledger/acme', {}, 0);
    await expect(tracked.store.writeRecord('ledger/acme', {}, 0)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(reported).toBe(1);
  });
});
