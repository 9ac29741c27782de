import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { hideSecrets } from '../model/secrets/known-secrets.ts';
import { Secret } from '../model/secrets/secret.ts';
import { signAssertion } from './client-assertion.ts';
import { readOwnKey } from './own-key.ts';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const RSA_PSS = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const ED = generateKeyPairSync('ed25519');

const pemOf = (pair: typeof RSA): string => String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const jwkOf = (pair: typeof RSA, more: object = {}): string =>
  JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), ...more });
const secret = (text: string): Secret => new Secret(text, ['OWN_KEY']);

describe('readOwnKey', () => {
  it.each([
    ['an RSA key as PEM', RSA, pemOf(RSA), 'RS256'],
    ['a P-256 key as PEM', P256, pemOf(P256), 'ES256'],
    ['a P-384 key as PEM', P384, pemOf(P384), 'ES384'],
    ['an Ed25519 key as PEM', ED, pemOf(ED), 'EdDSA'],
    ['PEM with \\n for its line breaks', P256, pemOf(P256).replaceAll('\n', String.raw`\n`), 'ES256'],
    ['an RSA key as JWK', RSA, jwkOf(RSA), 'RS256'],
    ['a JWK that names its algorithm', RSA, jwkOf(RSA, { alg: 'PS256' }), 'PS256'],
    ['an Ed25519 key as JWK', ED, jwkOf(ED), 'EdDSA'],
  ])('takes %s, and signs what its public half verifies', async (_, { publicKey }, text, alg) => {
    const key = readOwnKey(secret(text));
    const said = { clientId: 'grantry', audience: 'https://id.example/realms/acme' };
    const assertion = await signAssertion(key, said, { now: () => Date.now() });
    const { payload, protectedHeader } = await jwtVerify(assertion.reveal(), publicKey, {
      issuer: 'grantry',
      subject: 'grantry',
      audience: said.audience,
    });
    expect(protectedHeader).toEqual({ alg, typ: 'JWT' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  it('takes the kid of a JWK, and what the Target says before it', () => {
    const text = jwkOf(RSA, { kid: 'of-the-jwk', alg: 'RS384' });
    expect(readOwnKey(secret(text))).toMatchObject({ alg: 'RS384', keyId: 'of-the-jwk' });
    expect(readOwnKey(secret(text), { alg: 'PS256', keyId: 'mine' })).toMatchObject({ alg: 'PS256', keyId: 'mine' });
  });

  it.each([
    ['nothing of the kind', 'hello', 'it can be read neither as PEM nor as a JWK'],
    ['half of JSON', '{"kty":"RSA"', 'it can be read neither as PEM nor as a JWK'],
    ['a public key', String(RSA.publicKey.export({ type: 'spki', format: 'pem' })), 'that is the public half'],
    ['a public JWK', JSON.stringify(RSA.publicKey.export({ format: 'jwk' })), 'that is the public half'],
    [
      'an encrypted key',
      String(
        RSA.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary-passphrase' }),
      ),
      'it is encrypted with a passphrase',
    ],
    ['a short key', pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })), 'it has 1024 bits'],
  ])('refuses %s, and says where it came from', (_, text, why) => {
    expect(() => readOwnKey(secret(text))).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(`privateKey is no private key (from OWN_KEY in the environment): ${why}`),
      }),
    );
  });

  it.each([
    ['ES256 of an RSA key', pemOf(RSA), { alg: 'ES256' }, /signs by RS256, .*, not by ES256$/],
    ['ES256 of a P-384 key', pemOf(P384), { alg: 'ES256' }, /signs by ES384, not by ES256$/],
    ['RS256 of a key for PSS', pemOf(RSA_PSS), { alg: 'RS256' }, /signs by PS256, .*, not by RS256$/],
    ['an assertion of a key for agreement', pemOf(generateKeyPairSync('x25519')), {}, /signs no assertion$/],
  ] as const)('does not make %s', (_, text, hints, message) => {
    expect(() => readOwnKey(secret(text), hints)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(message) }),
    );
  });

  it('keeps to what the server takes', () => {
    const limits = { server: 'Auth0', algorithms: ['RS256', 'RS384', 'PS256'] } as const;
    expect(readOwnKey(secret(pemOf(RSA)), {}, limits).alg).toBe('RS256');
    for (const [text, hints] of [
      [pemOf(P256), {}],
      [pemOf(RSA), { alg: 'RS512' }],
    ] as const) {
      expect(() => readOwnKey(secret(text), hints, limits)).toThrow(
        expect.objectContaining({ hint: expect.stringContaining('Auth0 takes RS256, RS384, PS256.') }),
      );
    }
  });

  it('lets no part of the key out by which it could be put together', () => {
    const { d = '', p = '' } = RSA.privateKey.export({ format: 'jwk' });
    readOwnKey(new Secret(jwkOf(RSA)));
    readOwnKey(new Secret(pemOf(P256)));
    const lines = pemOf(P256).trim().split('\n').slice(1, -1);
    for (const part of [d, p, ...lines, lines.join('')]) expect(hideSecrets(`x ${part} y`)).toBe('x ‹hidden› y');
  });
});

it('signAssertion: gives each assertion an id of its own, and the kid of the key', async () => {
  const key = readOwnKey(secret(pemOf(ED)), { keyId: 'k1' });
  const sign = (): Promise<Secret> => signAssertion(key, { clientId: 'c', audience: 'a' }, { now: () => 0 });
  const ids = (await Promise.all([sign(), sign()])).map((token) => {
    expect(decodeProtectedHeader(token.reveal())).toEqual({ alg: 'EdDSA', kid: 'k1', typ: 'JWT' });
    return decodeJwt(token.reveal()).jti;
  });
  expect(new Set(ids).size).toBe(2);
});
