import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { documentOf, failureOf, freshFolder, freshPath, isPath, markOf } from './store-subject.ts';
import type { SubjectOf } from './store-subject.ts';
import { secretIn, secretPayload } from '../../support/stored-secrets.ts';

/** Taken by every store that names no limit of its own. */
const LARGE = 200_000;

/** Fine for some stores, and not for others. */
const ODD_PATHS = ['deep/er/and/deep/er', 'Upper/Case', 'a.b_c-d@e=f~g/h', 'a/b'];

const refusal = (code: string, place: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(place) });

/** What the store's capabilities say is so, and what they say it cannot do is refused. */
export function testCapabilities(subject: SubjectOf): void {
  describe('its capabilities say', () => {
    test('where a consumer finds the credential from before', async () => {
      const { store, previousSecret } = subject();
      const path = freshPath();
      await store.write(path, documentOf('s-1'), 0);
      // Where that is the document, whoever writes it puts it there.
      const before = store.capabilities.previous === 'document' ? { client_secret_previous: new Secret('s-1') } : {};
      await store.write(path, { ...documentOf('s-2'), payload: { ...secretPayload('s-2'), ...before } }, 1);
      const isFound = store.capabilities.previous !== 'nowhere';
      expect(await previousSecret(path, 1)).toBe(isFound ? 's-1' : undefined);
      expect(secretIn(await store.read(path))).toBe('s-2');
    });

    test('how large a document may be: a larger one is refused, and nothing is written', async () => {
      const { store } = subject();
      const path = freshPath();
      const { maxDocumentBytes } = store.capabilities;
      const large = documentOf('canary-large', { scopes: 'x'.repeat(maxDocumentBytes ?? LARGE) });
      const refused = refusal('INVALID_INPUT', store.locate(path));
      const ending = await store.write(path, large, 0).catch((error: unknown) => error);
      expect(ending).toEqual(maxDocumentBytes === undefined ? 1 : refused);
      expect(String(ending)).not.toContain('canary');
      const there = (await store.read(path))?.version ?? 0;
      expect(there).toBe(maxDocumentBytes === undefined ? 1 : 0);
      const fits = documentOf('s', { scopes: 'x'.repeat((maxDocumentBytes ?? LARGE) - 1000) });
      expect(await store.write(path, fits, there)).toBe(there + 1);
    });

    test('what becomes of a document that somebody else deletes', async () => {
      const { store, deleteLatest } = subject();
      const path = freshPath();
      await store.mark(path, markOf());
      await store.write(path, documentOf('s-1'), 0);
      await deleteLatest(path);
      expect(await store.existing([path])).toEqual(new Set());
      expect(await store.read(path)).toBeUndefined();
      const entry = await store.inspect(path);
      const { remembersDeleted } = store.capabilities;
      expect(entry).toEqual(remembersDeleted ? { mark: markOf(), version: 1, readable: false } : undefined);
      const listed = await store.existing([path], { includeDeleted: true });
      expect(listed).toEqual(new Set(remembersDeleted ? [path] : []));
      const expected = entry?.version ?? 0;
      const other = expected === 0 ? 1 : 0;
      expect(await failureOf(store.write(path, documentOf('s-2'), other))).toMatchObject({ code: 'CONFLICT' });
      expect(await store.write(path, documentOf('s-2'), expected)).toBe(expected + 1);
      expect(secretIn(await store.read(path))).toBe('s-2');
    });

    test('whether a place that was purged can be used again at once', async () => {
      const { store } = subject();
      const path = freshPath();
      await store.mark(path, markOf());
      await store.write(path, documentOf('s-1'), 0);
      await store.purge(path);
      const ending = await store.write(path, documentOf('s-2'), 0).catch((error: unknown) => error);
      const refused = refusal('FAILED', store.locate(path));
      expect(ending).toEqual(store.capabilities.reusesPurged ? 1 : refused);
    });

    test('what one request of a listing covers', async () => {
      const { store, countRequests } = subject();
      const folders = await Promise.all(Array.from({ length: 6 }, () => freshFolder(subject(), 'listing')));
      const paths = folders.map((folder) => `${folder}/there`);
      for (const path of paths) await store.write(path, documentOf('s'), 0);
      countRequests();
      expect(await store.existing(paths.slice(0, 1))).toEqual(new Set(paths.slice(0, 1)));
      const forOne = countRequests();
      expect(await store.existing(paths)).toEqual(new Set(paths));
      const forAll = store.capabilities.listing === 'folder' ? 6 : forOne;
      expect([forAll, undefined]).toContain(countRequests());
    });
  });

  test('a path that its description refuses is refused by every method, before anything is done', async () => {
    const { store, countRequests } = subject();
    const refused = ODD_PATHS.filter((path) => !isPath(subject(), path));
    countRequests();
    for (const path of refused) {
      for (const call of [
        () => store.existing([path]),
        () => store.inspect(path),
        () => store.read(path),
        () => store.mark(path, markOf()),
        () => store.write(path, documentOf('s'), 0),
        () => store.purge(path),
      ]) {
        expect(await failureOf(call())).toMatchObject({ code: 'INVALID_INPUT' });
      }
    }
    expect([0, undefined]).toContain(countRequests());
  });
}
