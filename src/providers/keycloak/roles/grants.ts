import type { AccountAnswer } from './account-answer.ts';
import type { DesiredClient, DesiredState, ServiceAccountRoles } from '../../../model/desired.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { ProofCheck } from '../../../model/report.ts';
import { settingsOf } from '../client-settings.ts';
import { NO_GRANT_FACTS } from '../../provider.ts';
import type { GrantFacts } from '../../provider.ts';
import { unlessForbidden } from '../../refusals.ts';
import { readAccess } from './access.ts';
import type { Access } from './access.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import type { KeycloakApi } from '../http/api.ts';
import { joinChecks, workloadChecks } from '../issuers/workload-checks.ts';
import { ClientIndex } from '../read/client-index.ts';
import { audiencesOfScope, isNamedInTokens } from '../convert/convert-scope.ts';
import { listClientScopes } from '../read/listing.ts';
import { readRealmInfo } from '../read/realm-info.ts';
import type { RealmInfo } from '../read/realm-info.ts';
import type { RoleBook } from './role-book.ts';
import { nameRole, roleKeys, roleNamesOf, sameRole } from './role-names.ts';
import type { RoleKey } from './role-names.ts';
import { findServiceAccounts, listServiceAccounts } from './service-accounts.ts';

/** More service accounts than this are faster read by listing all. */
const MOST_ALONE = 20;

const NO_MORE_ROLES = 'its service account holds no role that was not granted';

/** What the proofs of clients need of the server beside tokens: a token does not show all that its client can do. */
export async function readGrants(
  { api, ports }: { readonly api: KeycloakApi; readonly ports: HttpPorts },
  desired: DesiredState,
  names: ReadonlySet<string> | undefined,
): Promise<GrantFacts> {
  const clients = desired.clients.filter(({ name }) => names === undefined || names.has(name));
  if (clients.length === 0) return NO_GRANT_FACTS;
  if (!api.hasAccount()) return unseen(clients, 'this command was given no account at Keycloak');
  const facts = await lookAt(api, desired, clients, clients.length > MOST_ALONE).catch((error: unknown) => {
    if (!(error instanceof GrantryError) || error.code !== 'NOT_ALLOWED') throw error;
    return unseen(clients, error.message);
  });
  return { ...facts, checks: joinChecks(facts.checks, await workloadChecks({ api, ports }, clients)) };
}

function unseen(clients: readonly DesiredClient[], detail: string): GrantFacts {
  const check: ProofCheck = { claim: NO_MORE_ROLES, outcome: 'not-testable', detail };
  return { ...NO_GRANT_FACTS, checks: new Map(clients.map(({ name }) => [name, [check]])) };
}

async function lookAt(
  api: KeycloakApi,
  desired: DesiredState,
  clients: readonly DesiredClient[],
  listsAll: boolean,
): Promise<GrantFacts> {
  const info = await readRealmInfo(api);
  const clientIds = clients.map(({ clientId }) => clientId);
  const accounts = listsAll ? listServiceAccounts(api) : findServiceAccounts(api, clientIds);
  // It is awaited below.
  accounts.catch(() => undefined);
  const questions = clients.map((client) => {
    const { name, clientId } = client;
    return { id: name, clientId, declared: declaredRoles(client), isForeign: false };
  });
  const setting = { info, accounts, clients: new ClientIndex(api), withScopes: false };
  const [access, scopes] = await Promise.all([readAccess(api, questions, setting), readScopes(api, desired, clients)]);
  return {
    roleParts: await readParts(clients, access.book),
    ...scopes,
    longest: info.longest,
    checks: new Map(clients.map((client) => [client.name, checksOf(client, access, info)])),
  };
}

function declaredRoles(client: DesiredClient): RoleKey[] {
  return roleKeys(settingsOf(client).serviceAccountRoles);
}

async function readParts(clients: readonly DesiredClient[], book: RoleBook): Promise<Map<string, ServiceAccountRoles>> {
  const found = clients.map(async (client): Promise<[string, ServiceAccountRoles][]> => {
    const declared = declaredRoles(client);
    const parts = declared.length === 0 ? [] : await unlessForbidden(book.partsOf(declared));
    return parts === undefined ? [] : [[client.name, roleNamesOf(parts)]];
  });
  return new Map((await Promise.all(found)).flat());
}

/** Of what other stacks manage only the server knows what it puts into tokens. */
async function readScopes(
  api: KeycloakApi,
  { apis }: DesiredState,
  clients: readonly DesiredClient[],
): Promise<Pick<GrantFacts, 'audiences' | 'namedScopes'>> {
  const unmanaged = new Set(apis.flatMap(({ name, managed }) => (managed ? [] : [name])));
  const hasOthers = (client: DesiredClient): boolean =>
    settingsOf(client).clientScopes !== undefined || client.access.some((granted) => unmanaged.has(granted.api));
  const { audiences, namedScopes } = NO_GRANT_FACTS;
  if (!clients.some(hasOthers)) return { audiences, namedScopes };
  const scopes = await listClientScopes(api);
  return {
    audiences: new Map(scopes.map((scope) => [scope.name, audiencesOfScope(scope)])),
    namedScopes: new Map(scopes.map((scope) => [scope.name, isNamedInTokens(scope)])),
  };
}

function checksOf(client: DesiredClient, { answers, notices }: Access, { isSeen }: RealmInfo): ProofCheck[] {
  const answer = answers.get(client.name);
  if (answer === undefined) {
    return [{ claim: NO_MORE_ROLES, outcome: 'not-testable', detail: notices[0] ?? 'it was not looked at' }];
  }
  const surplus = surplusOf(answer, declaredRoles(client));
  return [stateOf(answer), holdsNoMore(surplus, isSeen)];
}

function stateOf({ serviceAccount }: AccountAnswer): ProofCheck {
  const claim = 'its service account is enabled';
  if (serviceAccount === 'enabled') return { claim, outcome: 'passed' };
  const how = serviceAccount === 'missing' ? 'it was deleted' : 'it is disabled';
  return { claim, outcome: 'failed', detail: `${how}, so no token is issued: grantry apply restores it` };
}

function holdsNoMore(surplus: readonly string[], isSeen: boolean): ProofCheck {
  if (surplus.length > 0) return { claim: NO_MORE_ROLES, outcome: 'failed', detail: `too much: ${surplus.join(', ')}` };
  if (isSeen) return { claim: NO_MORE_ROLES, outcome: 'passed' };
  const detail = 'roles of clients were looked at; looking at those of the realm and at groups takes view-realm';
  return { claim: NO_MORE_ROLES, outcome: 'not-testable', detail };
}

function surplusOf({ roles, groups }: AccountAnswer, declared: readonly RoleKey[]): string[] {
  const surplus = roleKeys(roles).filter((role) => !declared.some((other) => sameRole(other, role)));
  return [...surplus.map(nameRole).toSorted(), ...groups.map((path) => `all of group ${path}`)];
}
