import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { expect, it } from 'vitest';
import { thumbprintOf } from './thumbprint.ts';

const KEYS: readonly (readonly [string, () => KeyObject])[] = [
  ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
  ['EC', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['OKP', () => generateKeyPairSync('ed25519').publicKey],
];

it.each(KEYS)('thumbprintOf: is what jose makes of a key: %s', async (kty, make) => {
  const jwk = { ...make().export({ format: 'jwk' }), kid: 'any', use: 'sig' };
  expect(jwk.kty).toBe(kty);
  expect(thumbprintOf(jwk)).toBe(await calculateJwkThumbprint(jwk));
});

it.each([{}, { kty: 'oct', k: 'AA' }, { kty: 'RSA', e: 'AQAB' }])('thumbprintOf: there is none of %o', (jwk) => {
  expect(thumbprintOf(jwk)).toBeUndefined();
});
