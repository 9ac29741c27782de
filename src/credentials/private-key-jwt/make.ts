import { createPublicKey, generateKeyPair } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { authName, signingAlgOf } from '../../model/auth-method.ts';
import type { AuthMethod } from '../../model/desired.ts';
import type { PrivateKey } from '../../model/secrets/credential.ts';
import type { KeyAlg } from '../../model/secrets/key-alg.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { thumbprintOf } from '../../model/secrets/thumbprint.ts';

/** Bits. What providers take at least, and NIST SP 800-57 calls good until 2030. */
const MODULUS_LENGTH = 2048;

const generate = promisify(generateKeyPair);

/** A new key; its id is the thumbprint of its public part (RFC 7638). */
export async function makeKey(alg: KeyAlg): Promise<PrivateKey> {
  const pem = (await generateFor(alg)).export({ type: 'pkcs8', format: 'pem' }).toString();
  const keyId = thumbprintOf(createPublicKey(pem).export({ format: 'jwk' }));
  if (keyId === undefined) throw new TypeError(`a key for ${alg} has no thumbprint`);
  return { kind: 'private-key-jwt', privateKey: new Secret(pem), keyId, alg };
}

async function generateFor(alg: KeyAlg): Promise<KeyObject> {
  switch (alg) {
    case 'RS256':
    case 'PS256':
      return (await generate('rsa', { modulusLength: MODULUS_LENGTH })).privateKey;
    case 'ES256':
      return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
    case 'EdDSA':
      return (await generate('ed25519')).privateKey;
    default:
      return alg satisfies never;
  }
}

export function isSameKey(left: PrivateKey, right: PrivateKey): boolean {
  return left.keyId === right.keyId && left.alg === right.alg && left.privateKey.equals(right.privateKey);
}

/** What a client that authenticates by a key signs with. */
export function algOf(auth: AuthMethod): KeyAlg {
  const alg = signingAlgOf(auth);
  if (alg === null) throw new TypeError(`no key is made for ${authName(auth)}`);
  return alg;
}
