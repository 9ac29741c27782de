import { expect, it } from 'vitest';
import { fromPairs, mergePairs } from './mark.ts';

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

it.each([
  ['a control character', { owner: 'a\nb' }, 'has a control character'],
  ['a value that is too long', { owner: 'ü'.repeat(257) }, 'has more than 512 bytes'],
  ['a note whose key is too long', { notes: { ['k'.repeat(120)]: 'x' } }, 'has more than 128 bytes'],
])('a mark: refuses %s', (_, special, message) => {
  expect(() => mergePairs({}, { ...MARK, ...special })).toThrow(message);
});

it('a mark: is read only where it is whole', () => {
  const whole = mergePairs({ theirs: 'x' }, MARK);
  expect(fromPairs(whole)).toEqual(MARK);
  for (const key of ['grantry_stack', 'grantry_client', 'grantry_state']) {
    expect(fromPairs(Object.fromEntries(Object.entries(whole).filter(([each]) => each !== key)))).toBeUndefined();
  }
  expect(fromPairs({ ...whole, grantry_state: 'asleep' })).toBeUndefined();
  expect(fromPairs({ theirs: 'x' })).toBeUndefined();
});
