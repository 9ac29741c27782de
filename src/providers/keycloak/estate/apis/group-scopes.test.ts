import { describe, expect, it } from 'vitest';
import { api, state } from '../../../../../test/support/bench/declared.ts';
import { claimMapper } from '../../../../../test/support/estates/made-scopes.ts';
import { scopeRow } from '../../../../../test/support/estates/rows.ts';
import type { ClientScopeRepresentation } from '../../convert/representations.ts';
import { groupScopes } from './group-scopes.ts';

const SURROUNDINGS = { isClient: () => false, rolesOfScope: new Map<string, readonly string[]>() };
const AUDIENCE = 'https://stock.test';

function withClaim(scope: ClientScopeRepresentation): ClientScopeRepresentation {
  return { ...scope, protocolMappers: [...scope.protocolMappers, { ...claimMapper('tenant', 'acme'), id: 'c' }] };
}

function grouped(scopes: readonly ClientScopeRepresentation[], desired = state([], [])) {
  const { groups, strays, audienceOf } = groupScopes(scopes, desired, SURROUNDINGS);
  return {
    groups: groups.map(({ audience, scopes: of }) => [audience, of.map(({ name }) => name)]),
    strays: strays.map(({ scope }) => scope.name),
    audienceOf: Object.fromEntries(audienceOf),
  };
}

describe('groupScopes', () => {
  it('puts scopes of one audience into one Api, sorted, whatever their order', () => {
    const scopes = [
      scopeRow('b', AUDIENCE),
      scopeRow('c', 'urn:other'),
      scopeRow('a', AUDIENCE),
      scopeRow('legacy', undefined),
    ];
    const expected = {
      groups: [
        [AUDIENCE, ['a', 'b']],
        ['urn:other', ['c']],
      ],
      strays: [],
      audienceOf: { a: AUDIENCE, b: AUDIENCE, c: 'urn:other' },
    };
    expect(grouped(scopes)).toEqual(expected);
    expect(grouped(scopes.toReversed())).toEqual(expected);
  });

  it('gives an audience to those that agree, the most of them, and leaves the others', () => {
    const scopes = [withClaim(scopeRow('a', AUDIENCE)), scopeRow('b', AUDIENCE), scopeRow('c', AUDIENCE)];
    expect(grouped(scopes)).toMatchObject({ groups: [[AUDIENCE, ['b', 'c']]], strays: ['a'] });
    expect(grouped(scopes.slice(0, 2))).toMatchObject({ groups: [[AUDIENCE, ['a']]], strays: ['b'] });
  });

  it('makes no Api of scopes of several stacks', () => {
    const marked = scopeRow('b', AUDIENCE, { attributes: { 'grantry.stack': 'theirs', 'grantry.api': 'stock' } });
    expect(grouped([scopeRow('a', AUDIENCE), marked])).toMatchObject({ groups: [[AUDIENCE, ['a']]], strays: ['b'] });
  });

  it('leaves what manifests declare as it is declared', () => {
    const declared = state([api('stock', ['a'], { audience: AUDIENCE })], []);
    expect(grouped([withClaim(scopeRow('a', AUDIENCE)), scopeRow('b', AUDIENCE)], declared)).toEqual({
      groups: [],
      strays: ['b'],
      audienceOf: { a: AUDIENCE },
    });
  });
});
