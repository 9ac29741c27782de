import { expect, test } from 'vitest';
import { valueAt } from './values.ts';

test('valueAt: leads to what was written, and to nothing that a map has by itself', () => {
  const root = { list: [{ a: 1 }], map: { b: null } };
  expect([valueAt(root, []), valueAt(root, ['list', 0, 'a']), valueAt(root, ['map', 'b'])]).toEqual([root, 1, null]);
  for (const path of [
    ['map', 'c'],
    ['list', 1],
    ['list', 'length'],
    ['constructor'],
    ['map', 'toString'],
    ['__proto__'],
  ])
    expect(valueAt(root, path)).toBeUndefined();
});
