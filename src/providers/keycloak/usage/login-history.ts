import { z } from 'zod';
import { KeyedCache } from '../../../platform/keyed-cache.ts';
import { unlessForbidden } from '../../refusals.ts';
import type { KeycloakApi } from '../http/api.ts';
import { LOGIN, findLogins, unlessRefused } from './login-events.ts';

const config = z.object({
  eventsEnabled: z.boolean().nullish(),
  /** Seconds; none or 0: they are kept for ever. */
  eventsExpiration: z.number().nullish(),
  enabledEventTypes: z.array(z.string()).nullish(),
});

/** Why it is not known whether a key is used. */
export interface UnknownUse {
  readonly why: string;
}

/** For how long the realm keeps the logins of clients; 0: for ever. */
interface Kept {
  readonly seconds: number;
}

/** Whether the realm watches the logins of clients, and did for long enough. */
export class LoginHistory {
  readonly #api: KeycloakApi;
  /** Unix seconds. */
  readonly now: number;
  #kept: Promise<Kept | UnknownUse> | undefined;
  readonly #spans = new KeyedCache<number, Promise<UnknownUse | undefined>>(Object.is);

  constructor(api: KeycloakApi, now: number) {
    this.#api = api;
    this.now = now;
  }

  /** Why the realm, as it is set up, does not show the logins of so many seconds. */
  async whyNotKept(seconds: number): Promise<UnknownUse | undefined> {
    this.#kept ??= readKept(this.#api);
    const kept = await this.#kept;
    if ('why' in kept) return kept;
    // None as old as the overlap is there to show that the realm watched all of it.
    const isTooShort = kept.seconds > 0 && kept.seconds <= seconds;
    return isTooShort ? { why: 'the realm keeps login events no longer than the overlap is' } : undefined;
  }

  /** Why it is not known that the realm kept logins all those seconds. */
  async whyNotWatched(seconds: number): Promise<UnknownUse | undefined> {
    return this.#spans.get(seconds, () => lookBefore(this.#api, this.now - seconds));
  }
}

async function readKept(api: KeycloakApi): Promise<Kept | UnknownUse> {
  const context = { about: 'see which events the realm keeps', needs: 'view-events' };
  const { realm } = api.settings;
  const answer = api.read(context, ({ realms }) => realms.getConfigEvents({ realm }));
  const found = await unlessForbidden(answer);
  if (found === undefined) return { why: 'the account of grantry may not read events (view-events)' };
  const { data } = config.safeParse(found);
  const isKept = data?.eventsEnabled === true && (data.enabledEventTypes ?? [LOGIN]).includes(LOGIN);
  if (!isKept) return { why: 'the realm keeps no login events of clients' };
  return { seconds: data.eventsExpiration ?? 0 };
}

/** What was not kept looks like what did not happen: only an older login shows that the realm kept logins then. */
async function lookBefore(api: KeycloakApi, since: number): Promise<UnknownUse | undefined> {
  const end = since * 1000;
  const older = await unlessRefused(findLogins(api, { dateTo: String(end), max: 1 }));
  if (older === undefined) return { why: 'this Keycloak shows events by days alone' };
  return older.some(({ time }) => time <= end)
    ? undefined
    : { why: 'the realm has no login event from before the overlap that would show that it kept them all that time' };
}
