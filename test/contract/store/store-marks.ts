import { describe, expect, test } from 'vitest';
import { documentOf, failureOf, freshPath, isPath, markOf } from './store-subject.ts';
import type { SubjectOf } from './store-subject.ts';
import { secretIn } from '../../support/stored-secrets.ts';

/** Marks: ownership before data, keys of others, retiring, purging, what a crash in between leaves. */
export function testMarks(subject: SubjectOf): void {
  describe('a mark', () => {
    test('can lie there before any document, and the place then counts as existing', async () => {
      const { store } = subject();
      const path = freshPath();
      await store.mark(path, markOf());
      expect(await store.inspect(path)).toEqual({ mark: markOf(), version: 0, readable: false });
      expect(await store.existing([path])).toEqual(new Set([path]));
      expect(await store.read(path)).toBeUndefined();
      expect(await store.write(path, documentOf('s-1'), 0)).toBe(1);
      expect(await store.inspect(path)).toEqual({ mark: markOf(), version: 1, readable: true });
    });

    test('and a document take two requests for a new client', async () => {
      const { store, countRequests } = subject();
      const path = freshPath();
      countRequests();
      await store.mark(path, markOf(), { pathIsEmpty: true });
      await store.write(path, documentOf('s-1'), 0);
      expect([2, undefined]).toContain(countRequests());
    });

    test('replaces the mark and its notes as a whole', async () => {
      const { store } = subject();
      const path = freshPath();
      await store.mark(path, markOf('a', { notes: { step: 'issued', until: '2026-11-22' } }));
      await store.mark(path, markOf('a', { owner: 'team-new', state: 'retired', notes: { step: 'done' } }));
      const expected = markOf('a', { owner: 'team-new', state: 'retired', notes: { step: 'done' } });
      expect((await store.inspect(path))?.mark).toEqual(expected);
      await store.mark(path, markOf('a'));
      expect((await store.inspect(path))?.mark).toEqual(markOf('a'));
    });

    test('keeps metadata of others, and does not touch the document', async () => {
      const { store, putForeign, raw } = subject();
      const path = freshPath();
      await putForeign(path, { client_id: 'a', client_secret: 'b' }, { ticket: 'OPS-1', 'cost-centre': '42' });
      expect((await store.inspect(path))?.mark).toBeUndefined();
      await store.mark(path, markOf());
      await store.mark(path, markOf('order-service', { state: 'retired' }));
      const place = await raw(path);
      expect(place?.pairs).toMatchObject({ ticket: 'OPS-1', 'cost-centre': '42', grantry_state: 'retired' });
      expect(place?.data).toEqual({ client_id: 'a', client_secret: 'b' });
      expect((await store.inspect(path))?.version).toBe(1);
    });

    test('that is there already is not written again', async () => {
      const { store, countRequests } = subject();
      const path = freshPath();
      await store.mark(path, markOf());
      countRequests();
      await store.mark(path, markOf());
      expect([1, undefined]).toContain(countRequests());
    });

    test('survives new versions', async () => {
      const { store } = subject();
      const path = freshPath();
      const mark = markOf('order-service', { notes: { step: 'issued' } });
      await store.mark(path, mark);
      await store.write(path, documentOf('s-1'), 0);
      await store.write(path, documentOf('s-2'), 1);
      expect(await store.inspect(path)).toEqual({ mark, version: 2, readable: true });
    });

    test('of a foreign shape is no mark', async () => {
      const { store, putForeign } = subject();
      const path = freshPath();
      await putForeign(path, { a: 'b' }, { grantry_stack: 'x', grantry_client: 'y', grantry_state: 'dreaming' });
      expect((await store.inspect(path))?.mark).toBeUndefined();
    });

    test('takes 512 bytes in a value, an empty owner, and no more than that', async () => {
      const { store } = subject();
      const path = freshPath();
      const mark = markOf('a', { owner: '', notes: { long: 'x'.repeat(512) } });
      await store.mark(path, mark);
      expect((await store.inspect(path))?.mark).toEqual(mark);
      for (const long of ['x'.repeat(513), 'ü'.repeat(257), 'line\nbreak']) {
        const failure = await failureOf(store.mark(path, markOf('a', { notes: { long } })));
        expect(failure).toMatchObject({ code: 'INVALID_INPUT' });
      }
    });
  });

  describe('a crash', () => {
    test('between mark and document leaves a place from which the next run goes on', async () => {
      const { store, another } = subject();
      const path = freshPath();
      await store.mark(path, markOf(), { pathIsEmpty: true });
      const next = await another();
      const entry = await next.inspect(path);
      expect(entry).toMatchObject({ mark: { stack: 'acme-platform' }, version: 0, readable: false });
      await next.mark(path, markOf());
      await next.write(path, documentOf('s-1'), entry?.version ?? -1);
      expect(secretIn(await next.read(path))).toBe('s-1');
    });
  });

  describe('purging', () => {
    test('removes document, versions and mark', async () => {
      const { store, raw } = subject();
      const path = freshPath();
      await store.mark(path, markOf());
      await store.write(path, documentOf('s-1'), 0);
      await store.write(path, documentOf('s-2'), 1);
      await store.purge(path);
      expect(await store.inspect(path)).toBeUndefined();
      expect(await store.existing([path], { includeDeleted: true })).toEqual(new Set());
      expect(await raw(path)).toBeUndefined();
    });

    test('of nothing is no error, and neighbours stay', async () => {
      const { store } = subject();
      const path = freshPath();
      const neighbours = [`${path}-2`, `${path}.1`, `${path}/below`].filter((each) => isPath(subject(), each));
      for (const neighbour of neighbours) await store.write(neighbour, documentOf('s'), 0);
      await store.purge(path);
      await store.write(path, documentOf('s'), 0);
      await store.purge(path);
      for (const neighbour of neighbours) expect((await store.read(neighbour))?.version).toBe(1);
    });
  });
}
