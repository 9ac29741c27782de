import { addressOf, isKind } from '../../../model/address.ts';
import type { Address } from '../../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../../model/desired.ts';
import type { ActualObject, ActualState, OverlapSupport } from '../../../model/state.ts';
import type { KeycloakSettings } from '../settings.ts';
import { releasedApis } from '../../released-apis.ts';
import type { ReadOptions } from '../../provider.ts';
import { overlapName } from '../../../model/rotation.ts';
import type { KeycloakApi } from '../http/api.ts';
import {
  apiObjects,
  apisByScope,
  markedApis,
  missingUnmanaged,
  originsOf,
  sharedAudiences,
  withoutScopes,
} from './api-objects.ts';
import { readOverlaps } from '../policies/client-policies.ts';
import type { OverlapQuestion, OverlapSource, OverlapState } from '../policies/client-policies.ts';
import { clientObject, withAccess } from './client-object.ts';
import { clientsAtRisk } from './clients-at-risk.ts';
import { emptyListing, findClients, listClients, listClientScopes } from './listing.ts';
import type { ClientListing } from './listing.ts';
import { matchClients, nameClients } from './match-clients.ts';
import { clientsOfOtherProtocols, scopesOfOtherProtocols } from './other-protocols.ts';
import { needsPolicies, policyNotices } from '../policies/policy-notices.ts';
import type { PolicyRule, PolicyRules } from '../policies/policy-rules.ts';
import type { ClientScopeRepresentation } from '../convert/representations.ts';
import { beginAccounts, readAccountStates, readRealmAccess } from './read-access.ts';
import type { AccessInput, RealmAccess } from './read-access.ts';
import { withPartsOfNow } from '../roles/complete-roles.ts';
import { readScopeRoles } from '../roles/scope-roles.ts';
import { takenClientIds } from './taken-client-id.ts';
import { loginClientId } from '../login/account.ts';
import type { Attributes } from '../convert/marks.ts';
import { declaredAttributes } from '../convert/token-attributes.ts';
import { NO_ATTRIBUTES } from '../fields.ts';
import { NO_ISSUERS, looksAtIssuers, readIssuers, withHolders } from '../issuers/read-issuers.ts';
import type { IssuerSource, IssuerState } from '../issuers/read-issuers.ts';
import { issuerHolders } from './issuer-holders.ts';
import { makeClientFilter } from './client-filter.ts';
import type { Claims, ClientFilter } from './client-filter.ts';
import type { ServerInfo } from '../versions/server-info.ts';
import { keepUsedKeys } from '../usage/used-keys.ts';
import { versionNotices } from '../versions/version-notices.ts';

/** What reads a realm. */
export interface RealmSources extends OverlapSource, IssuerSource {
  readonly policies: PolicyRules;
}

/** Reads what the stack has in the realm, and what stands in its way; see docs/architecture.md for the requests. */
export async function readRealm(
  { api, policies, server, ports }: RealmSources,
  desired: DesiredState,
  options: ReadOptions,
): Promise<ActualState> {
  const { only, forRotation = false } = options;
  const listing = only === undefined ? beginAccounts(api) : undefined;
  const notices = only === undefined && !forRotation ? beginVersionNotices(server, desired) : [];
  const lists = await readLists({ api, server, ports }, desired, options);
  const { scopes, clients } = lists;
  requireReadAccess(api, scopes, clients);
  const matched = matchListed(clients, desired);
  const { desiredOf } = matched;
  const declaredOf = attributesDeclared(desiredOf, desired);
  const looksAtPolicies = needsPolicies(clients.toExamine, declaredOf);
  const rules = looksAtPolicies ? await policies.read() : undefined;
  const input = { clients, desiredOf, desired, listing };
  const { stack } = desired.target;
  const [access, atRisk] = await Promise.all([
    forRotation ? statesOnly(api, input) : readRealmAccess(api, input),
    only === undefined || forRotation
      ? []
      : clientsAtRisk({ api, server }, clients.toExamine, desiredOf, { stack, only }),
  ]);
  const policyWords = looksAtPolicies && !forRotation ? policyNotices(clients.toExamine, declaredOf, rules) : [];
  const now = secondsAt(api);
  const keys = await keepUsedKeys(api, objectsOf(lists, matched, { desired, declaredOf, now, rules, access }), {
    desired,
    now,
    accounts: listing?.accounts,
  });
  return {
    objects: keys.objects,
    impossible: [...inTheWay(lists, matched, desired), ...lists.issuers.impossible, ...atRisk],
    origins: originsOf(scopes, desired),
    sharedAudiences: sharedAudiences(scopes, lists.apiOfScope, desired.apis),
    completions: new Map([...access.completions, ...lists.issuers.completions]),
    notices: [...access.notices, ...policyWords, ...keys.notices, ...lists.issuers.notices, ...(await notices)],
    releasedApis: releasedApis(markedApis(scopes, stack), desired.apis),
    listedClients: clients.complete.length + clients.toExamine.length + clients.others.length,
    ...ownClient(api.settings),
    ...(lists.overlaps === undefined ? {} : overlapSupport(lists.overlaps)),
  };
}

