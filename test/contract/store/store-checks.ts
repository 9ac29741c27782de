import { describe, expect, test } from 'vitest';
import { PURPOSES } from '../../../src/model/check.ts';
import { ledgerName, lockName } from '../../../src/stores/record.ts';
import { desiredAt } from '../../support/stores/desired-at.ts';
import { documentOf, freshPath, markOf } from './store-subject.ts';
import type { SubjectOf } from './store-subject.ts';

/** What `doctor` looks at: nothing is written by it, nothing secret is in it, and of a store that serves there is no problem. */
export function testChecks(subject: SubjectOf): void {
  describe('a look at the store for doctor', () => {
    test('finds no problem where all of the contract can be done', async () => {
      const { store } = subject();
      const [there, free] = [freshPath(), freshPath()];
      await store.mark(there, markOf());
      await store.write(there, documentOf('s'), 0);
      const results = (await store.checks?.(desiredAt([there, free]))) ?? [];
      expect(results.filter(({ finding }) => finding.kind === 'problem')).toEqual([]);
      expect((await store.checks?.(desiredAt([])))?.filter(({ finding }) => finding.kind === 'problem') ?? []).toEqual(
        [],
      );
    });

    test('changes nothing, and makes nothing', async () => {
      const { store, raw } = subject();
      const [there, free] = [freshPath(), freshPath()];
      const stack = `stack-${there.slice(-8)}`;
      await store.mark(there, markOf());
      await store.write(there, documentOf('s'), 0);
      const before = [await raw(there), await store.inspect(there)];
      await store.checks?.(desiredAt([there, free], { stack }));
      expect([await raw(there), await store.inspect(there)]).toEqual(before);
      expect(await store.existing([free], { includeDeleted: true })).toEqual(new Set());
      for (const name of [lockName(stack), ledgerName(stack)]) {
        expect(await store.readRecord(name)).toMatchObject({ value: undefined, version: 0 });
      }
    });

    test('names each thing once and says what it is for, without the credential that lies there', async () => {
      const { store } = subject();
      const path = freshPath();
      const canary = `canary-${Math.random().toString(36).slice(2)}`;
      await store.write(path, documentOf(canary), 0);
      const results = (await store.checks?.(desiredAt([path]))) ?? [];
      const ids = results.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)]);
      for (const { id, purposes } of results) {
        expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
        expect(purposes).toEqual(PURPOSES.filter((purpose) => purposes.includes(purpose)));
        expect(purposes.length).toBeGreaterThan(0);
      }
      expect(JSON.stringify(results)).not.toContain(canary);
    });
  });
}
