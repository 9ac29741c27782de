import { expect, it } from 'vitest';
import { countVersions, newVersionId, numberOf } from './version-ids.ts';

const THEIRS = ['9f1c22d0-7ab3-4e64-8a11-000000000001', 'terraform-20261130000000000000000001'];

it('newVersionId: has the number, is of the length that AWS takes, and no two are alike', () => {
  const ids = [newVersionId(7), newVersionId(7), newVersionId(999_999_999_999)];
  expect(ids.map(numberOf)).toEqual([7, 7, 999_999_999_999]);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[\w-]{32,64}$/);
});

it.each([...THEIRS, 'grantry-7', 'grantry--1-0123456789abcdef0123456789abcdef'])(
  'numberOf: %s is no id of ours',
  (id) => {
    expect(numberOf(id)).toBeUndefined();
  },
);

it('countVersions: each version of others counts as one after the last of ours', () => {
  expect(countVersions([])).toBe(0);
  expect(countVersions(THEIRS)).toBe(2);
  expect(countVersions([newVersionId(4), ...THEIRS, newVersionId(5)])).toBe(7);
});
