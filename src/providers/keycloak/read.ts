import { addressOf, isKind, nameOf } from '../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../model/desired.ts';
import type { ActualCredential, ActualObject, ActualState } from '../../model/state.ts';
import type { ReadOptions, ReadSelection } from '../provider.ts';
import { overlapName } from '../../model/rotation.ts';
import type { KeycloakApi } from './api.ts';
import { readOverlaps } from './client-policies.ts';
import type { OverlapQuestion } from './client-policies.ts';
import { endangeredClients } from './endangered.ts';
import { clientToFields, scopesToFields } from './convert.ts';
import { emptyListing, findClient, findClients, listClients, listClientScopes } from './listing.ts';
import type { Claims, ClientListing } from './listing.ts';
import { ATTRIBUTE, MARK, foreignPart, parseDeclared, parseDelivery, parseSeconds } from './marks.ts';
import type { Attributes } from './marks.ts';
import type { ClientRepresentation, ClientScopeRepresentation } from './representations.ts';
import type { ReadAhead } from './read-ahead.ts';
import { NO_ROLES, roleKeys } from './role-names.ts';
import { readRoles } from './roles.ts';
import type { RoleAnswer, RoleQuestion } from './roles.ts';

/** Reads what the stack has in the realm, and what stands in its way; see docs/architecture.md for the requests. */
export async function readRealm(
  api: KeycloakApi,
  ahead: ReadAhead | undefined,
  desired: DesiredState,
  options: ReadOptions,
): Promise<ActualState> {
  const { stack } = desired.target;
  const [scopes, clients, overlaps] = await Promise.all([
    ahead?.scopes ?? listClientScopes(api),
    ahead?.clients(claimsOf(desired, options)) ?? readClients(api, desired, options),
    looksAtOverlaps(options) ? readOverlaps(api, overlapQuestion(desired, options)) : undefined,
  ]);
  refuseBlindness(api, scopes, clients);
  const desiredOf = matchClients(clients.relevant, desired.clients);
  const names = nameClients(clients.relevant, desiredOf);
  const questions = roleQuestions(clients.relevant, desiredOf);
  const roles = await readRoles(api, questions, await idsOfRoleOwners(api, questions, clients));
  const { only, forRotation = false } = options;
  const endangered =
    only === undefined || forRotation ? [] : await endangeredClients(api, clients.relevant, desiredOf, { stack, only });
  const apiOfScope = apisByScope(scopes, desired, options.only);
  return {
    objects: [
      ...apiObjects(scopes, apiOfScope, clients, desired, stack),
      ...clients.relevant.map((client) =>
        clientObject(client, names.get(client.id) ?? client.clientId, {
          desired: desiredOf.get(client.id),
          roles: roles.get(client.id),
          apiOfScope,
          stack,
        }),
      ),
      ...(overlaps?.objects ?? []),
    ],
    impossible: [...missingUnmanaged(scopes, desired.apis), ...endangered],
    listedClients: clients.relevant.length + clients.others.length,
    ...(overlaps === undefined ? {} : { overlaps: overlaps.support }),
  };
}

function looksAtOverlaps({ only, forRotation = false }: ReadOptions): boolean {
  return forRotation || only === undefined || [...only.addresses].some((address) => isKind(address, 'Rotation'));
}

function overlapQuestion({ target, overlaps }: DesiredState, { forRotation = false }: ReadOptions): OverlapQuestion {
  const wanted = overlaps.map((seconds) => addressOf('Rotation', overlapName(seconds)));
  return { stack: target.stack, wanted, certain: forRotation };
}

/** A few clients alone, or all. Apis want all: others may hold the scopes that they lose. */
async function readClients(
  api: KeycloakApi,
  desired: DesiredState,
  { withSecrets = false, only }: ReadOptions,
): Promise<ClientListing> {
  const { stack } = desired.target;
  const whole = claimsOf(desired, only === undefined ? {} : { only });
  if (only !== undefined && ![...only.addresses].some((address) => isKind(address, 'Api'))) {
    const touched = desired.clients.filter(({ name }) => only.addresses.has(addressOf('Client', name)));
    const mustExist = touched.map(({ clientId }) => clientId);
    const claims = { ...whole, clientIds: new Set([...mustExist, ...only.undeclared]) };
    const few = await findClients(api, stack, mustExist, claims, withSecrets);
    if (few !== undefined) return few;
  }
  return listClients(api, stack, Promise.resolve(whole), withSecrets);
}

