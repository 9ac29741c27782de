import { beforeEach, describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { GrantryError } from '../../model/errors.ts';
import type { StoreEntry, StoreMark } from '../../stores/store.ts';

const DECLARED = state([api('stock', ['stock:read'])], [client('orders', { stock: ['stock:read'] })]);
const WITHOUT = state(DECLARED.apis, []);
const ACTIVE: StoreMark = { stack: 'acme', client: 'orders', owner: 'team-a', state: 'active' };

let bench: MemoryBench;
beforeEach(async () => {
  bench = new MemoryBench();
  await bench.apply(DECLARED);
});

const isThere = (): boolean => bench.provider.objects.some(({ kind }) => kind === 'Client');
const markNow = async (): Promise<StoreEntry['mark']> => (await bench.store.inspect('orders'))?.mark;

describe('a client that is deleted', () => {
  it('leaves its document, marked as retired', async () => {
    expect(await bench.apply(WITHOUT)).toMatchObject({ results: [{ op: 'delete', outcome: 'done' }] });
    expect([isThere(), (await markNow())?.state]).toEqual([false, 'retired']);
  });

  it('goes also where the document is not its own any more: that stays as it is, and that nothing was retired is said', async () => {
    const theirs = { ...ACTIVE, client: 'audit' };
    await bench.store.mark('orders', theirs);
    const { results } = await bench.apply(WITHOUT);
    expect(results).toMatchObject([
      {
        outcome: 'failed',
        reason: expect.stringMatching(/^the client is deleted, but memory\/orders was to be marked/),
      },
    ]);
    expect(isThere()).toBe(false);
    expect(await markNow()).toEqual(theirs);
  });

  it('stays where the store fails: its document would be found by no later run', async () => {
    bench.store.mark = () => Promise.reject(new GrantryError('UNREACHABLE', 'the store is gone'));
    const { results } = await bench.apply(WITHOUT);
    expect(results).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('the store is gone') }]);
    expect(isThere()).toBe(true);
  });

  it('leaves alone what lies at its path in another store', async () => {
    for (const object of bench.provider.objects)
      if (object.delivered !== undefined) object.delivered = { ...object.delivered, place: 'elsewhere/orders' };
    const { results } = await bench.carryOut(await bench.plan(WITHOUT));
    expect(results).toMatchObject([{ outcome: 'done' }]);
    expect(await markNow()).toMatchObject(ACTIVE);
  });
});

describe('a client that is changed', () => {
  const moved = state(DECLARED.apis, [
    client(
      'orders',
      { stock: ['stock:read'] },
      {
        description: 'Another',
        credential: { path: 'elsewhere', rotate: { every: 100, overlap: 10 } },
      },
    ),
  ]);

  it('is said to be changed where only its credential could not be delivered', async () => {
    const plan = await bench.plan(moved);
    const write = bench.store.write.bind(bench.store);
    bench.store.write = async (path, ...rest) => {
      if (path === 'elsewhere') throw new GrantryError('UNREACHABLE', 'the store is gone', { hint: 'Look.' });
      return write(path, ...rest);
    };
    const { results } = await bench.carryOut(plan);
    expect(results).toMatchObject([
      {
        outcome: 'failed',
        reason: 'it was changed at the provider, but its credential was not delivered: the store is gone',
        hint: 'Look.',
      },
    ]);
  });

  it('fails as a bug where it is one, of which only the name is shown', async () => {
    const plan = await bench.plan(moved);
    bench.store.write = () => Promise.reject(new TypeError('of the secret s3cr3t'));
    const { results } = await bench.carryOut(plan);
    expect(results).toMatchObject([
      {
        outcome: 'failed',
        reason: 'something that grantry does not know (TypeError)',
        hint: expect.stringMatching(/bug/),
      },
    ]);
  });

  it('is not changed where the document that it leaves is not its own', async () => {
    const plan = await bench.plan(moved);
    await bench.store.mark('orders', { ...ACTIVE, client: 'audit' });
    const before = JSON.stringify(bench.provider.objects);
    const { results } = await bench.carryOut(plan);
    expect(results).toMatchObject([{ outcome: 'failed' }]);
    expect(JSON.stringify(bench.provider.objects)).toBe(before);
    expect(await bench.store.inspect('elsewhere')).toBeUndefined();
  });
});

describe('a client that is created', () => {
  const declared = state([], [client('orders')]);

  it.each([
    ['chooses', {}],
    ['is given', { chosenSecret: false }],
  ])('is not done where it is not read back as it was wanted: grantry %s its secret', async (_, capabilities) => {
    const other = new MemoryBench(capabilities);
    const createClient = other.provider.createClient.bind(other.provider);
    other.provider.createClient = async (given) => {
      const created = await createClient(given);
      return { ...created, found: { ...created.found, description: 'Another' } };
    };
    expect((await other.apply(declared)).results).toMatchObject([{ address: 'Client/orders', outcome: 'failed' }]);
  });

  it('has no document where the provider gives no credential', async () => {
    const other = new MemoryBench({ chosenSecret: false });
    const createClient = other.provider.createClient.bind(other.provider);
    other.provider.createClient = async (given) => {
      const { issued: _kept, ...created } = await createClient(given);
      return created;
    };
    expect((await other.apply(declared)).results).toMatchObject([{ outcome: 'failed' }]);
    expect(await other.store.inspect('orders')).toBeUndefined();
  });

  it("is not made where its place is another client's by then, though the provider makes the secret", async () => {
    const other = new MemoryBench({ chosenSecret: false });
    const plan = await other.plan(declared);
    await other.store.mark('orders', { ...ACTIVE, client: 'somebody' });
    expect((await other.carryOut(plan)).results).toMatchObject([{ outcome: 'failed' }]);
    expect(other.provider.objects).toEqual([]);
  });
});