/** Asked for beside the listings; the read that waits for it gets the error. */
function beginVersionNotices(server: ServerInfo, desired: DesiredState): Promise<readonly string[]> {
  const reading = server.read().then((facts) => versionNotices(facts, desired));
  reading.catch(() => undefined);
  return reading;
}

/** What is listed of a realm, before any object is asked about by itself. */
interface RealmLists {
  readonly scopes: readonly ClientScopeRepresentation[];
  /** The Api of each client scope that is of one, by the scope's id. */
  readonly apiOfScope: ReadonlyMap<string, string>;
  readonly clients: ClientListing;
  readonly overlaps: OverlapState | undefined;
  readonly rolesOfScope: ReadonlyMap<string, readonly string[]>;
  readonly issuers: IssuerState;
}

async function readLists(
  source: OverlapSource & IssuerSource,
  desired: DesiredState,
  options: ReadOptions,
): Promise<RealmLists> {
  const { api } = source;
  const { only, forRotation = false, projected = [] } = options;
  const grouping = listClientScopes(api).then((scopes) => ({ scopes, apiOfScope: apisByScope(scopes, desired, only) }));
  const filterFor = async (claims: Claims): Promise<ClientFilter> => {
    const { scopes, apiOfScope } = await grouping;
    // Of a part more is asked about each client; and where no scope is seen, it must be found out why.
    const decidesEarly = only === undefined && scopes.length > 0;
    return makeClientFilter(claims, { desired, projected, apiOfScope, now: secondsAt(api), decidesEarly });
  };
  const [{ scopes, apiOfScope }, clients, overlaps, rolesOfScope, issuers] = await Promise.all([
    grouping,
    readClients(api, filterFor, desired, options),
    looksAtOverlaps(options) ? readOverlaps(source, overlapQuestion(desired, options)) : undefined,
    forRotation
      ? NO_SCOPE_ROLES
      : grouping.then((found) => readScopeRoles(api, found.scopes, found.apiOfScope, { desired, only })),
    !forRotation && looksAtIssuers(desired, only) ? readIssuers(source, desired) : NO_ISSUERS,
  ]);
  return { scopes, apiOfScope, clients, overlaps, rolesOfScope, issuers };
}

/** Which listed client is which declared one. */
interface MatchedClients {
  /** By Keycloak's own id. */
  readonly desiredOf: ReadonlyMap<string, DesiredClient>;
  /** What the objects of clients are called, by Keycloak's own id. */
  readonly names: ReadonlyMap<string, string>;
  /** Names of the declared clients that exist. */
  readonly existing: ReadonlySet<string>;
}

function matchListed({ complete, toExamine }: ClientListing, desired: DesiredState): MatchedClients {
  const completeNames = complete.map(({ name }) => name);
  const desiredOf = matchClients(toExamine, desired.clients, completeNames);
  const names = nameClients(toExamine, desiredOf, completeNames);
  return {
    desiredOf,
    names,
    existing: new Set([...completeNames, ...[...desiredOf.values()].map(({ name }) => name)]),
  };
}

/** Unix seconds: what the server accepts has not ended, whatever the clock of this machine says. */
function secondsAt(api: KeycloakApi): number {
  return Math.floor(api.earliestNow() / 1000);
}

/** The attributes that clients are to have, by Keycloak's own id. */
function attributesDeclared(
  desiredOf: MatchedClients['desiredOf'],
  { apis }: DesiredState,
): KnownOfClients['declaredOf'] {
  const byName = new Map(apis.map((api) => [api.name, api]));
  return (id) => {
    const client = desiredOf.get(id);
    return client === undefined ? NO_ATTRIBUTES : declaredAttributes(client, byName);
  };
}

interface KnownOfClients {
  /** Unix seconds. */
  readonly now: number;
  readonly desired: DesiredState;
  readonly declaredOf: (id: string) => Attributes;
  readonly rules: readonly PolicyRule[] | undefined;
  readonly access: RealmAccess;
}

