import { sameJson } from '../../model/values/json.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields } from '../../model/state.ts';
import { leafDifferences } from './field-changes.ts';

const names = fc.constantFrom('a', 'b', 'constructor', 'toString', '__proto__', 'hasOwnProperty');
const leaf = fc.oneof(fc.constantFrom(null, true, 'x', 7), fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }));
const fields: fc.Arbitrary<Fields> = fc.letrec<{ node: Fields }>((tie) => ({
  node: fc.dictionary(names, fc.oneof({ maxDepth: 3 }, leaf, tie('node')), { maxKeys: 4, noNullPrototype: true }),
})).node;

describe('leafDifferences', () => {
  it('finds nothing between equals, whatever their keys are called', () => {
    fc.assert(
      fc.property(fields, (one) => {
        expect(leafDifferences(one, structuredClone(one))).toEqual([]);
        expect(sameJson(one, structuredClone(one))).toBe(true);
      }),
    );
  });

  it('is the same the other way round, with the sides exchanged', () => {
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const back = leafDifferences(other, one).map(({ path, before, after }) => ({
          path,
          before: after,
          after: before,
        }));
        expect(new Set(leafDifferences(one, other).map((item) => JSON.stringify(item)))).toEqual(
          new Set(back.map((item) => JSON.stringify(item))),
        );
      }),
    );
  });

  it('takes a list for one leaf, and names the way to each', () => {
    const before = { access: { stock: { scopes: ['r'], onRequest: [] } }, flows: { standard: true } };
    const after = { access: { stock: { scopes: ['r', 'w'], onRequest: [] } }, flows: { standard: false } };
    expect(leafDifferences(before, after)).toEqual([
      { path: ['access', 'stock', 'scopes'], before: ['r'], after: ['r', 'w'] },
      { path: ['flows', 'standard'], before: true, after: false },
    ]);
  });

  it('sees a label called constructor', () => {
    expect(leafDifferences({ labels: { constructor: 'x' } }, { labels: {} })).toEqual([
      { path: ['labels', 'constructor'], before: 'x', after: undefined },
    ]);
  });
});
