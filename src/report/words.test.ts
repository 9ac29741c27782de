import { expect, test } from 'vitest';
import { elapsed } from './words.ts';

test.each([
  [0, '0ms'],
  [240.4, '240ms'],
  [999.4, '999ms'],
  [999.6, '1.0s'],
  [1240, '1.2s'],
  [59_949, '59.9s'],
  [59_960, '1m 0s'],
  [125_000, '2m 5s'],
  [3_600_000, '1h 0m'],
  [Number.NaN, '0ms'],
])('elapsed %d ms is %s', (milliseconds, expected) => {
  expect(elapsed(milliseconds)).toBe(expected);
});
