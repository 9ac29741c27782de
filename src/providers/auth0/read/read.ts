import { sameJson } from '../../../model/values/json.ts';
import { addressOf } from '../../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../../model/desired.ts';
import { addToGroup, groupBy } from '../../../model/values/groups.ts';
import { WHOLE_OBJECT } from '../../../model/state.ts';
import type { ActualObject, ActualState, OwnedApis, OwnedApi } from '../../../model/state.ts';
import { releasedApis } from '../../released-apis.ts';
import type { ReadOptions } from '../../provider.ts';
import { settingsOf } from '../client-settings.ts';
import type { Auth0Api } from '../http/api.ts';
import { resourceServerToFields } from '../convert/convert.ts';
import { findResourceServers, isOfMachines, listApplications, listGrants } from '../http/listing.ts';
import { MARK, parseDeclared } from '../convert/marks.ts';
import { areMethodsHidden, PRIVATE_KEY_JWT, usesKeys } from '../convert/keys.ts';
import { clientObject } from './client-object.ts';
import { matchApplications } from './match.ts';
import type { Application, ClientGrant, ResourceServer } from '../convert/representations.ts';

const MAX_METADATA = 10;
/** Stack, name, owner, delivery and place. */
const ALWAYS_MARKED = 5;

/** Reads what the stack has in the tenant, and what stands in its way; `now` in Unix seconds. */
export async function readTenant(
  api: Auth0Api,
  desired: DesiredState,
  options: ReadOptions,
  now: number,
): Promise<ActualState> {
  const { stack } = desired.target;
  const ledger = options.ledger ?? {};
  const audiences = new Set([...desired.apis.map(({ audience }) => audience), ...Object.keys(ledger)]);
  const [apps, grants, servers] = await Promise.all([
    listApplications(api, options.withSecrets ?? false),
    listGrants(api),
    findResourceServers(api, [...audiences].toSorted()),
  ]);
  const ids = new Set(options.only?.ids.values() ?? []);
  const { names, desiredOf, ambiguous } = matchApplications(apps, desired.clients, stack, ids);
  const apiOf = apisByAudience(desired.apis, ledger);
  const grantsOf = groupBy(grants.filter(isOfMachines), ({ client_id: id }) => id ?? '');
  const holders = outsideHolders(apps, grants, servers, stack);
  const clients = [...names].map(([app, name]) =>
    clientObject(app, name, {
      desired: desiredOf.get(app),
      grants: grantsOf.get(app.client_id) ?? [],
      apiOf,
      stack,
      now,
    }),
  );
  return {
    objects: [...apiObjects(servers, desired.apis, ledger, holders), ...clients],
    impossible: [...ambiguous, ...crowdedApplications(desiredOf), ...unusableApis(servers, desired.apis)],
    origins: originsOf(servers, desired.apis, ledger),
    releasedApis: releasedApis(
      Object.values(ledger).map(({ name }) => name),
      desired.apis,
    ),
    listedClients: apps.length,
    ownClientId: api.settings.auth.clientId,
    notices: hiddenKeys([...names.keys()], api.settings.auth.clientId),
    overlaps: 'unsupported',
    overlapsWhy: 'Auth0 keeps no previous secret',
    noGapWith: PRIVATE_KEY_JWT,
  };
}

/** What an application is known by Auth0 shows to some accounts only: of the others it is what grantry noted. */
function hiddenKeys(apps: readonly Application[], ownClientId: string): string[] {
  if (!apps.some((app) => areMethodsHidden(app) && usesKeys(app))) return [];
  return [
    `Which public keys are registered is not shown to the application ${ownClientId}, so a change of them by hand is not seen: it lacks the scope read:client_credentials.`,
  ];
}

/** Auth0 takes ten keys of metadata. Once some of the marks are there and others find no room, nothing would ever fit. */
function crowdedApplications(desiredOf: ReadonlyMap<Application, DesiredClient>): ActualState['impossible'] {
  return [...desiredOf].flatMap(([app, desired]) => {
    const { name, labels, auth } = desired;
    const declared = Object.keys(settingsOf(desired).metadata);
    const theirs = Object.keys(app.client_metadata).filter(
      (key) =>
        !key.startsWith(MARK.prefix) && !declared.includes(key) && !parseDeclared(app.client_metadata).includes(key),
    );
    const optional = [Object.keys(labels).length > 0, declared.length > 0, typeof auth !== 'string'];
    const marks = ALWAYS_MARKED + optional.filter(Boolean).length;
    const total = theirs.length + declared.length + marks;
    if (total <= MAX_METADATA) return [];
    return [
      {
        address: addressOf('Client', name),
        reason: `its application has metadata that no manifest declares (${theirs.toSorted().join(', ')}): with the keys of grantry there would be ${total}, and Auth0 takes ${MAX_METADATA}`,
        hint: 'Remove some of them from the application.',
      },
    ];
  });
}

/**
 * Names by audience. One that the ledger alone knows has its name, unless a manifest gave that to another audience: then it
 * goes by its own.
 */
