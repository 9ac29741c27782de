import { identityIn } from '../../model/auth-method.ts';
import type { AuthMethod } from '../../model/desired.ts';
import type { FederatedIdentity } from '../../model/secrets/credential.ts';
import type { FederationFacet } from '../../providers/provider.ts';
import type { CredentialMethod, CredentialProvider } from '../method.ts';
import { authIn, federatedAuth } from './auth.ts';
import { authenticate } from './authenticate.ts';
import { fromPayload, payloadKeys, toPayload } from './payload.ts';

/** No credential at all: a workload logs in with the token of an issuer that the provider trusts. There is nothing to rotate. */
export const federatedMethod: CredentialMethod<FederatedIdentity> = {
  kind: 'federated-jwt',
  auth: federatedAuth,
  authIn,
  payloadKeys,
  make: async (auth) => identityOf(auth),
  toPayload,
  fromPayload,
  isSame: isSameIdentity,
  isGuessable: () => false,
  fits: (identity, auth) => {
    const wanted = identityIn(auth);
    return wanted !== null && isSameIdentity(identity, wanted);
  },
  authenticate,
  read: (id, provider) => federationOf(provider).readIdentity(id),
  isShown: ({ identity }) => identity !== undefined,
  isPresent: (identity, listed) => listed.identity !== undefined && isSameIdentity(identity, listed.identity),
  isGone: () => false,
  heldBy: 'workload',
};

function identityOf(auth: AuthMethod): FederatedIdentity {
  const identity = identityIn(auth);
  if (identity === null) throw new TypeError('this client has no federated identity');
  return { kind: 'federated-jwt', ...identity };
}

function isSameIdentity(
  left: Pick<FederatedIdentity, 'alias' | 'subject'>,
  right: Pick<FederatedIdentity, 'alias' | 'subject'>,
): boolean {
  return left.alias === right.alias && left.subject === right.subject;
}

function federationOf({ federation }: CredentialProvider): FederationFacet {
  if (federation === undefined) throw new TypeError('the clients of this provider have no federated identities');
  return federation;
}
