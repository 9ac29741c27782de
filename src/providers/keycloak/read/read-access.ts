import type { AccountAnswer } from '../roles/account-answer.ts';
import type { DesiredClient, DesiredState } from '../../../model/desired.ts';
import { formatDuration } from '../../../model/text/duration.ts';
import type { ActualState } from '../../../model/state.ts';
import { unlessForbidden } from '../../refusals.ts';
import { readAccess } from '../roles/access.ts';
import type { AccountQuestion } from '../roles/access.ts';
import type { KeycloakApi } from '../http/api.ts';
import { ClientIndex } from './client-index.ts';
import type { KnownClients } from './client-index.ts';
import type { ClientListing } from './listing.ts';
import { MARK, rolesOfInterest } from '../convert/marks.ts';
import { shortestLifetime } from '../project.ts';
import { readRealmInfo } from './realm-info.ts';
import type { RealmInfo } from './realm-info.ts';
import { completeRoles } from '../roles/complete-roles.ts';
import { NO_ROLES } from '../roles/role-names.ts';
import { accountName, findServiceAccounts, listServiceAccounts } from '../roles/service-accounts.ts';
import type { ServiceAccounts } from '../roles/service-accounts.ts';

export interface RealmAccess {
  /** By the client's id. */
  readonly answers: ReadonlyMap<string, AccountAnswer>;
  readonly completions: NonNullable<ActualState['completions']>;
  readonly notices: readonly string[];
}

/** What is read whatever the clients are: begun with their listing. */
export interface AccountListing {
  readonly info: Promise<RealmInfo>;
  readonly accounts: Promise<ServiceAccounts>;
}

export function beginAccounts(api: KeycloakApi): AccountListing {
  const begun = { info: readRealmInfo(api), accounts: listServiceAccounts(api) };
  // The next read gets the error.
  for (const reading of [begun.info, begun.accounts]) reading.catch(() => undefined);
  return begun;
}

export interface AccessInput {
  readonly clients: ClientListing;
  /** The desired client that each one is, by its id. */
  readonly desiredOf: ReadonlyMap<string, DesiredClient>;
  readonly desired: DesiredState;
  /** Where all clients are read. */
  readonly listing: AccountListing | undefined;
}

/** What the listed clients can do by their service accounts, and what the roles that they are to have hold. */
export async function readRealmAccess(api: KeycloakApi, input: AccessInput): Promise<RealmAccess> {
  const { clients, desired, listing } = input;
  const questions = questionsOf(input);
  const [info, accounts] = [await (listing?.info ?? readRealmInfo(api)), accountsOf(api, questions, listing)];
  const setting = { info, accounts, clients: new ClientIndex(api, knownClients(clients)), withScopes: true };
  const access = await readAccess(api, questions, setting);
  const completed = await completeRoles(clients.toExamine, input, access, info);
  const { answers, notices } = access;
  return {
    answers,
    completions: completed.completions,
    notices: [...notices, ...completed.notices, ...lifetimeNotices(desired, info)],
  };
}

/** For a rotation only whether a token can be had at all. Where the account may not look, the proof shows it. */
export async function readAccountStates(api: KeycloakApi, input: AccessInput): Promise<RealmAccess['answers']> {
  const questions = questionsOf(input);
  const accounts = await unlessForbidden(accountsOf(api, questions, input.listing));
  if (accounts === undefined) return new Map();
  return new Map(
    questions.map(({ id, clientId }): [string, AccountAnswer] => {
      const account = accounts.get(accountName(clientId));
      const serviceAccount = account === undefined ? 'missing' : account.enabled ? 'enabled' : 'disabled';
      return [id, { serviceAccount, roles: NO_ROLES, groups: [], rolesOfGroups: [], scopeMappings: NO_ROLES }];
    }),
  );
}

function accountsOf(
  api: KeycloakApi,
  questions: readonly AccountQuestion[],
  listing: AccountListing | undefined,
): Promise<ServiceAccounts> {
  if (listing !== undefined) return listing.accounts;
  if (questions.length === 0) return Promise.resolve(new Map());
  const found = findServiceAccounts(
    api,
    questions.map(({ clientId }) => clientId),
  );
  found.catch(() => undefined);
  return found;
}

function questionsOf({ clients, desiredOf, desired }: AccessInput): AccountQuestion[] {
  return [
    ...clients.complete.flatMap(({ id, clientId, hasServiceAccount }) =>
      hasServiceAccount ? [{ id, clientId, declared: [], isForeign: false }] : [],
    ),
    ...clients.toExamine.flatMap((row) => {
      if (!row.serviceAccountsEnabled) return [];
      const declared = rolesOfInterest(row, desiredOf.get(row.id));
      return [
        {
          id: row.id,
          clientId: row.clientId,
          declared,
          isForeign: row.attributes[MARK.stack] !== desired.target.stack,
        },
      ];
    }),
  ];
}

/** A listing of a few clients lacks some. */
function knownClients({ complete, toExamine, others }: ClientListing): KnownClients {
  return { clients: [...complete, ...toExamine, ...others], isWhole: others.length > 0 };
}

/** Lifetimes that no token will have, one for each Api that asks for them. */
function lifetimeNotices({ clients, apis }: DesiredState, { longest }: RealmInfo): string[] {
  if (longest === undefined) return [];
  const byName = new Map(apis.map((api) => [api.name, api]));
  const tooLong = new Map<string, number>();
  for (const client of clients) {
    const shortest = shortestLifetime(client, byName);
    if (shortest !== undefined && shortest.seconds > longest.seconds) tooLong.set(shortest.api, shortest.seconds);
  }
  const [limit, { setting }] = [formatDuration(longest.seconds), longest];
  return [...tooLong].map(
    ([api, seconds]) =>
      `Api/${api} asks for tokens of ${formatDuration(seconds)}, which cannot be had: the realm ends every token after ${limit} (${setting}). ` +
      `Raise ${setting} in the settings of the realm, or lower spec.tokenLifetime.`,
  );
}
