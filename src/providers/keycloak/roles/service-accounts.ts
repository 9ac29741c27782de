import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakApi } from '../http/api.ts';
import { parseList } from '../http/parse-list.ts';
import { readRows } from '../http/read-rows.ts';
import type { RowListing } from '../http/read-rows.ts';
import { ACCOUNT_PREFIX, accountName } from './account-name.ts';

export { accountName } from './account-name.ts';

/** The user that a client with a service account acts as. */
export interface ServiceAccount {
  readonly id: string;
  readonly enabled: boolean;
}

/** By user name. */
export type ServiceAccounts = ReadonlyMap<string, ServiceAccount>;

const row = z.object({ id: z.string(), username: z.string(), enabled: z.boolean().nullish() });
type Row = z.infer<typeof row>;

const LISTING: RowListing<Row> = {
  what: 'users',
  row,
  ask: ({ users }, page) => users.find({ username: ACCOUNT_PREFIX, ...page }),
};

const CONTEXT = { about: 'list service accounts', needs: 'view-users' };

/**
 * All service accounts of the realm. `GET users` leaves them out, and so does its `search`; a part of the user name finds
 * them. A client that has none is not in the result.
 */
export async function listServiceAccounts(api: KeycloakApi): Promise<ServiceAccounts> {
  return byName(api, await readRows(api, CONTEXT, LISTING));
}

/** Those of a few clients, each by a request of its own. */
export async function findServiceAccounts(api: KeycloakApi, clientIds: readonly string[]): Promise<ServiceAccounts> {
  const find = async (clientId: string): Promise<Row[]> => {
    const query = { username: accountName(clientId), exact: true, briefRepresentation: true };
    return parseList(api, await api.read(CONTEXT, ({ users }) => users.find(query)), row, 'users');
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
  const id = '00000000-0000-0000-0000-000000000000';
  await api.read(CONTEXT, ({ attackDetection }) => attackDetection.findOne({ id }));
}

/** The user of a client's service account. **Makes it** where it is gone: not for reading what is there. */
export async function requireServiceAccount(
  api: KeycloakApi,
  { id, clientId }: { readonly id: string; readonly clientId: string },
): Promise<{ readonly id: string; readonly username: string; readonly enabled: boolean }> {
  const context = { about: `restore the service account of client ${clientId}`, needs: 'manage-clients' };
  const { data } = row.safeParse(await api.write(context, ({ clients }) => clients.getServiceAccountUser({ id })));
  if (data === undefined) throw new GrantryError('FAILED', `Client ${clientId} has no service account`);
  return { id: data.id, username: data.username, enabled: data.enabled ?? true };
}
