import type { JWK } from 'jose';
import { GrantryError } from '../../../model/errors.ts';
import { credential, pemOf, PUBLIC_KEY } from '../convert/credential.ts';
import type { StoredCredential } from '../convert/credential.ts';
import type { Auth0Api } from './api.ts';
import { parseList } from './listing.ts';
import { statusOf } from './refusal.ts';

/** How the dashboard shows the credentials that grantry made. */
const NAME = 'grantry';

/** What Auth0 lets a client sign assertions with, of what grantry makes keys for. */
export type CredentialAlg = 'RS256' | 'PS256';

/** All credentials of an application, those that it does not use too: two at most. */
export async function listCredentials(api: Auth0Api, id: string): Promise<StoredCredential[]> {
  const call = { about: `list the credentials of ${id}`, needs: 'read:client_credentials', idempotent: true };
  const found: unknown = await api.call(call, (client) => client.clients.credentials.list(id));
  return parseList(api, { found }, 'found', credential);
}

export interface KeyToStore {
  readonly jwk: JWK;
  readonly keyId: string;
  readonly alg: CredentialAlg;
}

/** Stores a public key; nobody can use it yet. After a lost answer its `kid` shows whether it came to be. */
export async function storeKey(api: Auth0Api, id: string, { jwk, keyId, alg }: KeyToStore): Promise<StoredCredential> {
  const call = {
    about: `store a public key of ${id}`,
    needs: 'create:client_credentials',
    idempotent: false,
    writes: true as const,
  };
  const body = { credential_type: PUBLIC_KEY, name: NAME, pem: pemOf(jwk), alg, kid: keyId };
  try {
    const created: unknown = await api.call(call, (client) => client.clients.credentials.create(id, body));
    const [stored] = parseList(api, { found: [created] }, 'found', credential);
    if (stored !== undefined) return stored;
    throw new GrantryError('FAILED', 'Auth0 answers with no credential');
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    // After a look that fails too, what happened is still not known.
    const present = (await listCredentials(api, id).catch(() => [])).find(({ kid }) => kid === keyId);
    if (present === undefined) throw error;
    return present;
  }
}

/** Only of one that the application does not use: Auth0 refuses to delete another. */
export async function deleteCredential(api: Auth0Api, id: string, credentialId: string): Promise<void> {
  const call = {
    about: `delete a credential of ${id}`,
    needs: 'delete:client_credentials',
    idempotent: true,
    writes: true as const,
  };
  await api.call(call, async (client) => {
    try {
      await client.clients.credentials.delete(id, credentialId);
    } catch (error) {
      // Already gone is what was wanted.
      if (statusOf(error) !== 404) throw error;
    }
  });
}
