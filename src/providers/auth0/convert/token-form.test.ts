import { describe, expect, it } from 'vitest';
import type { ApiFields } from '../fields.ts';
import { resourceServer } from './representations.ts';
import { formChanges, senderConstraintOf, tokenTypeOf } from './token-form.ts';

const DPOP = { mechanism: 'dpop', required: true };
const PLAIN: ApiFields = {
  audience: 'https://stock.test',
  displayName: 'stock',
  tokenLifetime: null,
  signingAlgorithm: 'RS256',
  tokenType: null,
  senderConstrained: null,
  scopes: {},
};
const FORMED: ApiFields = { ...PLAIN, tokenType: 'at+jwt', senderConstrained: 'dpop' };

const server = (more: object) => resourceServer.parse({ id: 'i', identifier: 'https://stock.test', ...more });

describe('what a resource server says', () => {
  it.each([
    [{}, null, null],
    [{ proof_of_possession: null, token_dialect: 'access_token_authz' }, null, null],
    [{ proof_of_possession: DPOP, token_dialect: 'rfc9068_profile' }, 'dpop', 'at+jwt'],
    [{ proof_of_possession: { ...DPOP, required_for: 'all_clients' } }, 'dpop', null],
    [{ proof_of_possession: { ...DPOP, required_for: 'public_clients' } }, 'dpop (of public clients)', null],
    [{ proof_of_possession: { ...DPOP, required: false } }, 'dpop (not required)', null],
    [{ proof_of_possession: { mechanism: 'mtls', required: true } }, 'mtls', null],
  ])('%j: %j, %j', (said, constraint, type) => {
    expect([senderConstraintOf(server(said)), tokenTypeOf(server(said))]).toEqual([constraint, type]);
  });
});

describe('formChanges', () => {
  it('sends nothing of what is so already: a tenant may lack the feature', () => {
    expect(formChanges(undefined, PLAIN)).toEqual({});
    expect(formChanges(server({ token_dialect: 'access_token_authz' }), PLAIN)).toEqual({});
    const formed = server({ proof_of_possession: DPOP, token_dialect: 'rfc9068_profile_authz' });
    expect(formChanges(formed, FORMED)).toEqual({});
  });

  it('sends what is to be another, and keeps permissions in tokens', () => {
    expect(formChanges(undefined, FORMED)).toEqual({ proof_of_possession: DPOP, token_dialect: 'rfc9068_profile' });
    const own = server({ token_dialect: 'access_token_authz' });
    expect(formChanges(own, FORMED)).toEqual({ proof_of_possession: DPOP, token_dialect: 'rfc9068_profile_authz' });
    const formed = server({ proof_of_possession: DPOP, token_dialect: 'rfc9068_profile' });
    expect(formChanges(formed, PLAIN)).toEqual({ proof_of_possession: null, token_dialect: 'access_token' });
  });
});
