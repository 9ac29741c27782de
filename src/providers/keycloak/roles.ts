import { z } from 'zod';
import type { DesiredClient } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { settingsOf } from './client-settings.ts';
import { clientPath } from './api.ts';
import type { KeycloakApi } from './api.ts';
import type { RoleNames } from './fields.ts';
import { MARK, parseDeclared } from './marks.ts';
import type { ClientRepresentation } from './representations.ts';
import { toRoleKeys } from './role-holders.ts';
import { roleKeys, roleNamesOf } from './role-names.ts';
import type { RoleKey } from './role-names.ts';

interface ClientRef {
  readonly id: string;
  readonly clientId: string;
}

/** The roles of a client that are known: those that it is to have, and those that it had when it was last applied. */
export function rolesOfInterest(
  { attributes }: Pick<ClientRepresentation, 'attributes'>,
  desired: DesiredClient | undefined,
): RoleKey[] {
  const wanted = desired === undefined ? [] : roleKeys(settingsOf(desired).serviceAccountRoles);
  return [...wanted, ...roleKeys(parseDeclared(attributes[MARK.declared]).roles)];
}

/** Which roles the client's tokens may carry, and which it may use in the Admin API, though no token carries them. */
export async function readScopeMappings(api: KeycloakApi, { id, clientId }: ClientRef): Promise<RoleNames> {
  const reading = { about: `read the scope mappings of client ${clientId}`, needs: 'view-clients', absent: {} };
  return roleNamesOf(toRoleKeys(api, await api.read(reading, `${clientPath(id)}/scope-mappings`), 'scope mappings'));
}

const serviceAccount = z.object({ id: z.string(), username: z.string(), enabled: z.boolean().nullish() });

/** The user of a client's service account. **Makes it** where it is gone: not for reading what is there. */
export async function requireServiceAccount(
  api: KeycloakApi,
  client: ClientRef,
): Promise<{ readonly id: string; readonly username: string; readonly enabled: boolean }> {
  const call = {
    about: `restore the service account of client ${client.clientId}`,
    needs: 'manage-clients',
    idempotent: true,
    writes: true as const,
  };
  const user = await api.call(call, (admin) => admin.clients.getServiceAccountUser({ id: client.id }));
  const { data } = serviceAccount.safeParse(user);
  if (data === undefined) throw new GrantryError('FAILED', `Client ${client.clientId} has no service account`);
  return { id: data.id, username: data.username, enabled: data.enabled ?? true };
}
