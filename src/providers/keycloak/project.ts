import { ANY, authName, identityIn, signingAlgOf } from '../../model/auth-method.ts';
import { addressOf } from '../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState, ServiceAccountRoles } from '../../model/desired.ts';
import { managedIssuers } from '../../model/issuers.ts';
import { overlapName } from '../../model/rotation.ts';
import type { DesiredObject } from '../../model/state.ts';
import { nameSome } from '../../model/text/counting.ts';
import { settingsOf } from './client-settings.ts';
import { canonicalApi, canonicalClient } from './convert/canonical.ts';
import { formatClaim } from './convert/claim-mappers.ts';
import { declaredAttributes, splitAttributes } from './convert/token-attributes.ts';
import {
  CLIENT_JWT,
  FEDERATED_JWT,
  NO_IDENTITY,
  NO_OTHER_SCOPES,
  NO_USER_FLOWS,
  NOTHING,
  OPENID_CONNECT,
  ROLES_SCOPE,
} from './fields.ts';
import type { ApiFields, ClientFields, RoleNames, ScopeFields } from './fields.ts';
import { NO_ROLES, hasRoles } from './roles/role-names.ts';
import { projectIssuer } from './issuers/issuer-fields.ts';
import { projectOverlap } from './overlap/rotation.ts';

/** The desired objects in Keycloak's fields. Apis that another stack manages are not among them. */
export function projectDesired(desired: DesiredState): DesiredObject[] {
  const apis = new Map(desired.apis.map((api) => [api.name, api]));
  const clientIds = new Map(desired.clients.map((client) => [client.name, client.clientId]));
  return [
    ...desired.apis.filter((api) => api.managed).map((api) => projectApi(api, desired.target.stack, clientIds)),
    ...desired.clients.map((client) => projectClient(client, desired.target.stack, apis)),
    ...desired.overlaps.map((seconds) => projectOverlap(seconds, desired.target.stack)),
    ...managedIssuers(desired.target).map((issuer) => projectIssuer(issuer, desired.target.stack)),
  ];
}

function projectApi(api: DesiredApi, stack: string, clientIds: ReadonlyMap<string, string>): DesiredObject {
  const introspector = api.introspectedBy === undefined ? undefined : clientIds.get(api.introspectedBy);
  const scopes = api.scopes.map((scope): [string, ScopeFields] => [
    scope.name,
    {
      protocol: OPENID_CONNECT,
      description: scope.description,
      audience: [api.audience],
      introspectedBy: introspector === undefined ? [] : [introspector],
      claims: Object.entries(api.claims)
        .map(([name, value]) => formatClaim(name, value))
        .toSorted(),
      inTokenScope: true,
      otherMappers: [],
      otherAttributes: [],
      roles: [],
      markedFor: null,
    },
  ]);
  const fields: ApiFields = { stack, owner: api.owner, scopes: Object.fromEntries(scopes) };
  return { address: addressOf('Api', api.name), owner: api.owner, fields: canonicalApi(fields), notes: {} };
}

function projectClient(client: DesiredClient, stack: string, apis: ReadonlyMap<string, DesiredApi>): DesiredObject {
  const lifetime = lifetimeOf(client, apis);
  const { serviceAccountRoles, scopeMappings, clientScopes } = settingsOf(client);
  const form = splitAttributes(declaredAttributes(client, apis));
  const declared = copyRoles(serviceAccountRoles);
  const access: ClientFields['access'] = {};
  for (const { api, scopes, onRequest } of client.access) access[api] = { scopes, onRequest };
  // In one literal without spreads, as in `clientToFields`. The shape of every M2M client: confidential, a service account, no
  // user-facing flow, nothing granted by default.
  const fields: ClientFields = {
    stack,
    name: client.name,
    owner: client.owner,
    clientId: client.clientId,
    description: client.description,
    labels: client.labels,
    enabled: client.state === 'enabled',
    protocol: OPENID_CONNECT,
    access,
    otherScopes: clientScopes === undefined ? scopesForRoles(declared) : copyScopes(clientScopes),
    protocolMappers: NOTHING,
    flows: NO_USER_FLOWS,
    publicClient: false,
    bearerOnly: false,
    consentRequired: false,
    authorizationServices: false,
    fullScopeAllowed: false,
    redirectUris: NOTHING,
    webOrigins: NOTHING,
    authenticator: authenticatorOf(client.auth),
    auth: client.auth === 'client_secret' ? ANY : authName(client.auth),
    signingAlg: signingAlgOf(client.auth),
    identity: identityIn(client.auth) ?? NO_IDENTITY,
    strayKeys: NOTHING,
    endedKeys: NOTHING,
    tokenLifetime: lifetime?.seconds ?? null,
    senderConstrained: form.senderConstrained,
    tokenAlg: form.tokenAlg,
    tokenType: form.tokenType,
    overlap: serverOverlap(client),
    rotateEvery: client.credential.rotate.every,
    attributes: form.attributes,
    serviceAccount: 'enabled',
    roles: declared,
    // What they hold only the server knows.
    roleParts: NO_ROLES,
    groups: NOTHING,
    scopeMappings: scopeMappings === undefined ? declared : copyRoles(scopeMappings),
  };
  const notes = {
    ...(lifetime?.api === undefined ? {} : { tokenLifetime: `the shortest, of Api ${lifetime.api}` }),
    ...whoDecidesForm(client, apis),
  };
  return { address: addressOf('Client', client.name), owner: client.owner, fields: canonicalClient(fields), notes };
}

