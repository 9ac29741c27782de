import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBench } from '../../../test/support/memory-bench.ts';
import { secretPayload } from '../../../test/support/stored-secrets.ts';
import type { StoreMark } from '../../stores/store.ts';
import { purgeRetired, retire } from './leave-place.ts';

const OURS = { stack: 'acme', client: 'orders' };
const ACTIVE: StoreMark = { ...OURS, owner: 'team-a', state: 'active' };
const DOCUMENT = { clientId: 'orders', payload: secretPayload('theirs'), facts: {} };
const OTHERS: readonly (readonly [string, Partial<StoreMark>])[] = [
  ['another client', { client: 'audit' }],
  ['another stack', { stack: 'theirs' }],
];

let store: MemoryBench['store'];
beforeEach(() => {
  store = new MemoryBench().store;
});

/** A document with a mark, or without one. */
async function put(mark: StoreMark | undefined): Promise<void> {
  if (mark !== undefined) await store.mark('orders', mark);
  await store.write('orders', DOCUMENT, 0);
}

const stateNow = async (): Promise<string | undefined> => (await store.inspect('orders'))?.mark?.state;

const isThere = async (): Promise<boolean> => (await store.read('orders')) !== undefined;

describe('retire', () => {
  it("marks the client's own document", async () => {
    await put(ACTIVE);
    await retire(store, 'orders', OURS);
    expect(await stateNow()).toBe('retired');
  });

  it.each(OTHERS)('leaves the document of %s as it is', async (_, other) => {
    await put({ ...ACTIVE, ...other });
    await retire(store, 'orders', OURS);
    expect(await stateNow()).toBe('active');
  });

  it('gives no mark to what has none', async () => {
    await put(undefined);
    await retire(store, 'orders', OURS);
    expect((await store.inspect('orders'))?.mark).toBeUndefined();
  });
});

describe('purgeRetired', () => {
  it('destroys what the client has retired', async () => {
    await put({ ...ACTIVE, state: 'retired' });
    await purgeRetired(store, 'orders', OURS);
    expect(await isThere()).toBe(false);
  });

  it.each(OTHERS)('leaves the document of %s, retired or not', async (_, other) => {
    for (const state of ['active', 'retired'] as const) {
      store = new MemoryBench().store;
      await put({ ...ACTIVE, ...other, state });
      await purgeRetired(store, 'orders', OURS);
      expect(await isThere()).toBe(true);
    }
  });

  it('leaves one that is in use, and one without a mark', async () => {
    for (const mark of [ACTIVE, undefined]) {
      store = new MemoryBench().store;
      await put(mark);
      await purgeRetired(store, 'orders', OURS);
      expect(await isThere()).toBe(true);
    }
  });
});
