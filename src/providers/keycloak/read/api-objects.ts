import { addressOf, nameOf } from '../../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../../model/desired.ts';
import { addToGroup } from '../../../model/values/groups.ts';
import type { ActualObject, ActualState } from '../../../model/state.ts';
import type { ReadSelection } from '../../provider.ts';
import { settingsOf } from '../client-settings.ts';
import { unseenScopeValues } from '../convert/attributes.ts';
import { textOrNull } from '../convert/canonical.ts';
import { CUSTOM_AUDIENCE, scopesToFields } from '../convert/convert-scope.ts';
import type { WantedAudience } from '../convert/convert-scope.ts';
import { NO_OTHER_SCOPES, OPENID_CONNECT, ROLES_SCOPE } from '../fields.ts';
import type { ApiFields } from '../fields.ts';
import type { ClientListing } from './listing.ts';
import { MARK, foreignPart } from '../convert/marks.ts';
import type { ClientScopeRepresentation } from '../convert/representations.ts';
import { hasRoles } from '../roles/role-names.ts';

/** The Api of each client scope: the manifests decide, and for scopes that they do not name the stack's marks. */
export function apisByScope(
  scopes: readonly ClientScopeRepresentation[],
  { apis, target: { stack } }: DesiredState,
  only: ReadSelection | undefined,
): Map<string, string> {
  const apiOfScope = new Map<string, string>();
  const askedFor = new Map(
    [...(only?.ids ?? [])].flatMap(([address, ids]) => ids.split(' ').map((id) => [id, nameOf(address)] as const)),
  );
  for (const { id, name, attributes } of scopes) {
    const api = attributes[MARK.stack] === stack ? attributes[MARK.api] : askedFor.get(id);
    if (api !== undefined) apiOfScope.set(name, api);
  }
  for (const api of apis) for (const scope of api.scopes) apiOfScope.set(scope.name, api.name);
  return apiOfScope;
}

export interface ScopeListing {
  readonly scopes: readonly ClientScopeRepresentation[];
  /** The Api of each scope, by the scope's name. */
  readonly apiOfScope: ReadonlyMap<string, string>;
  /** Their scope mappings, by the scope's id, where there are any. */
  readonly rolesOfScope: ReadonlyMap<string, readonly string[]>;
}

/** The Apis of the stack, and those that manifests claim, from the realm's client scopes. */
export function apiObjects(
  { scopes, apiOfScope, rolesOfScope }: ScopeListing,
  clients: ClientListing,
  desired: DesiredState,
  stack: string,
): ActualObject[] {
  const unmanaged = new Set(desired.apis.flatMap((api) => (api.managed ? [] : [api.name])));
  const parts = new Map<string, ClientScopeRepresentation[]>();
  for (const scope of scopes) {
    const api = apiOfScope.get(scope.name);
    if (api === undefined || unmanaged.has(api)) continue;
    addToGroup(parts, api, scope);
  }
  const holders = outsideHolders(clients, stack);
  const wanted = wantedAudiences(desired);
  return [...parts].map(([api, of]) => {
    const sorted = of.toSorted(byName);
    const fields = scopesToFields(api, sorted, rolesOfScope, wanted.get(api) ?? NO_AUDIENCE);
    return apiObject(api, sorted, fields, holders, stack);
  });
}

const NO_AUDIENCE: WantedAudience = { audience: undefined, introspectedBy: undefined };

function wantedAudiences({ apis, clients }: DesiredState): Map<string, WantedAudience> {
  const clientIds = new Map(clients.map(({ name, clientId }) => [name, clientId]));
  return new Map(
    apis.map(({ name, audience, introspectedBy }) => [
      name,
      { audience, introspectedBy: introspectedBy === undefined ? undefined : clientIds.get(introspectedBy) },
    ]),
  );
}

/** The client_ids of clients outside the stack, by the client scopes that they hold. */
function outsideHolders({ toExamine, others }: ClientListing, stack: string): Map<string, string[]> {
  const holders = new Map<string, string[]>();
  const note = (clientId: string, scopes: readonly string[]): void => {
    for (const scope of scopes) addToGroup(holders, scope, clientId);
  };
  for (const { clientId, scopes } of others) note(clientId, scopes);
  for (const { clientId, attributes, defaultClientScopes, optionalClientScopes } of toExamine) {
    if (attributes[MARK.stack] !== stack) note(clientId, [...defaultClientScopes, ...optionalClientScopes]);
  }
  return holders;
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}

function apiObject(
  api: string,
  parts: readonly ClientScopeRepresentation[],
  fields: ApiFields,
  holders: ReadonlyMap<string, string[]>,
  stack: string,
): ActualObject {
  const foreign = parts.flatMap(({ name, attributes }) => foreignPart(attributes, stack, `client scope ${name}`));
  const outsideHolders = Object.fromEntries(
    parts.flatMap(({ name }) => (holders.has(name) ? [[name, (holders.get(name) ?? []).toSorted()]] : [])),
  );
  const unseen = unseenScopeValues(parts);
  return {
    address: addressOf('Api', api),
    id: parts.map(({ id }) => id).join(' '),
    owner: fields.owner ?? '',
    foreign,
    fields,
    ...(unseen === undefined ? {} : { unseen }),
    outsideHolders,
  };
}

