import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakApi } from '../http/api.ts';

const config = z.object({
  eventsEnabled: z.boolean().nullish(),
  /** Seconds; none or 0: they are kept for ever. */
  eventsExpiration: z.number().nullish(),
  enabledEventTypes: z.array(z.string()).nullish(),
});
const events = z.array(z.object({ time: z.number(), details: z.record(z.string(), z.string()).nullish() }));

const PAGE = 100;
/** Of a client that logs in more often than this in an overlap, its old key is one among others: what was looked at says so. */
const MOST_PAGES = 20;

/** Why it is not known whether a key is used. */
export interface UnknownUse {
  readonly why: string;
}

/** Whether the realm keeps the logins of clients for as long as that, in seconds; else why not. */
export async function readLoginHistory(api: KeycloakApi, seconds: number): Promise<UnknownUse | undefined> {
  const context = { about: 'see which events the realm keeps', needs: 'view-events' };
  const { realm } = api.settings;
  const found = await orNotAllowed(api.read(context, ({ realms }) => realms.getConfigEvents({ realm })));
  if (found instanceof GrantryError) return { why: 'the account of grantry may not read events (view-events)' };
  const { data } = config.safeParse(found);
  const isKept = data?.eventsEnabled === true && (data.enabledEventTypes ?? [LOGIN]).includes(LOGIN);
  if (!isKept) return { why: 'the realm keeps no login events of clients' };
  const { eventsExpiration: kept = 0 } = data;
  return kept !== null && kept > 0 && kept < seconds
    ? { why: 'the realm keeps login events for less long' }
    : undefined;
}

const LOGIN = 'CLIENT_LOGIN';

/** When one of these keys was last used since then, in Unix seconds; undefined: it was not. Times are Unix seconds. */
export async function lastUseOf(
  api: KeycloakApi,
  client: { readonly id: string; readonly keys: ReadonlySet<string> },
  since: number,
): Promise<number | undefined> {
  const { realm } = api.settings;
  const { id } = client;
  const context = { about: 'look for the last login with a key', needs: 'view-events' };
  const account = await api.read({ ...context, needs: 'view-clients' }, ({ clients }) =>
    clients.getServiceAccountUser({ id }),
  );
  // The index of events is by user and not by client.
  const { id: user } = z.object({ id: z.string() }).parse(account);
  // A day is what every version takes; newest first.
  const dateFrom = new Date(since * 1000).toISOString().slice(0, 10);
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const part = { first: page * PAGE, max: PAGE };
    const rows = events.parse(
      await api.read(context, ({ realms }) => realms.findEvents({ realm, user, type: LOGIN, dateFrom, ...part })),
    );
    const seen = rows.find(({ details }) => client.keys.has(details?.['client_jwt_kid'] ?? ''));
    if (seen !== undefined) return seen.time >= since * 1000 ? Math.floor(seen.time / 1000) : undefined;
    if (rows.length < PAGE) return undefined;
  }
  // So many logins with the new key: that the old one was not among them is all that is known.
  return undefined;
}

async function orNotAllowed(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => {
    if (error instanceof GrantryError && error.code === 'NOT_ALLOWED') return error;
    throw error;
  });
}
