import type { PrivateKey } from '../../model/secrets/credential.ts';
import type { ActualCredential } from '../../model/state.ts';
import type { FoundCredential, KeysFacet } from '../../providers/provider.ts';
import type { CredentialProvider, ReadHeld } from '../method.ts';

/** The provider has the public part alone: whether the store holds the key, its id says. */
export async function readKey(id: string, provider: CredentialProvider, readHeld: ReadHeld): Promise<FoundCredential> {
  const { clientId, present, previousUntil } = await keysOf(provider).read(id);
  const held = await readHeld();
  const candidates = [held?.present, held?.next].filter((credential) => credential?.kind === 'private-key-jwt');
  return {
    id,
    clientId,
    credential: candidates.find(({ keyId }) => keyId === present?.keyId),
    createdAt: present?.createdAt,
    ...(previousUntil === undefined ? {} : { previousUntil }),
  };
}

export function isPresent({ keyId }: PrivateKey, listed: ActualCredential): boolean {
  return keyId === listed.keyId;
}

export function keysOf({ keys }: CredentialProvider): KeysFacet {
  if (keys === undefined) throw new TypeError('the clients of this provider have no keys');
  return keys;
}
