import { describe, expect, test } from 'vitest';
import { documentOf, failureOf, freshFolder, freshPath, isPath } from './store-subject.ts';
import type { Store } from '../../../src/stores/store.ts';
import type { SubjectOf } from './store-subject.ts';
import { nextSecretIn, secretIn, secretPayload } from '../../support/stored-secrets.ts';

/** Side by side; where only the lock keeps writers apart, one after another, as under it. */
async function asWriters<T>(
  { capabilities }: Pick<Store, 'capabilities'>,
  writers: readonly (() => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  if (capabilities.checkAndSet === 'store') return Promise.allSettled(writers.map((write) => write()));
  const results: PromiseSettledResult<T>[] = [];
  for (const write of writers) results.push(...(await Promise.allSettled([write()])));
  return results;
}

/** Documents: versions, check-and-set, keys of others, listings. */
export function testDocuments(subject: SubjectOf): void {
  describe('a document', () => {
    test('that was never written is not there', async () => {
      const { store } = subject();
      const path = freshPath();
      expect(await store.read(path)).toBeUndefined();
      expect(await store.inspect(path)).toBeUndefined();
      expect(await store.existing([path])).toEqual(new Set());
    });

    test('is read back as it was written, with its version', async () => {
      const { store } = subject();
      const path = freshPath();
      expect(await store.write(path, documentOf('s-1', { scopes: 'a b' }), 0)).toBe(1);
      const found = await store.read(path);
      expect(found?.version).toBe(1);
      expect(found?.document).toMatchObject({
        clientId: 'order-service',
        facts: { audience: 'https://a', scopes: 'a b' },
      });
      expect(secretIn(found)).toBe('s-1');
    });

    test('keeps any secret and any fact to the letter', async () => {
      const { store } = subject();
      const path = freshPath();
      const odd = ' "quoted" \\ {} \u0000\u001f ‹ü› 🔑 ${env:HOME}\n';
      await store.write(path, documentOf(odd, { odd }), 0);
      const found = await store.read(path);
      expect(secretIn(found)).toBe(odd);
      expect(found?.document.facts['odd']).toBe(odd);
    });

    test('may hold the secret to come, which a later write takes away, with facts that are not true any more', async () => {
      const { store } = subject();
      const path = freshPath();
      await store.write(path, { ...documentOf('s-1', { scopes: 'a' }), payload: secretPayload('s-1', 's-2') }, 0);
      const staged = await store.read(path);
      expect([secretIn(staged), nextSecretIn(staged)]).toEqual(['s-1', 's-2']);
      const facts = { scopes: null, overlap_until: null, rotated_at: 'now' };
      const payload = { ...secretPayload('s-2'), client_secret_next: null };
      expect(await store.write(path, { clientId: 'order-service', payload, facts }, 1)).toBe(2);
      const found = await store.read(path);
      expect([secretIn(found), nextSecretIn(found)]).toEqual(['s-2', undefined]);
      expect(found?.document.facts).toEqual({ audience: 'https://a', rotated_at: 'now' });
    });

    test('keeps the secret to come when a write does not speak of it', async () => {
      const { store } = subject();
      const path = freshPath();
      await store.write(path, { ...documentOf('s-1'), payload: secretPayload('s-1', 's-2') }, 0);
      await store.write(path, documentOf('s-1', { scopes: 'b' }), 1);
      expect(nextSecretIn(await store.read(path))).toBe('s-2');
    });

    test('counts its versions up', async () => {
      const { store } = subject();
      const path = freshPath();
      for (let version = 0; version < 12; version += 1) {
        expect(await store.write(path, documentOf(`s-${version}`), version)).toBe(version + 1);
      }
      expect(await store.inspect(path)).toMatchObject({ version: 12, readable: true });
      expect(secretIn(await store.read(path))).toBe('s-11');
    });

    test('keeps keys that grantry does not know, also when they are no strings', async () => {
      const { store, putForeign, raw } = subject();
      const path = freshPath();
      const foreign = { note: 'ask Ann', nested: { list: [1, null] }, client_id: 'old', client_secret: 'old' };
      await putForeign(path, foreign);
      await store.write(path, documentOf('s-new'), 1);
      await store.write(path, documentOf('s-newer'), 2);
      const place = await raw(path);
      expect(place?.data).toMatchObject({ note: 'ask Ann', nested: { list: [1, null] }, client_secret: 's-newer' });
      expect((await store.read(path))?.document.facts['nested']).toBeUndefined();
    });

    test('without a payload is read all the same: not every client has something to keep', async () => {
      const { store } = subject();
      const path = freshPath();
      await store.write(path, { ...documentOf('s-1'), payload: {} }, 0);
      expect((await store.read(path))?.document).toEqual({ ...documentOf('s-1'), payload: {} });
    });

    test('without a client_id is an error that names the place', async () => {
      const { store, putForeign } = subject();
      const path = freshPath();
      await putForeign(path, { client_secret: 'x', password: 'canary-foreign' });
      const failure = await failureOf(store.read(path));
      expect(failure).toMatchObject({ code: 'FAILED', message: expect.stringContaining(store.locate(path)) });
      expect(String(failure)).not.toContain('canary-foreign');
    });
  });

  describe('check-and-set', () => {
    test('refuses a write that expects another version, and changes nothing', async () => {
      const { store } = subject();
      const path = freshPath();
      await store.write(path, documentOf('s-1'), 0);
      for (const expected of [0, 2, 7]) {
        expect(await failureOf(store.write(path, documentOf('s-x'), expected))).toMatchObject({ code: 'CONFLICT' });
      }
      expect(await failureOf(store.write(freshPath(), documentOf('s-x'), 3))).toMatchObject({ code: 'CONFLICT' });
      expect(secretIn(await store.read(path))).toBe('s-1');
    });

    test('lets exactly one of many concurrent writers win, at every version', async () => {
      const { store, another } = subject();
      const path = freshPath();
      const writers = await Promise.all(Array.from({ length: 6 }, () => another()));
      for (let version = 0; version < 5; version += 1) {
        const attempts = writers.map((each, n) => () => each.write(path, documentOf(`s-${version}-${n}`), version));
        const results = await asWriters(store, attempts);
        const winners = results.flatMap((result, n) => (result.status === 'fulfilled' ? [n] : []));
        expect(winners).toHaveLength(1);
        const found = await (await another()).read(path);
        expect(found?.version).toBe(version + 1);
        expect(secretIn(found)).toBe(`s-${version}-${winners[0]}`);
      }
    });

    test('loses no update when writers read, write and try again', async () => {
      const { store, another } = subject();
      const path = freshPath();
      const count = async (): Promise<void> => {
        const own = await another();
        for (;;) {
          const found = await own.read(path);
          const next = String(Number(found?.document.facts['count'] ?? '0') + 1);
          const done = await own.write(path, documentOf('s', { count: next }), found?.version ?? 0).then(
            () => true,
            () => false,
          );
          if (done) return;
        }
      };
      await asWriters(
        store,
        Array.from({ length: 8 }, () => count),
      );
      expect((await (await another()).read(path))?.document.facts['count']).toBe('8');
    });
  });

  describe('a listing', () => {
    test('finds what is there in many folders', async () => {
      const { store } = subject();
      const folders = await Promise.all(Array.from({ length: 6 }, () => freshFolder(subject(), 'listing')));
      const there = folders.flatMap((folder) => {
        const deeper = `${folder}/deeper/there`;
        return [`${folder}/there`, isPath(subject(), deeper) ? deeper : `${folder}/there-2`];
      });
      const not = there.map((path) => path.replace('there', 'not-there'));
      for (const path of there) await store.write(path, documentOf('s'), 0);
      expect(await store.existing([...there, ...not])).toEqual(new Set(there));
    });

    test('takes a folder for no document, and no listing of nothing', async () => {
      const { store, countRequests } = subject();
      const folder = await freshFolder(subject());
      await store.write(`${folder}/inside`, documentOf('s'), 0);
      expect(await store.existing([folder])).toEqual(new Set());
      countRequests();
      expect(await store.existing([])).toEqual(new Set());
      expect([0, undefined]).toContain(countRequests());
    });
  });
}
