import { FIELD_WORDS } from '../../test/support/bench/field-words.ts';
import { describe, expect, it, test } from 'vitest';
import type { Json } from '../model/values/json.ts';

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
    ['enabled', 'state'],
    ['something else entirely', 'something else entirely'],
    ['access', 'access'],
  ])('%s', (path, label) => {
    expect(FIELD_WORDS.labelOf(path.split(' '))).toBe(label);
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
    ['tokenAlg', null, '(server default)'],
    ['tokenAlg', 'ES256', 'ES256'],
    ['enabled', true, 'enabled'],
    ['enabled', false, 'disabled'],
    ['flows enabled', false, 'false'],
    ['senderConstrained', null, '(none)'],
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
    expect(FIELD_WORDS.valueOf(path.split(' '), value)).toBe(expected);
  });
});

it.each<[string, string | undefined, string | undefined, boolean]>([
  ['team.colour', undefined, 'blue', true],
  ['team.colour', '(set)', undefined, false],
  ['logoUri', undefined, 'https://a.test', false],
  ['dpop.bound.access.tokens', undefined, 'true', false],
  ['dpop.bound.access.tokens', 'true', undefined, true],
])('widens: attribute %s from %s to %s is %s', (name, before, after, expected) => {
  expect(FIELD_WORDS.widens({ path: ['attributes', name], before, after })).toBe(expected);
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
    ['senderConstrained', 'dpop', null, true],
    ['senderConstrained', 'dpop', 'dpop (not required)', true],
    ['senderConstrained', 'mtls', 'dpop', false],
    ['senderConstrained', null, 'dpop', false],
    ['tokenAlg', 'ES256', null, false],
  ])('%s from %j to %j: %j', (field, before, after, is) => {
    expect(FIELD_WORDS.widens({ path: [field], before, after })).toBe(is);
  });
});

describe('breaks', () => {
  it.each<[string, Json | undefined, Json | undefined, string | undefined]>([
    ['senderConstrained', null, 'dpop', 'breaks callers that send no DPoP proof'],
    ['senderConstrained', 'mtls', 'dpop', 'breaks callers that send no DPoP proof'],
    ['senderConstrained', 'dpop', null, undefined],
    // Of what is new there are no callers, and of what goes none are left.
    ['senderConstrained', undefined, 'dpop', undefined],
    ['tokenAlg', 'RS256', undefined, undefined],
    ['tokenAlg', null, 'ES256', 'breaks Apis that take no other algorithm'],
    ['tokenType', 'at+jwt', null, 'breaks Apis that take no other type'],
    ['signingAlgorithm', 'RS256', 'PS256', 'breaks Apis that take no other algorithm'],
    ['tokenLifetime', 300, 60, undefined],
  ])('%s from %j to %j: %j', (field, before, after, whom) => {
    expect(FIELD_WORDS.breaks({ path: [field], before, after })).toBe(whom);
  });
});
