import type { DesiredState } from '../../../model/desired.ts';
import type { Estate, EstateSelection, LeftOut } from '../../../model/estate.ts';
import { MARK } from '../convert/marks.ts';
import type { ClientScopeRepresentation } from '../convert/representations.ts';
import type { AccountAnswer } from '../roles/account-answer.ts';
import { isKeycloaksScope } from '../rules/reserved-scopes.ts';
import type { KeycloakSettings } from '../settings.ts';
import { ROLES_NOT_SEEN, reasonOfAccount } from './left-out/reason-of-account.ts';
import { apiOfGroup, declaredApi, leftOutScope, markIn } from './apis/api-of-group.ts';
import { factsOf } from './attributes-of.ts';
import { audiencesReached, clientOfRow } from './client-of-row.ts';
import type { ClientSources, Holdings } from './client-of-row.ts';
import { NO_ROLES } from '../roles/role-names.ts';
import { leftOutForFullScope } from './left-out/full-scope.ts';
import { groupScopes } from './apis/group-scopes.ts';
import type { GroupedScopes } from './apis/group-scopes.ts';
import { lifetimesOfApis, ownLifetime } from './lifetimes.ts';
import type { Sayable, Unsayable } from './left-out/judge-listed.ts';
import { mayBeOfApi } from './apis/scope-meaning.ts';
import { reasonOfSettings } from './settings-of.ts';

/** M2M clients, by whether their listing lets a manifest say them. */
export interface JudgedClients {
  readonly sayable: readonly Sayable[];
  readonly unsayable: readonly Unsayable[];
}

/** All that was read of a realm. */
export interface ReadEstate extends JudgedClients {
  readonly scopes: readonly ClientScopeRepresentation[];
  /** Scope mappings of client scopes, by the scope's id. */
  readonly rolesOfScope: ReadonlyMap<string, readonly string[]>;
  /** Of the clients that were asked about, by the client's id; none where the account may not look. */
  readonly answers: ReadonlyMap<string, AccountAnswer>;
  /** Ids of the clients that were asked about: those that are selected, and that no manifest declares. */
  readonly asked: ReadonlySet<string>;
  /** Milliseconds, by client_id. */
  readonly lastLogins: ReadonlyMap<string, number>;
}

export interface EstateQuestion {
  readonly desired: DesiredState;
  readonly selection: EstateSelection;
  readonly settings: KeycloakSettings;
}

/** What was read, in words that manifests have. */
export function describeEstate(read: ReadEstate, question: EstateQuestion): Estate {
  const { desired, selection } = question;
  const parted = partByHoldings(read);
  const isSelected = ({ row }: Sayable | Unsayable): boolean => selection.isSelected(row.clientId);
  const grouped = groupScopes(read.scopes, desired, {
    isClient: introspectors(parted.sayable.filter(isSelected), desired),
    rolesOfScope: read.rolesOfScope,
  });
  const lifetimes = lifetimesIn(parted.sayable, grouped, desired);
  const sources = sourcesOf(read, grouped, lifetimes);
  const described = parted.sayable.filter(isSelected).map((client) => {
    // Of what manifests declare nothing more is to be said.
    const found = clientOfRow(client, read.answers.get(client.row.id) ?? NOTHING_HELD, sources);
    return { client, found, reason: reasonOfSettings(found.settings) };
  });
  return {
    apis: [
      ...desired.apis.map(declaredApi),
      ...grouped.groups.map((group) => apiOfGroup(group, lifetimes.get(group.audience))),
    ],
    clients: described.flatMap(({ found, reason }) => (reason === undefined ? [found] : [])),
    leftOut: [
      ...[...read.unsayable, ...parted.unsayable].filter(isSelected).map(leftOutClient),
      ...described.flatMap(({ client: { row }, reason }) =>
        reason === undefined ? [] : [leftOutClient({ row, reason })],
      ),
      ...parted.fullScope
        .filter(isSelected)
        .map((client) =>
          leftOutForFullScope(client, read.answers.get(client.row.id), sources, question.settings.realm),
        ),
      ...grouped.strays.map(leftOutScope),
    ],
  };
}

const NOTHING_HELD: Holdings = { roles: NO_ROLES, scopeMappings: NO_ROLES };

/** Those whose listing could be said, by what their service accounts are and hold. */
interface PartedClients extends JudgedClients {
  readonly fullScope: readonly Sayable[];
}

function partByHoldings({ sayable, answers, asked }: ReadEstate): PartedClients {
  const fullScope = sayable.filter(({ row }) => row.fullScopeAllowed);
  const judged = sayable
    .filter(({ row }) => !row.fullScopeAllowed)
    .map((client) => {
      const answer = answers.get(client.row.id);
      const unseen = asked.has(client.row.id) ? ROLES_NOT_SEEN : undefined;
      return { client, reason: answer === undefined ? unseen : reasonOfAccount(answer) };
    });
  return {
    fullScope,
    sayable: judged.flatMap(({ client, reason }) => (reason === undefined ? [client] : [])),
    unsayable: judged.flatMap(({ client: { row }, reason }) => (reason === undefined ? [] : [{ row, reason }])),
  };
}

/** Clients that an Api can name: those that manifests declare, or will. */
function introspectors(
  sayable: readonly Sayable[],
  { clients, target: { stack } }: DesiredState,
): (clientId: string) => boolean {
  const own = sayable.filter(({ row }) => (row.attributes[MARK.stack] || stack) === stack);
  const known = new Set([...clients, ...own.map(({ row }) => row)].map(({ clientId }) => clientId));
  return (clientId) => known.has(clientId);
}

/** What manifests declare stays; else all clients count that could be declared, selected or not: a later import finds the same. */
function lifetimesIn(
  sayable: readonly Sayable[],
  { audienceOf }: Pick<GroupedScopes, 'audienceOf'>,
  { apis }: Pick<DesiredState, 'apis'>,
): Map<string, number> {
  const lifetimes = lifetimesOfApis(
    sayable.map(({ row }) => ({
      lifetime: ownLifetime(row.attributes),
      audiences: audiencesReached(row, audienceOf),
    })),
  );
  for (const { audience, tokenLifetime } of apis) {
    if (tokenLifetime === undefined) lifetimes.delete(audience);
    else lifetimes.set(audience, tokenLifetime);
  }
  return lifetimes;
}

function sourcesOf(
  { scopes, lastLogins }: ReadEstate,
  { audienceOf, strays }: GroupedScopes,
  lifetimes: ReadonlyMap<string, number>,
): ClientSources {
  const others = scopes.filter((scope) => !audienceOf.has(scope.name) && !mayBeOfApi(scope));
  return {
    audienceOf,
    lifetimes,
    strays: new Set(strays.map(({ scope }) => scope.name)),
    withoutAudience: new Set(others.map(({ name }) => name).filter((name) => !isKeycloaksScope(name))),
    lastUsed: new Map([...lastLogins].map(([clientId, ms]) => [clientId, new Date(ms).toISOString()])),
  };
}

function leftOutClient({ row, reason }: Unsayable): LeftOut {
  const { clientId } = row;
  return { kind: 'Client', id: clientId, displayName: clientId, facts: factsOf(row), ...markIn(row), ...reason };
}
