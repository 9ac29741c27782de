import type { KeycloakApi } from '../http/api.ts';
import { findLogins } from './login-events.ts';
import { LoginHistory } from './login-history.ts';

const PAGE = 1000;
/** An estate is not worth more: clients of which none of so many logins is are told nothing of. */
const MOST_PAGES = 5;

/**
 * When clients last got a token, by client_id, in milliseconds: of those that are among the realm's latest logins, where it keeps
 * them and they may be read. No request is made for a client by itself.
 */
export async function readLastLogins(api: KeycloakApi, now: number): Promise<Map<string, number>> {
  const last = new Map<string, number>();
  if ((await new LoginHistory(api, now).whyNotKept(0)) !== undefined) return last;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const logins = await findLogins(api, { first: page * PAGE, max: PAGE });
    for (const { clientId, time } of logins) {
      if (typeof clientId === 'string') last.set(clientId, Math.max(time, last.get(clientId) ?? 0));
    }
    if (logins.length < PAGE) break;
  }
  return last;
}
