import type { AuthMethod } from '../../../model/desired.ts';
import type { DesiredIssuer } from '../../../model/target.ts';
import { identityOf } from '../convert/convert-client.ts';
import { ATTRIBUTE } from '../convert/marks.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { CLIENT_JWT, FEDERATED_JWT } from '../fields.ts';
import { keyAlgOf } from './key-alg-of.ts';
import type { Reason } from './left-out/reasons.ts';

/** How a client authenticates, or why a manifest cannot say that. */
export type FoundAuth = { readonly auth: AuthMethod } | { readonly reason: Reason };

type Authenticating = Pick<ClientRepresentation, 'attributes' | 'clientAuthenticatorType'>;

/** `issuers`: those that the Target names. */
export function authOf(client: Authenticating, issuers: readonly DesiredIssuer[]): FoundAuth {
  switch (client.clientAuthenticatorType) {
    case 'client-secret':
      return secretAuth(client);
    case CLIENT_JWT:
      return keyAuth(client);
    case FEDERATED_JWT:
      return workloadAuth(client, issuers);
    default:
      return other(`by the authenticator ${client.clientAuthenticatorType}`);
  }
}

/** Unset, either way to send the secret is taken. */
function secretAuth({ attributes }: Authenticating): FoundAuth {
  const method = attributes[ATTRIBUTE.authMethod];
  if (!method) return { auth: 'client_secret' };
  if (method === 'client_secret_basic' || method === 'client_secret_post') return { auth: method };
  return other(`by ${ATTRIBUTE.authMethod} ${JSON.stringify(method)}`);
}

function keyAuth({ attributes }: Authenticating): FoundAuth {
  if (attributes['use.jwks.url'] === 'true') return other('by keys that the server fetches from an address (jwks.url)');
  if (attributes[ATTRIBUTE.useJwks] !== 'true') return other('by a certificate, or by no key at all');
  const alg = keyAlgOf(attributes);
  if ('why' in alg) return other(alg.why);
  return { auth: { private_key_jwt: { alg: alg.alg } } };
}

function workloadAuth({ attributes }: Authenticating, issuers: readonly DesiredIssuer[]): FoundAuth {
  const { alias = '', subject = '' } = identityOf(attributes) ?? {};
  if (alias === '' || subject === '') return other('by tokens of an issuer or a subject that it does not name');
  const issuer = issuers.find((one) => one.alias === alias);
  if (issuer !== undefined) return { auth: { federated: { issuer: issuer.name, alias, subject } } };
  return {
    reason: {
      reason: 'unknown-issuer',
      why: `It logs in with tokens of the identity provider ${JSON.stringify(alias)}, which the Target does not name.`,
      todo: `Name it in the Target, provider.keycloak.issuers: {NAME: {alias: ${JSON.stringify(alias)}}}, and import again.`,
    },
  };
}

function other(how: string): FoundAuth {
  return {
    reason: {
      reason: 'other-authenticator',
      why: `It authenticates ${how}, for which manifests have no word.`,
      todo: 'Leave it as it is, or move it to a secret, to a key of its own (jwks.string) or to the tokens of its workload.',
    },
  };
}
