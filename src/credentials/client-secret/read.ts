import type { IssuedCredential, SecretsFacet } from '../../providers/provider.ts';
import type { CredentialProvider } from '../method.ts';

export async function readSecret(id: string, provider: CredentialProvider): Promise<IssuedCredential> {
  return secretsOf(provider).read(id);
}

export function secretsOf({ secrets }: CredentialProvider): SecretsFacet {
  if (secrets === undefined) throw new TypeError('the clients of this provider have no secrets');
  return secrets;
}
