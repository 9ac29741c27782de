import { ANY, authName, identityIn, signingAlgOf } from '../../model/auth-method.ts';
import { addressOf } from '../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../model/desired.ts';
import type { JsonObject } from '../../model/values/json.ts';
import { managedIssuers } from '../../model/issuers.ts';
import type { ManagedIssuer } from '../../model/issuers.ts';
import { overlapName } from '../../model/rotation.ts';
import type { DesiredObject } from '../../model/state.ts';
import type { Capabilities } from '../provider.ts';

/** The desired objects in the fields of the provider in memory: what the manifests say, and nothing more. */
export function projectDesired(
  { target, apis, clients, overlaps }: DesiredState,
  capabilities: Capabilities,
): DesiredObject[] {
  const { stack } = target;
  return [
    ...apis.filter((api) => api.managed).map((api) => projectApi(api, stack, capabilities)),
    ...clients.map((client) => projectClient(client, stack, capabilities)),
    ...(capabilities.secretOverlap ? overlaps : []).map((seconds) => projectOverlap(seconds, stack)),
    ...(capabilities.federation ? managedIssuers(target) : []).map((issuer) => projectIssuer(issuer, stack)),
  ];
}

function projectApi(
  { name, owner, audience, tokenLifetime, senderConstrained, tokenAlg, tokenType, claims, scopes }: DesiredApi,
  stack: string,
  { apiMarks }: Capabilities,
): DesiredObject {
  const fields: JsonObject = {
    ...(apiMarks ? { stack } : {}),
    name,
    owner,
    audience,
    tokenLifetime: tokenLifetime ?? null,
    senderConstrained: senderConstrained ?? null,
    tokenAlg: tokenAlg ?? null,
    tokenType: tokenType ?? null,
    claims: { ...claims },
    scopes: Object.fromEntries(scopes.map((scope) => [scope.name, { description: scope.description }])),
  };
  return { address: addressOf('Api', name), owner, fields, notes: {} };
}

function projectOverlap(seconds: number, stack: string): DesiredObject {
  const name = overlapName(seconds);
  return { address: addressOf('Rotation', name), owner: '', fields: { stack, name, seconds }, notes: {} };
}

function projectIssuer({ name, alias, url }: ManagedIssuer, stack: string): DesiredObject {
  return { address: addressOf('Issuer', name), owner: '', fields: { stack, name, alias, trusts: url }, notes: {} };
}

function projectClient(
  client: DesiredClient,
  stack: string,
  { chosenClientId, onRequestScopes, secretOverlap, tokenPerApi }: Capabilities,
): DesiredObject {
  const { name, clientId, owner, description, labels, access, auth, state, credential } = client;
  const granted = access.map(({ api, scopes, onRequest }): [string, JsonObject] => [
    api,
    onRequestScopes
      ? { scopes: [...scopes], onRequest: [...onRequest] }
      : { scopes: [...scopes, ...onRequest].toSorted(), onRequest: [] },
  ]);
  const fields: JsonObject = {
    stack,
    name,
    ...(chosenClientId ? { clientId } : {}),
    owner,
    description,
    labels: { ...labels },
    enabled: state === 'enabled',
    auth: auth === 'client_secret' ? ANY : authName(auth),
    ...(signingAlgOf(auth) === null ? {} : { signingAlg: signingAlgOf(auth) }),
    ...(identityIn(auth) === null ? {} : { identity: identityIn(auth) }),
    ...(secretOverlap && typeof auth === 'string' && credential.deliver !== false && credential.rotate.overlap > 0
      ? { overlap: overlapName(credential.rotate.overlap) }
      : {}),
    rotateEvery: credential.rotate.every,
    // A tenant whose tokens are for one Api refuses a client by what it may call.
    access: tokenPerApi && state === 'disabled' ? {} : Object.fromEntries(granted),
  };
  return { address: addressOf('Client', name), owner, fields, notes: {} };
}
