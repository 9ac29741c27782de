import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as z from 'zod';
import type { PrivateKey } from '../../model/secrets/credential.ts';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import type { KeyAlg } from '../../model/secrets/key-alg.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { thumbprintOf } from '../../model/secrets/thumbprint.ts';
import type { Payload, PayloadUpdate } from '../../stores/store.ts';
import type { PayloadKeys, Slot } from '../method.ts';

const SUFFIX = { present: '', next: '_next', previous: '_previous' } as const;

function keysOf(slot: Slot): Readonly<Record<'privateKey' | 'keyId' | 'alg', string>> {
  const suffix = SUFFIX[slot];
  return { privateKey: `private_key${suffix}`, keyId: `key_id${suffix}`, alg: `key_alg${suffix}` };
}

function payloadKeysOf(slot: Slot): PayloadKeys {
  const { privateKey, keyId, alg } = keysOf(slot);
  return { [privateKey]: 'secret', [keyId]: 'public', [alg]: 'public' };
}

export const payloadKeys = {
  present: payloadKeysOf('present'),
  next: payloadKeysOf('next'),
  previous: payloadKeysOf('previous'),
} as const;

export function toPayload(key: PrivateKey, slot: Slot): PayloadUpdate {
  const names = keysOf(slot);
  return { [names.privateKey]: key.privateKey, [names.keyId]: key.keyId, [names.alg]: key.alg };
}

/** Only where the three belong together: what is said of a key that is another one, or none, is of no use to anybody. */
export function fromPayload(payload: Payload, slot: Slot): PrivateKey | undefined {
  const names = keysOf(slot);
  const [privateKey, keyId, alg] = [payload[names.privateKey], payload[names.keyId], payload[names.alg]];
  const known = z.enum(KEY_ALGS).safeParse(alg);
  if (!(privateKey instanceof Secret) || typeof keyId !== 'string' || !known.success) return undefined;
  const key = parsed(privateKey);
  if (key === undefined || !isFor(key, known.data) || idOf(key) !== keyId) return undefined;
  return { kind: 'private-key-jwt', privateKey, keyId, alg: known.data };
}

function parsed(privateKey: Secret): KeyObject | undefined {
  try {
    return createPrivateKey(privateKey.reveal());
  } catch {
    // The error may quote what it could not read.
    return undefined;
  }
}

function isFor({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject, alg: KeyAlg): boolean {
  switch (alg) {
    case 'RS256':
    case 'PS256':
      return type === 'rsa';
    case 'ES256':
      return type === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
    case 'EdDSA':
      return type === 'ed25519';
    default:
      return alg satisfies never;
  }
}

function idOf(key: KeyObject): string | undefined {
  return thumbprintOf(createPublicKey(key).export({ format: 'jwk' }));
}
