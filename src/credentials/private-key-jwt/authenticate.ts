import { createPrivateKey, webcrypto } from 'node:crypto';
import { modifyAssertion, PrivateKeyJwt } from 'oauth4webapi';
import type { ClientAuth } from 'oauth4webapi';
import type { KeyAlg } from '../../model/secrets/key-alg.ts';
import type { PrivateKey } from '../../model/secrets/credential.ts';
import { GrantryError } from '../../model/errors.ts';

/** A signed assertion for the issuer (RFC 7523 section 3), good for a minute, never used twice. */
export function authenticate({ privateKey, keyId, alg }: PrivateKey): ClientAuth {
  return async (server, client, body, headers) => {
    const key = await importKey(privateKey.reveal(), alg).catch(() => {
      // The library's own message may quote what it could not read.
      throw new GrantryError('FAILED', `the private key of ${client.client_id} in the store cannot be read`, {
        hint: 'It was changed by hand. grantry apply --check-store delivers a new one.',
      });
    });
    // Ed25519 has a name of its own since RFC 9864, which few servers know.
    const options = { [modifyAssertion]: (header: Record<string, unknown>) => void (header['alg'] = alg) };
    await PrivateKeyJwt({ key, kid: keyId }, options)(server, client, body, headers);
  };
}

/** As Web Cryptography names them (RFC 7518 section 3.1, RFC 8037 section 3.1). */
const ALGORITHMS: Readonly<
  Record<KeyAlg, { readonly name: string; readonly hash?: string; readonly namedCurve?: string }>
> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
};

async function importKey(pem: string, alg: KeyAlg): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHMS[alg], false, ['sign']);
}
