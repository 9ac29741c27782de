import { expect, test } from 'vitest';
import { count, nameSome, thousands } from './counting.ts';

test('thousands: numbers are the same on every machine', () => {
  expect([0, 999, 1000, 12_345, 1_234_567].map(thousands)).toEqual(['0', '999', '1,000', '12,345', '1,234,567']);
});

test('count: one has the singular', () => {
  expect([0, 1, 2].map((number) => count(number, 'Api'))).toEqual(['0 Apis', '1 Api', '2 Apis']);
});

test('nameSome: all where they are few, else the first and how many more', () => {
  expect(nameSome(['a', 'b'], 2)).toBe('a, b');
  expect(nameSome(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  expect(
    nameSome(
      Array.from({ length: 2_000 }, () => 'x'),
      1,
      '; ',
    ),
  ).toBe('x and 1,999 more');
});