function claimsOf({ clients }: DesiredState, { only }: ReadOptions): Claims {
  return { clientIds: new Set(clients.map(({ clientId }) => clientId)), ids: new Set(only?.ids.values() ?? []) };
}

/** The ids of the clients whose roles are asked for; a listing of a few clients may lack some. */
async function idsOfRoleOwners(
  api: KeycloakApi,
  questions: readonly RoleQuestion[],
  { relevant, others }: ClientListing,
): Promise<Map<string, string>> {
  const ids = new Map([...relevant, ...others].map(({ clientId, id }) => [clientId, id]));
  const owners = new Set(questions.flatMap((question) => question.relevant.flatMap(({ client }) => client ?? [])));
  const missing = others.length > 0 ? [] : [...owners].filter((owner) => !ids.has(owner));
  for (const owner of await Promise.all(missing.map((clientId) => findClient(api, clientId)))) {
    if (owner !== undefined) ids.set(owner.clientId, owner.id);
  }
  return ids;
}

/** Where rights are missing, lists come back empty: clients that hold scopes prove that there are some. */
function refuseBlindness(
  api: KeycloakApi,
  scopes: readonly ClientScopeRepresentation[],
  { relevant, others }: ClientListing,
): void {
  const held =
    others.some((client) => client.scopes.length > 0) ||
    relevant.some((client) => client.defaultClientScopes.length + client.optionalClientScopes.length > 0);
  if (scopes.length === 0 && held) throw emptyListing(api, 'client scopes');
}

/** Which desired client each one is: by client_id, and else by the name in its mark. */
function matchClients(
  clients: readonly ClientRepresentation[],
  desired: readonly DesiredClient[],
): Map<string, DesiredClient> {
  const byClientId = new Map(desired.map((client) => [client.clientId, client]));
  const byName = new Map(desired.map((client) => [client.name, client]));
  const matches = new Map<string, DesiredClient>();
  const taken = new Set<string>();
  for (const { id, clientId } of clients) {
    const match = byClientId.get(clientId);
    if (match === undefined) continue;
    matches.set(id, match);
    taken.add(match.name);
  }
  for (const { id, attributes } of clients) {
    const match = matches.has(id) ? undefined : byName.get(attributes[MARK.name] ?? '');
    if (match === undefined || taken.has(match.name)) continue;
    matches.set(id, match);
    taken.add(match.name);
  }
  return matches;
}

/**
 * A name of its own for each client: the manifest's, else that in its mark. Whoever copies a client by hand copies
 * the mark too: a copy goes by its client_id, so that it is seen and hides nothing.
 */
function nameClients(
  clients: readonly ClientRepresentation[],
  desiredOf: ReadonlyMap<string, DesiredClient>,
): Map<string, string> {
  const names = new Map([...desiredOf].map(([id, { name }]) => [id, name]));
  const taken = new Set(names.values());
  const originalsFirst = clients
    .filter(({ id }) => !names.has(id))
    .toSorted((left, right) => Number(isOriginal(right)) - Number(isOriginal(left)));
  for (const { id, clientId, attributes } of originalsFirst) {
    const marked = attributes[MARK.name];
    const name = [marked, clientId].find((candidate) => candidate && !taken.has(candidate)) ?? `${clientId}-${id}`;
    names.set(id, name);
    taken.add(name);
  }
  return names;
}

function isOriginal({ clientId, attributes }: ClientRepresentation): boolean {
  return attributes[MARK.name] === clientId;
}

function roleQuestions(
  clients: readonly ClientRepresentation[],
  desiredOf: ReadonlyMap<string, DesiredClient>,
): RoleQuestion[] {
  return clients.flatMap((client) => {
    const wanted = desiredOf.get(client.id)?.keycloak.serviceAccountRoles;
    const declared = parseDeclared(client.attributes[MARK.declared]).roles;
    const relevant = [...(wanted === undefined ? [] : roleKeys(copyRoles(wanted))), ...roleKeys(declared)];
    return relevant.length === 0 ? [] : [{ client, relevant }];
  });
}

function copyRoles(roles: DesiredClient['keycloak']['serviceAccountRoles']): RoleAnswer['roles'] {
  return {
    realm: [...roles.realm],
    clients: Object.fromEntries(Object.entries(roles.clients).map(([id, names]) => [id, [...names]])),
  };
}

