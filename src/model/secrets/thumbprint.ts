import { hash } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

/** Members that make a key the key that it is, in their lexical order (RFC 7638 section 3.2, RFC 8037 section 2). */
const REQUIRED: Readonly<Record<string, readonly (keyof JsonWebKey)[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};

/** The SHA-256 thumbprint of a key (RFC 7638), in base64url; undefined for one of another type, or that lacks a member. */
export function thumbprintOf(jwk: JsonWebKey): string | undefined {
  const members = REQUIRED[jwk.kty ?? '']?.map((name) => [name, jwk[name]] as const);
  if (members === undefined || members.some(([, value]) => typeof value !== 'string')) return undefined;
  return hash('sha256', JSON.stringify(Object.fromEntries(members)), 'base64url');
}
