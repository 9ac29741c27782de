import type { ClientSecret } from '../../model/secrets/credential.ts';
import type { ActualCredential } from '../../model/state.ts';
import type { IssuedSecret, SecretsFacet } from '../../providers/provider.ts';
import type { CredentialProvider } from '../method.ts';
import { isSameSecret } from './make.ts';

export async function readSecret(id: string, provider: CredentialProvider): Promise<IssuedSecret> {
  return secretsOf(provider).read(id);
}

/** Only a read that asked for it shows secrets, and only to an account that may see them. */
export function isPresent(credential: ClientSecret, { present }: ActualCredential): boolean {
  return present !== undefined && isSameSecret(credential, present);
}

export function secretsOf({ secrets }: CredentialProvider): SecretsFacet {
  if (secrets === undefined) throw new TypeError('the clients of this provider have no secrets');
  return secrets;
}
