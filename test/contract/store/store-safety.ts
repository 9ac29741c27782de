import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { GrantryError } from '../../../src/model/errors.ts';
import { documentOf, failureOf, freshFolder, freshPath, isPath, markOf } from './store-subject.ts';
import type { SubjectOf } from './store-subject.ts';
import { secretIn } from '../../support/stored-secrets.ts';

const NASTY = [
  '',
  '/',
  '..',
  '../escape',
  'a/../../escape',
  'a/./b',
  '/absolute',
  'trailing/',
  'a//b',
  'a b',
  'a\tb',
  'a\nb',
  'a\u0000b',
  'a\\..\\b',
  '%2e%2e/a',
  'a?list=true',
  'a#b',
  'a*',
  'a+b',
  'ünïcode',
  '${env:HOME}',
];
const LONG = [
  { label: 'a name of 129 characters', path: 'x'.repeat(129) },
  { label: 'a path of 600 characters', path: Array.from({ length: 200 }, () => 'ab').join('/') },
];

/** Paths that try to get out, and secrets that try to get into output. */
export function testSafety(subject: SubjectOf): void {
  describe('a path', () => {
    const nasty = [...NASTY.map((path) => ({ label: JSON.stringify(path), path })), ...LONG];
    test.each(nasty)('$label is refused by every method before anything is done', async ({ path }) => {
      const { store, countRequests } = subject();
      countRequests();
      const calls = [
        () => store.existing(['fine/path', path]),
        () => store.inspect(path),
        () => store.read(path),
        () => store.mark(path, markOf()),
        () => store.mark(path, markOf(), { pathIsEmpty: true }),
        () => store.write(path, documentOf('canary-path'), 0),
        () => store.write(path, documentOf('canary-path'), 1),
        () => store.purge(path),
      ];
      for (const call of calls) {
        const failure = await failureOf(call());
        expect(failure).toBeInstanceOf(GrantryError);
        expect(failure).toMatchObject({ code: 'INVALID_INPUT' });
      }
      expect([0, undefined]).toContain(countRequests());
    });

    test.each(['a', '.grantry/ledger', 'a.b_c-d@e=f~g/h', 'deep/er/and/deep/er', 'name.json', 'name.1'])(
      '%j is fine, unless it is no path of this kind of store',
      async (name) => {
        const { store } = subject();
        const path = `${await freshFolder(subject())}/${name}`;
        const written = await store.write(path, documentOf('s'), 0).catch((error: unknown) => String(error));
        const isFine = isPath(subject(), path);
        expect(typeof written).toBe(isFine ? 'number' : 'string');
        const listed = isFine ? await store.existing([path]) : new Set([path]);
        const stored = isFine ? secretIn(await store.read(path)) : 's';
        expect([listed, stored]).toEqual([new Set([path]), 's']);
      },
    );

    test('differs from another in more than look', async () => {
      const { store } = subject();
      const path = freshPath();
      const similar = [path, `${path}.1`, `${path}.1.age`, `${path}.age`, `${path}.json`, `${path}.json.json`].filter(
        (each) => isPath(subject(), each),
      );
      for (const [n, each] of similar.entries()) {
        await store.mark(each, markOf(`client-${n}`));
        await store.write(each, documentOf(`s-${n}`), 0);
        await store.write(each, documentOf(`s-${n}-2`), 1);
      }
      for (const [n, each] of similar.entries()) {
        expect((await store.inspect(each))?.mark?.client).toBe(`client-${n}`);
        expect(secretIn(await store.read(each))).toBe(`s-${n}-2`);
      }
    });
  });

  describe('a secret', () => {
    test('occurs in no error, no inspection, no JSON and nothing left behind in the clear', async () => {
      const { store, another, putForeign, leftovers } = subject();
      const canary = `canary-${Math.random().toString(36).slice(2)}`;
      const path = freshPath();
      const seen: unknown[] = [store, store.locate(path), store.describe()];
      await store.mark(path, markOf());
      await store.write(path, documentOf(canary), 0);
      await store.write(path, documentOf(`${canary}-2`), 1);
      const found = await store.read(path);
      seen.push(found, await store.inspect(path), await store.existing([path]), await another());
      seen.push(await failureOf(store.write(path, documentOf(canary), 1)));
      seen.push(await failureOf(store.write(path, documentOf(canary), 0)));
      seen.push(await failureOf(store.write(path, documentOf(canary, { client_secret: canary }), 2)));
      const foreign = freshPath();
      await putForeign(foreign, { client_secret: canary });
      seen.push(await failureOf(store.read(foreign)));
      for (const value of seen) {
        const texts = [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value), String(value)];
        if (value instanceof GrantryError) texts.push(value.message, value.hint ?? '', value.stack ?? '');
        expect(texts.join('\n')).not.toContain(canary);
      }
      const left = await leftovers();
      expect(left).not.toContain(canary);
      expect(left).not.toContain(Buffer.from(canary).toString('base64').slice(0, 16));
    });
  });
}
