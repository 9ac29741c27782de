import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CLOCK_GRAIN_MS } from '../../../src/stores/store.ts';
import { documentOf, failureOf } from './store-subject.ts';
import type { SubjectOf } from './store-subject.ts';
import { secretIn } from '../../support/stored-secrets.ts';

/** A record that no other test uses. */
function freshName(): string {
  return `lock/stack-${randomBytes(6).toString('hex')}`;
}

/** Records of grantry's own: whole, versioned, check-and-set, with the store's clock. */
export function testRecords(subject: SubjectOf): void {
  describe('a record', () => {
    test('that was never written is not there', async () => {
      const { store } = subject();
      expect(await store.readRecord(freshName())).toMatchObject({ value: undefined, version: 0 });
    });

    test('is read back as it was written, and replaced as a whole', async () => {
      const { store } = subject();
      const name = freshName();
      const value = { text: ' "ü" \\ 🔑\n', flag: true, none: null, list: [1, 2.5, { deep: [] }], '': 0, x: {} };
      expect(await store.writeRecord(name, value, 0)).toMatchObject({ version: 1 });
      expect(await store.readRecord(name)).toMatchObject({ value, version: 1 });
      expect(await store.writeRecord(name, {}, 1)).toMatchObject({ version: 2 });
      const found = await store.readRecord(name);
      expect([found.value, found.version]).toEqual([{}, 2]);
    });

    test('lies where no document may, and is named so', async () => {
      const { store, records } = subject();
      const name = freshName();
      await store.writeRecord(name, { a: 1 }, 0);
      expect(store.locateRecord(name)).toContain(records.place?.(name) ?? `/.grantry/${name}`);
    });

    test('does not pile up versions, however often it is written', async () => {
      const { store, records } = subject();
      const name = freshName();
      for (let version = 0; version < 12; version += 1) await store.writeRecord(name, { version }, version);
      expect(await store.readRecord(name)).toMatchObject({ value: { version: 11 }, version: 12 });
      expect(await records.kept(name)).toBeLessThanOrEqual(3);
    });

    test('goes on after somebody deleted it', async () => {
      const { store, records } = subject();
      const name = freshName();
      await store.writeRecord(name, { a: 1 }, 0);
      await records.remove(name);
      const { value, version } = await store.readRecord(name);
      expect(value).toBeUndefined();
      expect(await failureOf(store.writeRecord(name, { a: 2 }, version + 1))).toMatchObject({ code: 'CONFLICT' });
      expect(await store.writeRecord(name, { a: 2 }, version)).toMatchObject({ version: version + 1 });
    });

    test('and a document do not meet', async () => {
      const { store } = subject();
      const name = freshName();
      await store.writeRecord(name, { a: 1 }, 0);
      await store.write(name, documentOf('s'), 0);
      expect((await store.readRecord(name)).value).toEqual({ a: 1 });
      expect(secretIn(await store.read(name))).toBe('s');
    });

    test.each(['', '../x', 'lock/../../x', 'a//b', 'lock/a b', 'lock/ü', '/lock'])(
      'of the name %j is refused before anything is done',
      async (name) => {
        const { store, countRequests } = subject();
        countRequests();
        expect(await failureOf(store.readRecord(name))).toMatchObject({ code: 'INVALID_INPUT' });
        expect(await failureOf(store.writeRecord(name, {}, 0))).toMatchObject({ code: 'INVALID_INPUT' });
        expect([0, undefined]).toContain(countRequests());
      },
    );
  });

  describe("a record's check-and-set", () => {
    test('refuses another version, naming the place, and changes nothing', async () => {
      const { store } = subject();
      const name = freshName();
      await store.writeRecord(name, { a: 1 }, 0);
      for (const expected of [0, 2, 7]) {
        const failure = await failureOf(store.writeRecord(name, { a: 2 }, expected));
        expect(failure).toMatchObject({
          code: 'CONFLICT',
          message: expect.stringContaining(store.locateRecord(name)),
        });
      }
      expect(await failureOf(store.writeRecord(freshName(), {}, 3))).toMatchObject({ code: 'CONFLICT' });
      expect(await store.readRecord(name)).toMatchObject({ value: { a: 1 }, version: 1 });
    });

    test('lets exactly one of many concurrent writers win, at every version', async () => {
      const { another } = subject();
      const name = freshName();
      const writers = await Promise.all(Array.from({ length: 8 }, () => another()));
      for (let version = 0; version < 6; version += 1) {
        const attempts = writers.map((store, n) => store.writeRecord(name, { winner: n }, version));
        const results = await Promise.allSettled(attempts);
        const winners = results.flatMap((result, n) => (result.status === 'fulfilled' ? [n] : []));
        expect(winners).toHaveLength(1);
        const found = await (await another()).readRecord(name);
        expect(found).toMatchObject({ value: { winner: winners[0] }, version: version + 1 });
      }
    });

    test('loses no update when writers read, write and try again', async () => {
      const { another } = subject();
      const name = freshName();
      const count = async (): Promise<void> => {
        const store = await another();
        for (;;) {
          const { value, version } = await store.readRecord(name);
          const next = Number(value?.['count'] ?? 0) + 1;
          const done = await store.writeRecord(name, { count: next }, version).then(
            () => true,
            () => false,
          );
          if (done) return;
        }
      };
      await Promise.all(Array.from({ length: 8 }, count));
      expect(await (await another()).readRecord(name)).toMatchObject({ value: { count: 8 }, version: 8 });
    });
  });

  describe("the store's clock", () => {
    test('comes with every answer and does not go backwards', async () => {
      const { store, another } = subject();
      const name = freshName();
      const second = await another();
      const times = [
        (await store.readRecord(name)).now,
        (await store.writeRecord(name, {}, 0)).now,
        (await second.readRecord(name)).now,
        (await second.writeRecord(name, {}, 1)).now,
        (await store.readRecord(name)).now,
      ];
      const spread = Math.max(...times) - Math.min(...times);
      expect(spread).toBeLessThan(60_000);
      for (const [at, time] of times.entries()) {
        expect(Number.isInteger(time)).toBe(true);
        expect(time).toBeGreaterThanOrEqual((times[at - 1] ?? time) - CLOCK_GRAIN_MS);
      }
    });
  });
}
