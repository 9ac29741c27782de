/** The keys and certificates that clients hand in as PEM. */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { invalidBody } from './errors.ts';
import type { Refusal } from './errors.ts';

/** Bits of an RSA modulus. */
const SIZES = { min: 2048, max: 4096 };
const PUBLIC = /^\s*-----BEGIN (?:RSA )?PUBLIC KEY-----/;
const CERTIFICATE = /^\s*-----BEGIN CERTIFICATE-----/;

/**
 * The RSA key of a PEM: SPKI, PKCS #1 or a certificate. Of a private key Node would make the public one: that must not
 * come here, so it is refused.
 */
export function parsePublicKey(pem: string): KeyObject {
  const key = parseKey(pem);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type !== 'rsa') throw invalidBody('The key in pem must be an RSA key');
  const bits = details?.modulusLength ?? 0;
  if (bits < SIZES.min || bits > SIZES.max) {
    throw invalidBody(`The RSA key in pem must have ${SIZES.min} to ${SIZES.max} bits, it has ${bits}`);
  }
  return key;
}

function parseKey(pem: string): KeyObject {
  if (!PUBLIC.test(pem) && !CERTIFICATE.test(pem)) throw notAKey();
  try {
    return CERTIFICATE.test(pem) ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  } catch (error) {
    throw Object.assign(notAKey(), { cause: error });
  }
}

function notAKey(): Refusal {
  return invalidBody('The key in pem is not a valid public key or certificate');
}

export function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw Object.assign(invalidBody('The certificate in pem is not a valid X.509 certificate'), { cause: error });
  }
}

/** RFC 7638, which is the kid that Auth0 gives to a key without one. */
export function thumbprintOf(key: KeyObject): string {
  const { e, kty, n } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
}
