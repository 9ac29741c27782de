import { describe, expect, it } from 'vitest';
import { api, client } from '../../../../test/support/bench/declared.ts';
import type { Api } from '../../../../test/support/bench/declared.ts';
import { declaredAttributes, formToAttributes, splitAttributes } from './token-attributes.ts';

const BOUND = 'dpop.bound.access.tokens';
const ALG = 'access.token.signed.response.alg';
const RFC9068 = 'access.token.header.type.rfc9068';
const NO_ROLES = { realm: [], clients: {} };

function declared(own: Readonly<Record<string, string>>, ...apis: readonly Api[]): Readonly<Record<string, string>> {
  const access = Object.fromEntries(apis.map(({ name }) => [name, ['x']]));
  const settings = { kind: 'keycloak', serviceAccountRoles: NO_ROLES, attributes: own };
  return declaredAttributes(client('orders', access, { settings }), new Map(apis.map((one) => [one.name, one])));
}

describe('declaredAttributes', () => {
  it('are the own ones of a client whose Apis say nothing of tokens', () => {
    const own = { 'team.colour': 'blue', [BOUND]: 'true' };
    expect(declared(own, api('stock', ['x']), api('mail', ['x'], { tokenType: 'JWT' }))).toBe(own);
  });

  it('are what one Api says where others say nothing, beside the own ones', () => {
    const stock = api('stock', ['x'], { senderConstrained: 'dpop', tokenAlg: 'ES256', tokenType: 'at+jwt' });
    const wanted = { 'team.colour': 'blue', [BOUND]: 'true', [ALG]: 'ES256', [RFC9068]: 'true' };
    expect(declared({ 'team.colour': 'blue' }, api('mail', ['x']), stock)).toEqual(wanted);
  });
});

describe('splitAttributes', () => {
  it('has those of tokens in fields of their own', () => {
    const attributes = { [BOUND]: 'TRUE', [ALG]: 'PS256', [RFC9068]: 'true', x: 'y' };
    const form = { senderConstrained: 'dpop', tokenAlg: 'PS256', tokenType: 'at+jwt' } as const;
    expect(splitAttributes(attributes)).toEqual({ ...form, attributes: { x: 'y' } });
    expect(formToAttributes(form)).toEqual({ [BOUND]: 'true', [ALG]: 'PS256', [RFC9068]: 'true' });
  });

  it('takes a switch for off that Java reads so, and an empty algorithm for none', () => {
    const none = { senderConstrained: null, tokenAlg: null, tokenType: null };
    expect(splitAttributes({ [BOUND]: 'yes', [ALG]: '', [RFC9068]: '(set)' })).toEqual({ ...none, attributes: {} });
    expect(splitAttributes({ x: 'y' })).toEqual({ ...none, attributes: { x: 'y' } });
    expect(formToAttributes({ senderConstrained: null, tokenAlg: null, tokenType: null })).toEqual({});
  });
});
