import { CLIENT_JWT } from '../fields.ts';
import { unlessForbidden } from '../../refusals.ts';
import type { KeycloakApi } from '../http/api.ts';
import { accountName, findServiceAccounts } from '../roles/service-accounts.ts';
import type { ServiceAccounts } from '../roles/service-accounts.ts';
import { findLogins } from './login-events.ts';
import type { LoginEvent } from './login-events.ts';
import type { LoginHistory, UnknownUse } from './login-history.ts';

const PAGE = 100;
/** A client that logs in more often than this in an overlap is not looked at to the end. */
const MOST_PAGES = 20;
const DAY = 86_400;

/** Whether keys were used: when last, in Unix seconds; not at all; or why that is not known. */
export type KeyUse =
  | { readonly is: 'used'; readonly at: number }
  | { readonly is: 'unused' }
  | ({ readonly is: 'unknown' } & UnknownUse);

/** A client, and the keys that are asked about. */
interface KeyHolder {
  readonly clientId: string;
  /** Of the whole realm, where they are listed. */
  readonly accounts: Promise<ServiceAccounts> | undefined;
  readonly keys: ReadonlySet<string>;
}

/** Whether one of these keys was used in the last so many seconds, as the realm's login events show it. */
export async function lastUseOf(
  api: KeycloakApi,
  client: KeyHolder,
  { history, seconds }: { readonly history: LoginHistory; readonly seconds: number },
): Promise<KeyUse> {
  const notKept = await history.whyNotKept(seconds);
  if (notKept !== undefined) return { is: 'unknown', ...notKept };
  const seen = await lookForLogin(api, client, history.now - seconds);
  if (seen.is !== 'unused') return seen;
  const notWatched = await history.whyNotWatched(seconds);
  return notWatched === undefined ? seen : { is: 'unknown', ...notWatched };
}

async function lookForLogin(api: KeycloakApi, { clientId, accounts, keys }: KeyHolder, since: number): Promise<KeyUse> {
  // The index of events is by user and not by client.
  const found = await unlessForbidden(accounts ?? findServiceAccounts(api, [clientId]));
  if (found === undefined)
    return { is: 'unknown', why: 'the account of grantry may not see service accounts (view-users)' };
  const user = found.get(accountName(clientId))?.id;
  if (user === undefined) return { is: 'unknown', why: 'the client has no service account whose logins could be seen' };
  // A day is what every version takes, and it is one of the server's own time zone.
  const dateFrom = new Date((since - DAY) * 1000).toISOString().slice(0, 10);
  let hasNameless = false;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const rows = await findLogins(api, { user, dateFrom, first: page * PAGE, max: PAGE });
    const logins = rows.filter(({ time }) => time >= since * 1000);
    const seen = logins.find(({ details }) => keys.has(details?.['client_jwt_kid'] ?? ''));
    if (seen !== undefined) return { is: 'used', at: Math.floor(seen.time / 1000) };
    hasNameless ||= logins.some(isNameless);
    if (logins.length < PAGE) return hasNameless ? NAMELESS : { is: 'unused' };
  }
  return {
    is: 'unknown',
    why: `the client logged in more often than the ${MOST_PAGES * PAGE} times that were looked at`,
  };
}

const NAMELESS: KeyUse = {
  is: 'unknown',
  why: 'the client logged in by assertions of which the login events name no key (Keycloak before 26.7, or an assertion without kid)',
};

/** By some key, nobody knows which. */
function isNameless({ details }: LoginEvent): boolean {
  const { client_auth_method: method = CLIENT_JWT, client_jwt_kid: kid = '' } = details ?? {};
  return method === CLIENT_JWT && kid === '';
}
