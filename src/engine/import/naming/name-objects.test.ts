import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RANK, nameObjects } from './name-objects.ts';
import { MAX_NAME, isName } from './slug.ts';

const derived = (id: string, wanted: string) => ({ id, wanted, rank: RANK.derived });

describe('nameObjects', () => {
  it('numbers what comes to the same name, in the order of the ids', () => {
    const names = nameObjects([derived('Orders', 'orders'), derived('ORDERS', 'orders')], new Set());
    expect(Object.fromEntries(names)).toEqual({ ORDERS: 'orders', Orders: 'orders-2' });
  });

  it('leaves a name to what is called so to the letter, and before that to what is marked with it', () => {
    const exact = { id: 'orders', wanted: 'orders', rank: RANK.exact };
    const marked = { id: 'z', wanted: 'orders', rank: RANK.marked };
    expect(nameObjects([derived('Orders', 'orders'), exact], new Set()).get('orders')).toBe('orders');
    expect(nameObjects([exact, marked], new Set()).get('z')).toBe('orders');
  });

  it('takes no name that a manifest has', () => {
    expect(nameObjects([derived('a', 'orders')], new Set(['orders', 'orders-2'])).get('a')).toBe('orders-3');
  });

  it('gives each another name, the same in any order, however long they are', () => {
    const objects = fc.uniqueArray(
      fc.record({
        id: fc.string(),
        wanted: fc.constantFrom('a', 'a-2', 'a-3', 'x'.repeat(MAX_NAME)),
        rank: fc.constantFrom(...Object.values(RANK)),
      }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(objects, (list) => {
        const names = nameObjects(list, new Set(['a']));
        expect(new Set(names.values()).size).toBe(list.length);
        expect([...names.values()].filter((name) => !isName(name))).toEqual([]);
        expect(nameObjects(list.toReversed(), new Set(['a']))).toEqual(names);
      }),
    );
  });
});
