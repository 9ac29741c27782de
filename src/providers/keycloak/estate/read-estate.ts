import type { DesiredState } from '../../../model/desired.ts';
import type { Estate, EstateSelection } from '../../../model/estate.ts';
import { hasUndeclared } from '../convert/attributes.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { NO_ATTRIBUTES } from '../fields.ts';
import type { KeycloakApi } from '../http/api.ts';
import type { PolicyRules } from '../policies/policy-rules.ts';
import { ClientIndex } from '../read/client-index.ts';
import { emptyListing, listClientScopes, listEveryClient } from '../read/listing.ts';
import { beginAccounts } from '../read/read-access.ts';
import { readAccess } from '../roles/access.ts';
import type { AccountQuestion } from '../roles/access.ts';
import { rolesOfScopes } from '../roles/scope-roles.ts';
import { readLastLogins } from '../usage/last-logins.ts';
import { describeEstate } from './describe-estate.ts';
import type { JudgedClients } from './describe-estate.ts';
import { isM2mClient } from './m2m-clients.ts';
import { judgeListed } from './left-out/judge-listed.ts';
import { mayBeOfApi } from './apis/scope-meaning.ts';

interface EstateSource {
  readonly api: KeycloakApi;
  readonly policies: PolicyRules;
}

/**
 * What there is of M2M access in the realm. Listings show nearly all of it; one by one are asked for the scope mappings of client
 * scopes that may be of an Api, and what the service accounts of clients hold that nothing else keeps out of manifests.
 */
export async function readEstate(
  { api, policies }: EstateSource,
  desired: DesiredState,
  selection: EstateSelection,
): Promise<Estate> {
  const accounts = beginAccounts(api);
  const now = Math.floor(api.earliestNow() / 1000);
  const [scopes, rows, lastLogins] = await Promise.all([
    listClientScopes(api),
    listEveryClient(api, (row) => kept(row, api)),
    readLastLogins(api, now),
  ]);
  if (scopes.length === 0) throw emptyListing(api, 'client scopes');
  const clients = rows.flatMap(({ client }) => client ?? []);
  const judged = await judgeAll({ api, policies }, clients, { desired, now });
  const questions = questionsOf(judged.sayable, desired, selection);
  const index = new ClientIndex(api, { clients: rows, isWhole: true });
  const [{ answers }, rolesOfScope] = await Promise.all([
    accounts.info.then((info) =>
      readAccess(api, questions, { info, accounts: accounts.accounts, clients: index, withScopes: true }),
    ),
    rolesOfScopes(api, scopes.filter(mayBeOfApi)),
  ]);
  return describeEstate(
    { scopes, rolesOfScope, ...judged, answers, asked: new Set(questions.map(({ id }) => id)), lastLogins },
    { desired, selection, settings: api.settings },
  );
}

/** What of a listed client is worth keeping: of an M2M client all but its secret. */
interface ListedClient {
  readonly id: string;
  readonly clientId: string;
  readonly client: ClientRepresentation | undefined;
}

function kept(row: ClientRepresentation, { settings: { realm } }: KeycloakApi): ListedClient {
  const { id, clientId } = row;
  return { id, clientId, client: isM2mClient(row, realm) ? { ...row, secret: undefined } : undefined };
}

async function judgeAll(
  { api, policies }: EstateSource,
  clients: readonly ClientRepresentation[],
  { desired, now }: { readonly desired: DesiredState; readonly now: number },
): Promise<JudgedClients> {
  const looksAtPolicies = clients.some(({ attributes }) => hasUndeclared(attributes, NO_ATTRIBUTES));
  const rules = looksAtPolicies ? await policies.read() : undefined;
  const view = { settings: api.settings, issuers: desired.target.issuers ?? [], rules, now };
  const judged = clients.map((row) => judgeListed(row, view));
  return {
    sayable: judged.flatMap((one) => ('auth' in one ? [one] : [])),
    unsayable: judged.flatMap((one) => ('reason' in one ? [one] : [])),
  };
}

/** Of clients that manifests declare already nothing more is said than that. */
function questionsOf(
  sayable: JudgedClients['sayable'],
  { clients }: DesiredState,
  selection: EstateSelection,
): AccountQuestion[] {
  const declared = new Set(clients.map(({ clientId }) => clientId));
  const asked = sayable.filter(({ row: { clientId } }) => selection.isSelected(clientId) && !declared.has(clientId));
  return asked.map(({ row: { id, clientId } }) => ({ id, clientId, declared: [], isForeign: true }));
}
