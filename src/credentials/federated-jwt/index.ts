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
  fits: (identity, auth) => isFederated(auth) && isSameIdentity(identity, identityOf(auth)),
  authenticate,
  read: (id, provider) => federationOf(provider).readIdentity(id),
  isShown: ({ identity }) => identity !== undefined,
  isPresent: (identity, listed) => listed.identity !== undefined && isSameIdentity(identity, listed.identity),
  isGone: () => false,
  heldBy: 'workload',
};

function isFederated(auth: AuthMethod): auth is Extract<AuthMethod, { readonly federated: object }> {
  return typeof auth !== 'string' && 'federated' in auth;
}

function identityOf(auth: AuthMethod): FederatedIdentity {
  if (!isFederated(auth)) throw new TypeError('this client has no federated identity');
  const { alias, subject } = auth.federated;
  return { kind: 'federated-jwt', alias, subject };
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
