import { expect, it } from 'vitest';
import { widens } from './widening.ts';

it.each<[string, string | undefined, string | undefined, boolean]>([
  ['team.colour', undefined, 'blue', true],
  ['team.colour', '(set)', undefined, false],
  ['logoUri', undefined, 'https://a.test', false],
  ['dpop.bound.access.tokens', undefined, 'true', false],
  ['dpop.bound.access.tokens', 'true', undefined, true],
])('widens: attribute %s from %s to %s is %s', (name, before, after, expected) => {
  expect(widens({ path: ['attributes', name], before, after })).toBe(expected);
});
