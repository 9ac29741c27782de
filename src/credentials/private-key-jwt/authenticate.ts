import { importPKCS8 } from 'jose';
import { modifyAssertion, PrivateKeyJwt } from 'oauth4webapi';
import type { ClientAuth } from 'oauth4webapi';
import type { PrivateKey } from '../../model/secrets/credential.ts';
import { GrantryError } from '../../model/errors.ts';

/** A signed assertion for the issuer (RFC 7523 section 3), good for a minute, never used twice. */
export function authenticate({ privateKey, keyId, alg }: PrivateKey): ClientAuth {
  return async (server, client, body, headers) => {
    const key = await importPKCS8(privateKey.reveal(), alg).catch(() => {
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
