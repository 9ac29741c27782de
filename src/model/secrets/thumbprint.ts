import { createHash } from 'node:crypto';

/** The members that a thumbprint is made of, by the type of a key, sorted (RFC 7638 section 3.2, RFC 8037 section 2). */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};

/** The SHA-256 thumbprint of a key (RFC 7638), of its public part; undefined for what is no whole key. */
export function thumbprintOf(jwk: Readonly<Record<string, unknown>>): string | undefined {
  const { kty } = jwk;
  const members = typeof kty === 'string' && Object.hasOwn(MEMBERS, kty) ? MEMBERS[kty] : undefined;
  if (members === undefined || members.some((name) => typeof jwk[name] !== 'string')) return undefined;
  const required = Object.fromEntries(members.map((name) => [name, jwk[name]]));
  return createHash('sha256').update(JSON.stringify(required)).digest('base64url');
}
