import { z } from 'zod';
import { addressOf } from '../../../model/address.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { ActualState } from '../../../model/state.ts';
import { unlessForbidden } from '../../refusals.ts';
import { describeKeycloak } from '../settings.ts';
import type { KeycloakApi } from '../http/api.ts';
import { parseList } from '../http/parse-list.ts';
import { accountName } from '../roles/service-accounts.ts';

/** A client with a service account. */
interface Known {
  readonly clientId: string;
}

/** Clients that cannot be made beside one that is listed, whose client_id differs from theirs in case only. */
export function takenClientIds(
  desired: readonly DesiredClient[],
  present: Iterable<Known>,
  matched: ReadonlySet<string>,
): ActualState['impossible'] {
  const wanted = desired.filter(({ name }) => !matched.has(name));
  if (wanted.length === 0) return [];
  const byName = new Map([...present].map(({ clientId }) => [accountName(clientId), clientId]));
  return wanted.flatMap(({ name, clientId }) => {
    const other = byName.get(accountName(clientId));
    if (other === undefined || other === clientId) return [];
    return [{ address: addressOf('Client', name), reason: inCaseOnly(clientId, other), hint: ANOTHER_ID }];
  });
}

const ANOTHER_ID =
  'Set another spec.clientId, or the very client_id that is there and take that client over with --adopt.';

function inCaseOnly(clientId: string, other: string): string {
  return `client ${other} is there, whose client_id differs from ${clientId} in case only: Keycloak gives both the service account ${accountName(clientId)}`;
}

const userRow = z.object({ username: z.string() });
const clientRow = z.object({ clientId: z.string(), serviceAccountsEnabled: z.boolean().nullish() });

/** Why no client of this client_id can be made though there is none; undefined where nothing is in the way, or may be seen. */
export async function whyTaken(api: KeycloakApi, clientId: string): Promise<GrantryError | undefined> {
  const username = accountName(clientId);
  const isTaken = await hasUser(api, username);
  if (isTaken === false) return undefined;
  const where = describeKeycloak(api.settings);
  const other = await findNamesake(api, clientId);
  if (other !== undefined) {
    return new GrantryError('CONFLICT', `${where}: ${inCaseOnly(clientId, other)}`, { hint: ANOTHER_ID });
  }
  if (isTaken === undefined) return undefined;
  const reason = `${where} has a user ${username}, and that is the name of the service account that client ${clientId} would get`;
  return new GrantryError('CONFLICT', reason, {
    hint: 'Set another spec.clientId, or rename or delete that user if nobody needs it.',
  });
}

/** Keycloak says of a client_id that it is taken also where only the name of its service account is. */
export async function throwTaken(api: KeycloakApi, clientId: string, error: unknown): Promise<never> {
  const isTaken = error instanceof GrantryError && error.code === 'CONFLICT';
  throw (isTaken ? await whyTaken(api, clientId) : undefined) ?? error;
}

/** Undefined: the account may not see users, and gets to know of them from Keycloak's refusal alone. */
async function hasUser(api: KeycloakApi, username: string): Promise<boolean | undefined> {
  const context = { about: `look for the user ${username}`, needs: 'view-users' };
  const found = await unlessForbidden(api.read(context, ({ users }) => users.find({ username, exact: true })));
  return found === undefined ? undefined : parseList(api, found, userRow, 'users').length > 0;
}

/** A client whose client_id differs in case only; the search finds all that contain it, in whatever case. */
async function findNamesake(api: KeycloakApi, clientId: string): Promise<string | undefined> {
  const context = { about: `look for clients named like ${clientId}`, needs: 'view-clients' };
  const query = { clientId, search: true, first: 0, max: LOOK_AT };
  const found = await api.read(context, ({ clients }) => clients.find(query));
  return parseList(api, found, clientRow, 'clients')
    .filter(({ serviceAccountsEnabled }) => serviceAccountsEnabled === true)
    .map((row) => row.clientId)
    .find((other) => other !== clientId && other.toLowerCase() === clientId.toLowerCase());
}

/** Of the clients whose client_id contains this one. */
const LOOK_AT = 100;
