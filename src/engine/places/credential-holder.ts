import type { CredentialProvider, ReadHeld } from '../../credentials/method.ts';
import { isSameCredential, methodOf } from '../../credentials/registry.ts';
import type { Fields } from '../../model/state.ts';
import type { FoundCredential } from '../../providers/provider.ts';
import type { StoredCredential } from './stored-credential.ts';

/** The present credential of a client, as far as the provider shows it or what the store holds is it. */
export type CredentialHolder = (readHeld: ReadHeld) => Promise<FoundCredential>;

export function holderOf(id: string, fields: Fields, provider: CredentialProvider): CredentialHolder {
  return (readHeld) => methodOf(fields).read(id, provider, readHeld);
}

/** Whether a document is that of a client whose mark at the provider names its place. */
export async function isHeldBy(holder: CredentialHolder, stored: StoredCredential | undefined): Promise<boolean> {
  if (stored === undefined) return false;
  const { clientId, credential } = await holder(async () => stored);
  if (credential === undefined || stored.clientId !== clientId) return false;
  const { present, next } = stored;
  return isSameCredential(present, credential) || (next !== undefined && isSameCredential(next, credential));
}
