import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder, isInOrder } from './in-order.ts';

const texts = fc.array(fc.constantFrom('', 'a', 'b', 'B', 'ab', 'é', '\u{1f600}', '\uffff'), { maxLength: 5 });

const once = (list: readonly string[]): string[] => [...new Set(list)].toSorted();

it('inOrder: gives each text once, in the order of the machine', () => {
  fc.assert(
    fc.property(texts, (list) => {
      expect(inOrder(list)).toEqual(once(list));
    }),
  );
});

it('inOrder: takes a list for one in order only where nothing would change', () => {
  fc.assert(fc.property(texts, (list) => isInOrder(list) === (JSON.stringify(list) === JSON.stringify(once(list)))));
});

it('inOrder: makes no new list of one in order', () => {
  const list = ['a', 'b', 'c'];
  expect(inOrder(list)).toBe(list);
});