/** Of keys grantry itself ends the overlap. */
function serverOverlap({ auth, credential: { rotate, deliver } }: DesiredClient): string | null {
  return typeof auth !== 'string' || deliver === false || rotate.overlap === 0 ? null : overlapName(rotate.overlap);
}

/** Without Keycloak's own scope `roles` no role reaches a token. */
function scopesForRoles(declared: RoleNames): ClientFields['otherScopes'] {
  return hasRoles(declared) ? { default: [ROLES_SCOPE], optional: NOTHING } : NO_OTHER_SCOPES;
}

function copyScopes(scopes: ClientFields['otherScopes']): ClientFields['otherScopes'] {
  return { default: [...scopes.default], optional: [...scopes.optional] };
}

function authenticatorOf(auth: DesiredClient['auth']): string {
  if (typeof auth === 'string') return 'client-secret';
  return 'federated' in auth ? FEDERATED_JWT : CLIENT_JWT;
}

function copyRoles(roles: ServiceAccountRoles): RoleNames {
  if (!hasRoles(roles)) return NO_ROLES;
  const { realm, clients } = roles;
  return {
    realm: [...realm],
    clients: Object.fromEntries(Object.entries(clients).map(([id, names]) => [id, [...names]])),
  };
}

/** Keycloak has the form of tokens per client: which Apis ask for it, by field. */
function whoDecidesForm(client: DesiredClient, apis: ReadonlyMap<string, DesiredApi>): Record<string, string> {
  const granted = client.access.flatMap(({ api }) => apis.get(api) ?? []);
  return Object.fromEntries(
    (['senderConstrained', 'tokenAlg', 'tokenType'] as const).flatMap((field) => {
      const asking = granted.filter((api) => api[field] !== undefined);
      const others = granted.filter((api) => api[field] === undefined);
      return asking.length === 0 ? [] : [[field, `${whoAsks(asking)}${alsoFor(others)}`]];
    }),
  );
}

function whoAsks(apis: readonly DesiredApi[]): string {
  return apis.length === 1 ? `as Api ${listed(apis)} asks` : `as the Apis ${listed(apis)} ask`;
}

function alsoFor(apis: readonly DesiredApi[]): string {
  return apis.length === 0 ? '' : `, also for ${listed(apis)}`;
}

function listed(apis: readonly DesiredApi[]): string {
  return nameSome(
    apis.map(({ name }) => name),
    3,
  );
}

/** Without an Api the client itself says it. */
function lifetimeOf(
  client: DesiredClient,
  apis: ReadonlyMap<string, DesiredApi>,
): { seconds: number; api?: string } | undefined {
  const { tokenLifetime } = settingsOf(client);
  return tokenLifetime === undefined ? shortestLifetime(client, apis) : { seconds: tokenLifetime };
}

/** Keycloak has the lifetime per client, so the strictest Api that the client can reach decides. */
export function shortestLifetime(
  client: DesiredClient,
  apis: ReadonlyMap<string, DesiredApi>,
): { seconds: number; api: string } | undefined {
  let shortest: { seconds: number; api: string } | undefined;
  for (const { api } of client.access) {
    const seconds = apis.get(api)?.tokenLifetime;
    if (seconds !== undefined && (shortest === undefined || seconds < shortest.seconds)) shortest = { seconds, api };
  }
  return shortest;
}