export function apisByAudience(apis: readonly DesiredApi[], ledger: OwnedApis): Map<string, string> {
  const names = new Map(apis.map(({ audience, name }) => [audience, name]));
  const taken = new Set(names.values());
  for (const [audience, { name }] of Object.entries(ledger)) {
    if (names.has(audience)) continue;
    const free = [name, audience].find((candidate) => !taken.has(candidate)) ?? `audience:${audience}`;
    names.set(audience, free);
    taken.add(free);
  }
  return names;
}

/** The ids of clients outside the stack, by audience and scope. */
type Holders = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

function outsideHolders(
  apps: readonly Application[],
  grants: readonly ClientGrant[],
  servers: readonly ResourceServer[],
  stack: string,
): Holders {
  const scopesOf = new Map(servers.map(({ identifier, scopes }) => [identifier, scopes.map(({ value }) => value)]));
  const ours = new Set(apps.flatMap((app) => (app.client_metadata[MARK.stack] === stack ? [app.client_id] : [])));
  const holders = new Map<string, Map<string, string[]>>();
  for (const { client_id: clientId, default_for: group, audience, scope, allow_all_scopes: all } of grants) {
    if (clientId !== undefined && ours.has(clientId)) continue;
    const id = clientId ?? group ?? 'a grant of no client';
    const of = holders.get(audience) ?? new Map<string, string[]>();
    holders.set(audience, of);
    const held = all ? (scopesOf.get(audience) ?? []) : scope;
    for (const name of held.length === 0 ? [WHOLE_OBJECT] : held) addToGroup(of, name, id);
  }
  return holders;
}

function apiObjects(
  servers: readonly ResourceServer[],
  apis: readonly DesiredApi[],
  ledger: OwnedApis,
  holders: Holders,
): ActualObject[] {
  const desiredOf = new Map(apis.map((api) => [api.audience, api]));
  const names = apisByAudience(apis, ledger);
  return servers.flatMap((server) => {
    const { identifier, id } = server;
    const desired = desiredOf.get(identifier);
    if (desired?.managed === false) return [];
    const owned = ownedAs(server, ledger[identifier]);
    // Of what nobody declares any more only what grantry made may go: one that was adopted is others' too.
    if (desired === undefined && owned?.origin !== 'created') return [];
    const isWhole = owned?.origin === 'created';
    const fields = resourceServerToFields(server, {
      scopes: isWhole ? null : new Set(desired?.scopes.map(({ name }) => name)),
      lifetimeDeclared: desired?.tokenLifetime !== undefined,
      // What others made has the name that they gave it.
      displayName: isWhole ? undefined : desired?.name,
    });
    return [
      {
        address: addressOf('Api', names.get(identifier) ?? identifier),
        id,
        owner: owned?.owner ?? '',
        foreign: owned === undefined ? [{ what: `API ${identifier}`, stack: undefined }] : [],
        fields,
        outsideHolders: Object.fromEntries(
          [...(holders.get(identifier) ?? [])].map(([scope, ids]) => [scope, ids.toSorted()]),
        ),
      },
    ];
  });
}

/** Made anew by somebody else under the same identifier it would have another id. */
function ownedAs({ id, name, scopes }: ResourceServer, entry: OwnedApi | undefined): OwnedApi | undefined {
  if (entry === undefined) return undefined;
  if (entry.id !== null) return entry.id === id ? entry : undefined;
  // The answer to the creation was lost: what is exactly as grantry wanted to make it is what it made.
  const isAsWanted = name === entry.name && sameJson(scopes.map(({ value }) => value).toSorted(), [...entry.scopes]);
  return isAsWanted ? entry : undefined;
}

/** Whose the Apis with `managed: false` are: Auth0 has no place for a mark on them, and the ledger knows this stack's only. */
function originsOf(
  servers: readonly ResourceServer[],
  apis: readonly DesiredApi[],
  ledger: OwnedApis,
): NonNullable<ActualState['origins']> {
  const serverOf = new Map(servers.map((server) => [server.identifier, server]));
  return apis.flatMap(({ name, audience, managed }) => {
    const server = serverOf.get(audience);
    if (managed || server === undefined || ledger[audience] !== undefined) return [];
    const owner = server.is_system ? 'Auth0 itself' : undefined;
    return [{ address: addressOf('Api', name), stack: undefined, owner }];
  });
}

/** Apis that must exist and do not, and Auth0's own, which nobody may change. */
function unusableApis(servers: readonly ResourceServer[], apis: readonly DesiredApi[]): ActualState['impossible'] {
  const serverOf = new Map(servers.map((server) => [server.identifier, server]));
  return apis.flatMap(({ name, audience, managed, scopes }) => {
    const server = serverOf.get(audience);
    const address = addressOf('Api', name);
    if (managed) {
      if (server?.is_system !== true) return [];
      const hint = 'Set managed: false to grant its scopes only.';
      return [{ address, reason: `the API ${audience} is Auth0's own and cannot be changed`, hint }];
    }
    const existing = new Set(server?.scopes.map(({ value }) => value));
    const missing = scopes.filter((scope) => !existing.has(scope.name)).map((scope) => scope.name);
    if (server !== undefined && missing.length === 0) return [];
    const lacks = server === undefined ? `the tenant has no API ${audience}` : `the API lacks ${missing.join(', ')}`;
    return [
      {
        address,
        reason: `managed: false, so it must exist, but ${lacks}`,
        hint: 'Let the stack that owns it create it first, or correct the manifest.',
      },
    ];
  });
}