/** Whose the scopes are of Apis with `managed: false`, by their marks. */
export function originsOf(
  scopes: readonly ClientScopeRepresentation[],
  { apis, target: { stack } }: DesiredState,
): NonNullable<ActualState['origins']> {
  const byName = new Map(scopes.map((scope) => [scope.name, scope]));
  return apis
    .filter((api) => !api.managed)
    .flatMap((api) => {
      const present = api.scopes.flatMap(({ name }) => byName.get(name) ?? []);
      const others = present.filter(({ attributes }) => attributes[MARK.stack] !== stack);
      const distinct = new Map(
        others.map(({ attributes }) => {
          const origin = {
            stack: attributes[MARK.stack] || undefined,
            owner: textOrNull(attributes[MARK.owner]) ?? undefined,
          };
          return [JSON.stringify([origin.stack ?? null, origin.owner ?? null]), origin];
        }),
      );
      return [...distinct.values()].map((origin) => ({ address: addressOf('Api', api.name), ...origin }));
    });
}

/** Client scopes that are no part of a managed Api and put its audience into tokens. */
export function sharedAudiences(
  scopes: readonly ClientScopeRepresentation[],
  apiOfScope: ReadonlyMap<string, string>,
  apis: readonly DesiredApi[],
): NonNullable<ActualState['sharedAudiences']> {
  const apiOf = new Map(apis.flatMap(({ name, audience, managed }) => (managed ? [[audience, name] as const] : [])));
  return scopes.flatMap(({ name, attributes, protocolMappers }) =>
    protocolMappers.flatMap(({ config }) => {
      const audience = config[CUSTOM_AUDIENCE];
      const api = audience === undefined ? undefined : apiOf.get(audience);
      if (audience === undefined || api === undefined || apiOfScope.get(name) === api) return [];
      const stack = attributes[MARK.stack];
      const by = `client scope ${name} of ${stack ? `the stack ${stack}` : 'no stack'}`;
      return [{ address: addressOf('Api', api), audience, by }];
    }),
  );
}

/** The Apis that the stack's marks name. */
export function markedApis(scopes: readonly ClientScopeRepresentation[], stack: string): string[] {
  return scopes.flatMap(({ attributes }) => (attributes[MARK.stack] === stack ? (attributes[MARK.api] ?? []) : []));
}

/** Clients that are to have client scopes that the realm lacks. */
export function withoutScopes(
  scopes: readonly ClientScopeRepresentation[],
  clients: readonly DesiredClient[],
): ActualState['impossible'] {
  if (scopes.length === 0) return [];
  const existing = new Set(scopes.map(({ name }) => name));
  return [
    ...(existing.has(ROLES_SCOPE) ? [] : withoutRolesScope(clients)),
    ...clients.flatMap((client) => withoutOtherScopes(client, existing)),
  ];
}

function withoutOtherScopes(client: DesiredClient, existing: ReadonlySet<string>): ActualState['impossible'] {
  const { clientScopes = NO_OTHER_SCOPES } = settingsOf(client);
  const missing = [...clientScopes.default, ...clientScopes.optional].filter((name) => !existing.has(name));
  if (missing.length === 0) return [];
  return [
    {
      address: addressOf('Client', client.name),
      reason: `it is to have ${missing.length === 1 ? 'a client scope' : 'client scopes'} that the realm has not: ${missing.join(', ')}`,
      hint: 'Create them, or take them out of keycloak.clientScopes: grantry assigns client scopes of the realm, and makes those of Apis only.',
    },
  ];
}

/** Clients that are to have roles in their tokens, where the realm lacks the scope that brings them there. */
function withoutRolesScope(clients: readonly DesiredClient[]): ActualState['impossible'] {
  return clients
    .filter((client) => {
      const { serviceAccountRoles, clientScopes } = settingsOf(client);
      return clientScopes === undefined && hasRoles(serviceAccountRoles);
    })
    .map(({ name }) => ({
      address: addressOf('Client', name),
      reason: 'it is to have roles, but the realm has no client scope roles, without which no role comes into a token',
      hint: 'Create that scope again, as Keycloak makes it in every realm: OpenID Connect, with the mappers User Realm Role and User Client Role.',
    }));
}

/** Apis with `managed: false` that are not there, or not whole. */
export function missingUnmanaged(
  scopes: readonly ClientScopeRepresentation[],
  apis: readonly DesiredApi[],
): ActualState['impossible'] {
  const existing = new Set(scopes.flatMap(({ name, protocol }) => (protocol === OPENID_CONNECT ? [name] : [])));
  return apis
    .filter((api) => !api.managed)
    .flatMap((api) => {
      const missing = api.scopes.map(({ name }) => name).filter((name) => !existing.has(name));
      if (missing.length === 0) return [];
      return [
        {
          address: addressOf('Api', api.name),
          reason: `managed: false, so it must exist, but the realm has no client scope ${missing.join(', ')} for OpenID Connect`,
          hint: 'Let the stack that owns it create it first, or correct the manifest.',
        },
      ];
    });
}
