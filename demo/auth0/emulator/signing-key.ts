/** The tenant's signing key, and the tokens made with it. */
import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import type { JsonObject } from './json.ts';

export interface SigningKey {
  /** For /.well-known/jwks.json. */
  readonly jwks: { readonly keys: readonly JsonObject[] };
  sign(claims: Readonly<Record<string, unknown>>, typ: string): Promise<string>;
  /** The claims of a token that this key signed for the audience; throws for any other. `now` in milliseconds. */
  verify(token: string, expected: { issuer: string; audience: string; now: number }): Promise<JWTPayload>;
}

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const { kty, n, e } = await exportJWK(publicKey);
  const jwk = { kty: kty ?? 'RSA', n: n ?? '', e: e ?? '' };
  const kid = await calculateJwkThumbprint(jwk);
  return {
    jwks: { keys: [{ ...jwk, use: 'sig', alg: 'RS256', kid }] },
    sign: (claims, typ) => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', typ, kid }).sign(privateKey),
    verify: async (token, { issuer, audience, now }) => {
      const options = { issuer, audience, algorithms: ['RS256'], currentDate: new Date(now) };
      return (await jwtVerify(token, publicKey, options)).payload;
    },
  };
}

export const newTokenId = (): string => randomUUID();
