import { expect, it } from 'vitest';
import { mergePairs } from './mark.ts';

const MARK = { stack: 'acme', client: 'orders', owner: 'shop', state: 'active' } as const;
const others = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`theirs_${index}`, 'x']));

it('a mark: leaves out what is noted for display where others left no room for it', () => {
  const noted = { ...MARK, notes: { fact_audience: 'a', fact_issuer: 'b', rotation: '{}' } };
  const kept = mergePairs(others(59), noted);
  expect(Object.keys(kept)).toHaveLength(64);
  expect(kept).toMatchObject({ grantry_stack: 'acme', grantry_note_rotation: '{}' });
  expect(Object.keys(mergePairs(others(50), noted))).toHaveLength(57);
});

it('a mark: refuses where the mark itself has no room', () => {
  expect(() => mergePairs(others(61), MARK)).toThrow('More than 64');
});
