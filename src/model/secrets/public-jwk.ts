import { createPublicKey } from 'node:crypto';
import type { PrivateKey } from './credential.ts';
import type { KeyAlg } from './key-alg.ts';

/** The public part of a key (RFC 7517), with the members that its type has (RFC 7518 section 6). */
export interface PublicJwk {
  readonly kid: string;
  readonly alg: KeyAlg;
  readonly use: 'sig';
  readonly [member: string]: unknown;
}

/** The public part of a key as a provider is given it. */
export function publicJwk({ privateKey, keyId, alg }: PrivateKey): PublicJwk {
  const members = createPublicKey(privateKey.reveal()).export({ format: 'jwk' });
  return { ...members, kid: keyId, alg, use: 'sig' };
}
