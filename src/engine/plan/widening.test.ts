import { describe, expect, it } from 'vitest';
import { movesLogin, widens } from './widening.ts';

it.each<[string, string | undefined, string | undefined, boolean]>([
  ['team.colour', undefined, 'blue', true],
  ['team.colour', '(set)', undefined, false],
  ['logoUri', undefined, 'https://a.test', false],
  ['dpop.bound.access.tokens', undefined, 'true', false],
  ['dpop.bound.access.tokens', 'true', undefined, true],
])('widens: attribute %s from %s to %s is %s', (name, before, after, expected) => {
  expect(widens({ path: ['attributes', name], before, after })).toBe(expected);
});

describe('widens', () => {
  it.each([
    ['rotateEvery', 2_592_000, 31_536_000, true],
    ['rotateEvery', 31_536_000, 2_592_000, false],
    ['rotateEvery', null, 31_536_000, false],
    ['overlap', '1h', '8759h', true],
    ['overlap', null, '1h', true],
    ['overlap', '48h', '90m', false],
    ['overlap', '1h', null, false],
    ['overlap', undefined, '48h', false],
  ])('%s from %j to %j: %j', (field, before, after, is) => {
    expect(widens({ path: [field], before, after })).toBe(is);
  });
});

describe('movesLogin', () => {
  const delivery = {
    client: 'a',
    clientId: 'a',
    path: 'a',
    place: 'a',
    facts: { token_url: 'https://idp.example/realms/a/token', issuer: 'https://idp.example/realms/a' },
    reason: 'facts-changed',
    pathIsEmpty: false,
  } as const;

  it.each([
    [{ token_url: 'https://idp.example/realms/b/token' }, false],
    [{ token_url: 'https://elsewhere.example/realms/a/token' }, true],
    [{ token_url: 'http://idp.example/realms/a/token' }, true],
    [{ issuer: 'https://elsewhere.example' }, false],
    [{}, false],
  ])('of a document that told %j: %j', (told, is) => {
    expect(movesLogin({ ...delivery, told })).toBe(is);
  });
});
