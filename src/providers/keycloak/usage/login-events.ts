import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakApi } from '../http/api.ts';

const rows = z.array(
  z.object({
    time: z.number(),
    clientId: z.string().nullish(),
    details: z.record(z.string(), z.string()).nullish(),
  }),
);
/** A login of a client; its time is in milliseconds. */
export type LoginEvent = z.infer<typeof rows>[number];

/** The event of a client that got a token of its own. */
export const LOGIN = 'CLIENT_LOGIN';

/** Which events; dates are days, or milliseconds on newer servers. */
interface EventQuery {
  readonly user?: string;
  readonly dateFrom?: string;
  readonly dateTo?: string;
  readonly first?: number;
  readonly max: number;
}

/** Logins of clients, the newest first. */
export async function findLogins(api: KeycloakApi, query: EventQuery): Promise<LoginEvent[]> {
  const { realm } = api.settings;
  const context = { about: 'look for logins of clients', needs: 'view-events' };
  return rows.parse(await api.read(context, ({ realms }) => realms.findEvents({ realm, type: LOGIN, ...query })));
}

/** The answer, or undefined where the server does not take the question. */
export async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof GrantryError && error.code === 'FAILED') return undefined;
    throw error;
  });
}
