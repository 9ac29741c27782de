import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { ACTIVE, DOCUMENT, OTHERS, OURS, putDocument } from '../../../test/support/bench/occupied-place.ts';
import type { StoreMark } from '../../stores/store.ts';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { checkLeft, leave, purgeRetired, retire } from './leave-place.ts';

let store: MemoryBench['store'];
beforeEach(() => {
  store = new MemoryBench().store;
});

const put = (mark: StoreMark | undefined): Promise<void> => putDocument(store, mark);

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

  it('has nothing to mark where nothing lies, or what was noted there was taken away', async () => {
    expect(await retire(store, 'orders', OURS)).toBe(true);
    await store.mark('orders', { ...ACTIVE, client: 'audit' });
    expect(await retire(store, 'orders', OURS)).toBe(false);
    store.replacePairs('orders', {});
    expect(await retire(store, 'orders', OURS)).toBe(true);
    expect((await store.inspect('orders'))?.mark).toBeUndefined();
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

const left = (secret = 'theirs'): Parameters<typeof leave>[2] => ({
  ...OURS,
  owner: 'team-a',
  clientId: 'orders',
  holder: async () => ({
    id: 'id-1',
    createdAt: undefined,
    clientId: 'orders',
    credential: { kind: 'client-secret', secret: new Secret(secret) } as const,
  }),
});

const check = async (by = left()): Promise<unknown> =>
  checkLeft(store, 'orders', by).then(
    () => 'left',
    (error: unknown) => (error instanceof GrantryError ? error.code : error),
  );

describe('a document that its client leaves', () => {
  it("is the client's where the mark and the client_id say so", async () => {
    await put(ACTIVE);
    expect(await check(left('another'))).toBe('left');
  });

  it.each(OTHERS)("is not the client's where it bears the mark of %s", async (_, other) => {
    await put({ ...ACTIVE, ...other });
    expect(await check()).toBe('CONFLICT');
  });

  it("is not the client's where its mark was copied: it holds another client_id", async () => {
    await store.mark('orders', ACTIVE);
    await store.write('orders', { ...DOCUMENT, clientId: 'audit' }, 0);
    expect(await check()).toBe('CONFLICT');
  });

  it("is the client's without a mark only where it holds the client's secret", async () => {
    await put(undefined);
    expect(await check()).toBe('left');
    expect(await check(left('another'))).toBe('CONFLICT');
  });

  it('may be gone, or deleted', async () => {
    expect(await check()).toBe('left');
    await put({ ...ACTIVE, client: 'audit' });
    store.deleteLatest('orders');
    expect(await check()).toBe('left');
  });

  it('is marked as retired, also where it had lost its mark', async () => {
    for (const mark of [ACTIVE, undefined]) {
      store = new MemoryBench().store;
      await put(mark);
      await leave(store, 'orders', left());
      expect((await store.inspect('orders'))?.mark).toEqual({ ...ACTIVE, state: 'retired' });
    }
  });

  it.each(OTHERS)('keeps the mark of %s, and that is an error', async (_, other) => {
    await put({ ...ACTIVE, ...other });
    await expect(leave(store, 'orders', left())).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await store.inspect('orders'))?.mark).toEqual({ ...ACTIVE, ...other });
  });
});
