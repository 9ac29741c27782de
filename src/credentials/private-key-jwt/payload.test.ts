import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import type { KeyAlg } from '../../model/secrets/key-alg.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { thumbprintOf } from '../../model/secrets/thumbprint.ts';
import { makeKey } from './make.ts';
import { fromPayload } from './payload.ts';

/** What a document holds of a key, under the id that it has. */
function holding({ privateKey, publicKey }: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }) {
  return {
    private_key: new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    key_id: thumbprintOf(publicKey.export({ format: 'jwk' })) ?? '',
  };
}

const RSA = holding(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const P256 = holding(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const P384 = holding(generateKeyPairSync('ec', { namedCurve: 'P-384' }));
const ED25519 = holding(generateKeyPairSync('ed25519'));

const FITTING: Readonly<Record<KeyAlg, object>> = { RS256: RSA, PS256: RSA, ES256: P256, EdDSA: ED25519 };

describe('fromPayload', () => {
  it.each(KEY_ALGS)('finds a key that fits what it signs for: %s', (alg) => {
    for (const held of [RSA, P256, P384, ED25519]) {
      const found = fromPayload({ ...held, key_alg: alg }, 'present');
      expect(found?.keyId).toBe(held === FITTING[alg] ? held.key_id : undefined);
    }
  });

  it('finds none where the private key is another one than that of the id, or cannot be read', async () => {
    const held = { ...P256, key_alg: 'ES256' };
    const { privateKey } = await makeKey('ES256');
    expect(fromPayload({ ...held, private_key: privateKey }, 'present')).toBeUndefined();
    const cut = new Secret(P256.private_key.reveal().slice(0, 60));
    expect(fromPayload({ ...held, private_key: cut }, 'present')).toBeUndefined();
    expect(fromPayload({ ...held, key_id: 'another' }, 'present')).toBeUndefined();
  });
});
