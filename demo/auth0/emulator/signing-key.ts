/** The tenant's signing key, and the tokens made with it. */
import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import type { JsonObject } from './json.ts';

/** What an API can be signed with by a key pair. */
const ALGORITHMS = ['RS256', 'RS512', 'PS256'] as const;
export type SigningAlgorithm = (typeof ALGORITHMS)[number];

export interface SigningKey {
  /** For /.well-known/jwks.json. */
  readonly jwks: { readonly keys: readonly JsonObject[] };
  sign(claims: Readonly<Record<string, unknown>>, typ: string, alg?: SigningAlgorithm): Promise<string>;
  /** The claims of a token that this key signed for the audience; throws for any other. `now` in milliseconds. */
  verify(token: string, expected: { issuer: string; audience: string; now: number }): Promise<JWTPayload>;
}

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const { kty, n, e } = await exportJWK(publicKey);
  const jwk = { kty: kty ?? 'RSA', n: n ?? '', e: e ?? '' };
  const kid = await calculateJwkThumbprint(jwk);
  const secret = await exportJWK(privateKey);
  const kidOf = (alg: SigningAlgorithm): string => (alg === 'RS256' ? kid : `${kid}-${alg}`);
  return {
    jwks: { keys: ALGORITHMS.map((alg) => ({ ...jwk, use: 'sig', alg, kid: kidOf(alg) })) },
    sign: async (claims, typ, alg = 'RS256') => {
      const signer = new SignJWT({ ...claims }).setProtectedHeader({ alg, typ, kid: kidOf(alg) });
      return signer.sign(alg === 'RS256' ? privateKey : await importJWK(secret, alg));
    },
    verify: async (token, { issuer, audience, now }) => {
      const options = { issuer, audience, algorithms: ['RS256'], currentDate: new Date(now) };
      return (await jwtVerify(token, publicKey, options)).payload;
    },
  };
}

/** How an API has its tokens signed. */
export function algorithmOf(text: unknown): SigningAlgorithm {
  return ALGORITHMS.find((one) => one === text) ?? 'RS256';
}

export const newTokenId = (): string => randomUUID();
