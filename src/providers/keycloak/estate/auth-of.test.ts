import { expect, it } from 'vitest';
import { authOf } from './auth-of.ts';

const NOT_MADE = { url: undefined, jwksUrl: undefined, trustDomain: undefined, reuse: false, maxTokenAge: undefined };
const ISSUERS = [{ name: 'github', alias: 'gh', kind: 'oidc', ...NOT_MADE }];
const RSA = { kty: 'RSA', kid: 'one', n: 'x', e: 'AQAB' };
const jwks = (...keys: object[]): Record<string, string> => ({
  'use.jwks.string': 'true',
  'jwks.string': JSON.stringify({ keys }),
});
const METHOD = 'client.secret.authentication.allowed.method';
const ALG = 'token.endpoint.auth.signing.alg';
const found = (clientAuthenticatorType: string, attributes: Record<string, string>): unknown => {
  const auth = authOf({ clientAuthenticatorType, attributes }, ISSUERS);
  return 'auth' in auth ? auth.auth : auth.reason.reason;
};

it.each([
  [{}, 'client_secret'],
  [{ [METHOD]: '' }, 'client_secret'],
  [{ [METHOD]: 'client_secret_basic' }, 'client_secret_basic'],
  [{ [METHOD]: 'client_secret_post' }, 'client_secret_post'],
  [{ [METHOD]: 'client_secret' }, 'other-authenticator'],
])('authOf: a secret, sent as %j says', (attributes, auth) => {
  expect(found('client-secret', attributes)).toBe(auth);
});

it.each([
  [{ ...jwks(RSA), [ALG]: 'PS256' }, { private_key_jwt: { alg: 'PS256' } }],
  [jwks(RSA), { private_key_jwt: { alg: 'RS256' } }],
  [jwks({ ...RSA, alg: 'PS256' }), { private_key_jwt: { alg: 'PS256' } }],
  [jwks({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }), { private_key_jwt: { alg: 'ES256' } }],
  [jwks({ kty: 'OKP', crv: 'Ed25519', x: 'x' }), { private_key_jwt: { alg: 'EdDSA' } }],
  [jwks(RSA, { ...RSA, kid: 'two' }), { private_key_jwt: { alg: 'RS256' } }],
  [jwks(RSA, { kty: 'OKP', crv: 'Ed25519', x: 'x' }), 'other-authenticator'],
  [jwks({ kty: 'EC', crv: 'P-384', x: 'x', y: 'y' }), 'other-authenticator'],
  [{ ...jwks(RSA), [ALG]: 'ES512' }, 'other-authenticator'],
  [jwks(), 'other-authenticator'],
  [{ 'use.jwks.string': 'true', 'jwks.string': 'no JSON' }, 'other-authenticator'],
  [{ 'use.jwks.url': 'true', 'jwks.url': 'https://a.example/keys' }, 'other-authenticator'],
  [{ 'jwt.credential.certificate': 'MII' }, 'other-authenticator'],
])('authOf: a key, with %j', (attributes, auth) => {
  expect(found('client-jwt', attributes)).toEqual(auth);
});

it.each([
  [
    { 'jwt.credential.issuer': 'gh', 'jwt.credential.sub': 'repo:a' },
    { federated: { issuer: 'github', alias: 'gh', subject: 'repo:a' } },
  ],
  [{ 'jwt.credential.issuer': 'gitlab', 'jwt.credential.sub': 'repo:a' }, 'unknown-issuer'],
  [{ 'jwt.credential.issuer': 'gh' }, 'other-authenticator'],
  [{}, 'other-authenticator'],
])('authOf: the tokens of a workload, with %j', (attributes, auth) => {
  expect(found('federated-jwt', attributes)).toEqual(auth);
});

it('authOf: another authenticator is none that a manifest can say', () => {
  expect(found('client-secret-jwt', {})).toBe('other-authenticator');
});