function objectsOf(
  { scopes, apiOfScope, rolesOfScope, clients, overlaps, issuers }: RealmLists,
  { desiredOf, names }: MatchedClients,
  { desired, declaredOf, now, rules, access: { answers, completions } }: KnownOfClients,
): ActualObject[] {
  const { stack } = desired.target;
  return [
    ...apiObjects({ scopes, apiOfScope, rolesOfScope }, clients, desired, stack),
    ...clients.complete.map(({ id, object }) => withAccess(object, answers.get(id))),
    ...clients.toExamine.map((client) => {
      const declared = declaredOf(client.id);
      const setting = { desired: desiredOf.get(client.id), declared, apiOfScope, stack, now, rules };
      const object = clientObject(client, names.get(client.id) ?? client.clientId, setting);
      return withPartsOfNow(withAccess(object, answers.get(client.id)), setting.desired, completions);
    }),
    ...(overlaps?.objects ?? []),
    ...withHolders(issuers.objects, issuerHolders(clients, stack)),
  ];
}

function inTheWay(
  { scopes, clients: { complete, toExamine, others } }: RealmLists,
  { desiredOf, existing }: MatchedClients,
  desired: DesiredState,
): ActualState['impossible'] {
  const accounts = [...complete, ...[...toExamine, ...others].filter(hasServiceAccount)];
  return [
    ...missingUnmanaged(scopes, desired.apis),
    ...takenClientIds(desired.clients, accounts, existing),
    ...scopesOfOtherProtocols(scopes, desired),
    ...clientsOfOtherProtocols(toExamine, desiredOf, desired.target.stack),
    ...withoutScopes(scopes, desired.clients),
  ];
}

function overlapSupport({
  support,
}: {
  readonly support: OverlapSupport;
}): Pick<ActualState, 'overlaps' | 'overlapsWhy'> {
  const why = WHY_NO_OVERLAPS[support];
  return { overlaps: support, ...(why === undefined ? {} : { overlapsWhy: why }) };
}

const WHY_NO_OVERLAPS: Readonly<Record<OverlapSupport, string | undefined>> = {
  supported: undefined,
  unsupported: 'this Keycloak has the feature client-secret-rotation switched off (--features=client-secret-rotation)',
  unknown:
    'Whether Keycloak has the feature client-secret-rotation stands in /admin/serverinfo, which this account may not read.',
};

/** The account of another realm is no client of this one. */
function ownClient({ realm, auth }: KeycloakSettings): Pick<ActualState, 'ownClientId'> {
  return auth.realm === realm ? { ownClientId: loginClientId(auth) } : {};
}

function hasServiceAccount({ serviceAccountsEnabled }: { readonly serviceAccountsEnabled: boolean }): boolean {
  return serviceAccountsEnabled;
}

const NO_SCOPE_ROLES: ReadonlyMap<string, readonly string[]> = new Map();

async function statesOnly(api: KeycloakApi, input: AccessInput): Promise<RealmAccess> {
  return { answers: await readAccountStates(api, input), completions: new Map(), notices: [] };
}

function looksAtOverlaps({ only, forRotation = false }: ReadOptions): boolean {
  return forRotation || only === undefined || [...only.addresses].some((address) => isKind(address, 'Rotation'));
}

function overlapQuestion({ target, overlaps }: DesiredState, { forRotation = false }: ReadOptions): OverlapQuestion {
  const wanted = overlaps.map((seconds) => addressOf('Rotation', overlapName(seconds)));
  return { stack: target.stack, wanted, certain: forRotation };
}

function isOfClients(address: Address): boolean {
  return isKind(address, 'Client') || isKind(address, 'Rotation');
}

/** A few clients alone, or all. Apis and issuers want all: others may hold the scopes that they lose, or log in by them. */
async function readClients(
  api: KeycloakApi,
  filterFor: (claims: Claims) => Promise<ClientFilter>,
  desired: DesiredState,
  { withSecrets = false, only }: ReadOptions,
): Promise<ClientListing> {
  const whole = claimsOf(desired, { only });
  if (only !== undefined && [...only.addresses].every(isOfClients)) {
    const touched = desired.clients.filter(({ name }) => only.addresses.has(addressOf('Client', name)));
    const mustExist = touched.map(({ clientId }) => clientId);
    const claims = { ...whole, clientIds: new Set([...mustExist, ...only.undeclared]) };
    const few = await findClients(api, filterFor, mustExist, claims, withSecrets);
    if (few !== undefined) return few;
  }
  return listClients(api, await filterFor(whole), withSecrets);
}

function claimsOf({ clients }: DesiredState, { only }: Pick<ReadOptions, 'only'>): Claims {
  return { clientIds: new Set(clients.map(({ clientId }) => clientId)), ids: new Set(only?.ids.values() ?? []) };
}

/** Where rights are missing, lists come back empty: clients that hold scopes prove that there are some. */
function requireReadAccess(
  api: KeycloakApi,
  scopes: readonly ClientScopeRepresentation[],
  { toExamine, others }: ClientListing,
): void {
  const held =
    others.some((client) => client.scopes.length > 0) ||
    toExamine.some((client) => client.defaultClientScopes.length + client.optionalClientScopes.length > 0);
  if (scopes.length === 0 && held) throw emptyListing(api, 'client scopes');
}
