import { describe, expect, test } from 'vitest';
import type { Json } from '../model/json.ts';
import { count, elapsed, labelOf, thousands, valueOf } from './words.ts';

describe('labelOf', () => {
  test.each([
    ['access inventory scopes', 'may call inventory'],
    ['access inventory onRequest', 'on request inventory'],
    ['roles realm', 'realm roles'],
    ['roles clients realm-management', 'roles of realm-management'],
    ['scopeMappings realm', 'realm roles in tokens'],
    ['roleParts realm', 'realm roles included'],
    ['roleParts clients billing', 'roles of billing included'],
    ['serviceAccount', 'service account user'],
    ['groups', 'roles by groups'],
    ['scopeMappings clients billing', 'roles of billing in tokens'],
    ['flows directAccessGrants', 'direct access grants'],
    ['labels tier', 'label tier'],
    ['attributes use.refresh.tokens', 'attribute use.refresh.tokens'],
    ['scopes inventory:read description', 'inventory:read description'],
    ['scopes inventory:read introspectedBy', 'inventory:read introspected by'],
    ['tokenLifetime', 'token lifetime'],
    ['owner', 'owner'],
    ['something else entirely', 'something else entirely'],
    ['access', 'access'],
  ])('%s', (path, label) => {
    expect(labelOf(path.split(' '))).toBe(label);
  });
});

describe('valueOf', () => {
  test.each<[string, Json | undefined, string]>([
    ['tokenLifetime', 300, '5m'],
    ['tokenLifetime', 90, '90s'],
    ['tokenLifetime', 86_400, '1d'],
    ['tokenLifetime', null, '(server default)'],
    ['tokenLifetime', 'odd', '"odd"'],
    ['tokenLifetime', undefined, '(not set)'],
    ['other', null, '(none)'],
    ['other', [], '(empty)'],
    ['other', true, 'true'],
    ['other', 5, '5'],
    ['other', { a: [1] }, '{"a":[1]}'],
    ['auth', 'client_secret_basic', 'client_secret_basic'],
    ['audience', 'https://inventory.internal', 'https://inventory.internal'],
    ['other', '', '""'],
    ['other', 'two words', '"two words"'],
    ['other', '(none)', '"(none)"'],
    ['description', 'Word', '"Word"'],
    ['description', 'a "quoted" one', String.raw`"a \"quoted\" one"`],
    ['labels tier', 'backend', '"backend"'],
  ])('%s: %j', (path, value, expected) => {
    expect(valueOf(path.split(' '), value)).toBe(expected);
  });
});

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

test('numbers are the same on every machine', () => {
  expect([0, 999, 1000, 12_345, 1_234_567].map(thousands)).toEqual(['0', '999', '1,000', '12,345', '1,234,567']);
  expect(count(1, 'Api')).toBe('1 Api');
  expect(count(2, 'Api')).toBe('2 Apis');
});
