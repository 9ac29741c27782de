import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { KeycloakApi } from './api.ts';
import { parseList } from './parse-list.ts';
import { readRows } from './read-rows.ts';

/** The user that a client with a service account acts as. */
export interface ServiceAccount {
  readonly id: string;
  readonly enabled: boolean;
}

/** By user name. */
export type ServiceAccounts = ReadonlyMap<string, ServiceAccount>;

/** Keycloak names it after the client, and renames it with the client. */
export function accountName(clientId: string): string {
  return `${PREFIX}${clientId.toLowerCase()}`;
}

const PREFIX = 'service-account-';

const row = z.object({ id: z.string(), username: z.string(), enabled: z.boolean().nullish() });
type Row = z.infer<typeof row>;

const READING = { about: 'list service accounts', needs: 'view-users' };

/**
 * All service accounts of the realm. `GET users` leaves them out, and so does its `search`; a part of the user name finds
 * them. A client that has none is not in the result.
 */
export async function listServiceAccounts(api: KeycloakApi): Promise<ServiceAccounts> {
  return byName(api, await readRows(api, READING, `users?username=${PREFIX}`, row));
}

/** Those of a few clients, each by a request of its own. */
export async function findServiceAccounts(api: KeycloakApi, clientIds: readonly string[]): Promise<ServiceAccounts> {
  const find = async (clientId: string): Promise<Row[]> => {
    const query = `username=${encodeURIComponent(accountName(clientId))}&exact=true&briefRepresentation=true`;
    return parseList(api, await api.read(READING, `users?${query}`), row, 'users');
  };
  return byName(api, (await Promise.all(clientIds.map(find))).flat());
}

async function byName(api: KeycloakApi, rows: readonly Row[]): Promise<ServiceAccounts> {
  if (rows.length === 0) await requireSight(api);
  return new Map(rows.map(({ id, username, enabled }) => [username, { id, enabled: enabled ?? true }]));
}

/**
 * An account with `query-users` alone gets empty lists and no 403. What takes `view-users`, whomever it asks about, is the
 * state of a user's failed logins; nobody has this id.
 */
async function requireSight(api: KeycloakApi): Promise<void> {
  await api.read(READING, 'attack-detection/brute-force/users/00000000-0000-0000-0000-000000000000');
}

/** Undefined where the account may not look; what it needs is told by `unseen`. */
export async function unlessForbidden<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof GrantryError && error.code === 'NOT_ALLOWED') return undefined;
    throw error;
  });
}
