import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { expect, it } from 'vitest';
import { thumbprintOf } from './thumbprint.ts';

it.each(['RS256', 'ES256', 'EdDSA'])('thumbprintOf: is that of RFC 7638 of a key for %s', async (alg) => {
  const { publicKey } = await generateKeyPair(alg);
  const jwk = await exportJWK(publicKey);
  expect(thumbprintOf({ ...jwk, kid: 'x', use: 'sig' })).toBe(await calculateJwkThumbprint(jwk));
});

it.each([{}, { kty: 'oct', k: 'x' }, { kty: 'RSA', n: 1, e: 'AQAB' }, { kty: 'toString' }, { kty: ['RSA'] }])(
  'thumbprintOf: of %o there is none',
  (jwk) => {
    expect(thumbprintOf(jwk)).toBeUndefined();
  },
);