/** The Api of each client scope: the manifests decide, and for scopes that they do not name the stack's marks. */
function apisByScope(
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

function apiObjects(
  scopes: readonly ClientScopeRepresentation[],
  apiOfScope: ReadonlyMap<string, string>,
  clients: ClientListing,
  desired: DesiredState,
  stack: string,
): ActualObject[] {
  const unmanaged = new Set(desired.apis.flatMap((api) => (api.managed ? [] : [api.name])));
  const parts = new Map<string, ClientScopeRepresentation[]>();
  for (const scope of scopes) {
    const api = apiOfScope.get(scope.name);
    if (api === undefined || unmanaged.has(api)) continue;
    parts.set(api, [...(parts.get(api) ?? []), scope]);
  }
  const holders = foreignHolders(clients, stack);
  return [...parts].map(([api, of]) => apiObject(api, of.toSorted(byName), holders, stack));
}

/** The client_ids of clients outside the stack, by the client scopes that they hold. */
function foreignHolders({ relevant, others }: ClientListing, stack: string): Map<string, string[]> {
  const holders = new Map<string, string[]>();
  const note = (clientId: string, scopes: readonly string[]): void => {
    for (const scope of scopes) {
      const ids = holders.get(scope);
      if (ids === undefined) holders.set(scope, [clientId]);
      else ids.push(clientId);
    }
  };
  for (const { clientId, scopes } of others) note(clientId, scopes);
  for (const { clientId, attributes, defaultClientScopes, optionalClientScopes } of relevant) {
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
  holders: ReadonlyMap<string, string[]>,
  stack: string,
): ActualObject {
  const foreign = parts.flatMap(({ name, attributes }) => foreignPart(attributes, stack, `client scope ${name}`));
  const heldByOthers = Object.fromEntries(
    parts.flatMap(({ name }) => (holders.has(name) ? [[name, (holders.get(name) ?? []).toSorted()]] : [])),
  );
  const fields = scopesToFields(api, parts);
  const ids = parts.map(({ id }) => id).join(' ');
  return { address: addressOf('Api', api), id: ids, owner: fields.owner ?? '', foreign, fields, heldByOthers };
}

interface ClientSetting {
  readonly desired: DesiredClient | undefined;
  readonly roles: RoleAnswer | undefined;
  readonly apiOfScope: ReadonlyMap<string, string>;
  readonly stack: string;
}

function clientObject(
  client: ClientRepresentation,
  name: string,
  { desired, roles, apiOfScope, stack }: ClientSetting,
): ActualObject {
  const { attributes } = client;
  return {
    address: addressOf('Client', name),
    id: client.id,
    owner: attributes[MARK.owner] ?? '',
    foreign: foreignPart(attributes, stack, `client ${client.clientId}`),
    fields: clientToFields(client, {
      apiOfScope,
      declaredAttributes: Object.keys(desired?.keycloak.attributes ?? {}),
      roles: roles?.roles ?? NO_ROLES,
      scopeMappings: roles?.scopeMappings ?? NO_ROLES,
    }),
    credential: credentialOf(client),
  };
}

function credentialOf({ clientId, attributes, secret }: ClientRepresentation): ActualCredential {
  return {
    clientId,
    createdAt: parseSeconds(attributes[ATTRIBUTE.secretCreatedAt]),
    delivered: parseDelivery(attributes[MARK.delivered]),
    ...timesOf(attributes),
    ...(secret === undefined ? {} : { secret }),
  };
}

function timesOf(attributes: Attributes): Pick<ActualCredential, 'previousUntil' | 'expiresAt'> {
  const previousUntil = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
  const expiresAt = parseSeconds(attributes[ATTRIBUTE.secretExpiresAt]);
  return {
    ...(previousUntil === undefined ? {} : { previousUntil }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function missingUnmanaged(
  scopes: readonly ClientScopeRepresentation[],
  apis: readonly DesiredApi[],
): ActualState['impossible'] {
  const existing = new Set(scopes.map(({ name }) => name));
  return apis
    .filter((api) => !api.managed)
    .flatMap((api) => {
      const missing = api.scopes.map(({ name }) => name).filter((name) => !existing.has(name));
      if (missing.length === 0) return [];
      return [
        {
          address: addressOf('Api', api.name),
          reason: `managed: false, so it must exist, but the realm has no client scope ${missing.join(', ')}`,
          hint: 'Let the stack that owns it create it first, or correct the manifest.',
        },
      ];
    });
}
