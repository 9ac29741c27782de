import { z } from 'zod';
import { addToGroup } from '../../../model/values/groups.ts';
import { readOfRole } from '../http/admin-client.ts';
import type { KeycloakApi } from '../http/api.ts';
import type { GroupBook, Membership } from './group-book.ts';
import { parseList, unexpectedListing } from '../http/parse-list.ts';
import { readRows } from '../http/read-rows.ts';
import type { RowListing } from '../http/read-rows.ts';
import { mappingsRepresentation, roleRepresentation } from '../convert/representations.ts';
import type { RoleBook } from './role-book.ts';
import type { RoleNames } from '../fields.ts';
import { roleNamesOf } from './role-names.ts';
import type { RoleKey } from './role-names.ts';

/** What gives a service account its roles. */
export interface Held {
  /** Assigned to itself. */
  readonly roles: readonly RoleKey[];
  readonly groups: readonly Membership[];
}

export const NOTHING_HELD: Held = { roles: [], groups: [] };

const userRow = z.object({ id: z.string(), username: z.string().nullish() });

interface Books {
  readonly roles: RoleBook;
  readonly groups: GroupBook | undefined;
}

/** Role by role: who holds which of these, by user name. `spend` is called before each request. */
export async function readHoldersOf(
  api: KeycloakApi,
  roles: readonly RoleKey[],
  { roles: book, groups }: Books,
  spend: () => void,
): Promise<Map<string, Held>> {
  const held = new Map<string, { roles: RoleKey[]; groups: Map<string, RoleKey[]> }>();
  const entry = (username: string): { roles: RoleKey[]; groups: Map<string, RoleKey[]> } => {
    const known = held.get(username) ?? { roles: [], groups: new Map() };
    held.set(username, known);
    return known;
  };
  await Promise.all(
    roles.map(async (role) => {
      const ref = await book.refTo(role);
      if (ref === undefined) return;
      const ask: RowListing<unknown>['ask'] = (admin, page) => readOfRole(admin, ref, 'users', page);
      const context = {
        about: `list the holders of role ${role.name}`,
        needs: 'view-users and view-realm',
        absent: [],
      };
      const [users, members] = await Promise.all([
        readRows(api, context, { what: 'users', row: userRow, ask, spend }),
        groups?.holders(ref, spend) ?? [],
      ]);
      for (const { username } of users) if (typeof username === 'string') entry(username).roles.push(role);
      for (const [username, group] of members) addToGroup(entry(username).groups, group, role);
    }),
  );
  return new Map(
    [...held].map(([username, { roles: own, groups: through }]) => [
      username,
      { roles: own, groups: [...through].map(([path, given]) => ({ path, roles: given })) },
    ]),
  );
}

/** Account by account: all that this one holds. Without `view-realm` Keycloak leaves realm roles out here, without a word. */
export async function readHeldBy(
  api: KeycloakApi,
  { id, clientId }: { readonly id: string; readonly clientId: string },
  groups: GroupBook | undefined,
): Promise<Held> {
  const context = { about: `read the roles of client ${clientId}`, needs: 'view-users', absent: {} };
  const [mappings, memberships] = await Promise.all([
    api.read(context, ({ users }) => users.listRoleMappings({ id })),
    groups?.of(id) ?? [],
  ]);
  return { roles: toRoleKeys(api, mappings, 'role mappings'), groups: memberships };
}

/** The realm roles of an account, as they are shown without `view-realm` too. */
export async function readRealmRolesOf(
  api: KeycloakApi,
  { id, clientId }: { readonly id: string; readonly clientId: string },
): Promise<RoleKey[]> {
  const context = { about: `read the roles of client ${clientId}`, needs: 'view-users', absent: [] };
  const list = await api.read(context, ({ users }) => users.listRealmRoleMappings({ id }));
  return parseList(api, list, roleRepresentation, 'roles').map(({ name }) => ({ client: undefined, name }));
}

/** Which roles the client's tokens may carry, and which it may use in the Admin API, though no token carries them. */
export async function readScopeMappings(
  api: KeycloakApi,
  { id, clientId }: { readonly id: string; readonly clientId: string },
): Promise<RoleNames> {
  const context = { about: `read the scope mappings of client ${clientId}`, needs: 'view-clients', absent: {} };
  const mappings = await api.read(context, ({ clients }) => clients.listScopeMappings({ id }));
  return roleNamesOf(toRoleKeys(api, mappings, 'scope mappings'));
}

/** `what` names the mappings, for errors. */
export function toRoleKeys(api: KeycloakApi, answer: unknown, what: string): RoleKey[] {
  const { data, error } = mappingsRepresentation.safeParse(answer);
  if (data === undefined) throw unexpectedListing(api, what, error.issues[0]?.path ?? [], 'object');
  const { realmMappings, clientMappings } = data;
  return [
    ...realmMappings.map(({ name }) => ({ client: undefined, name })),
    ...Object.entries(clientMappings).flatMap(([client, { mappings }]) =>
      mappings.map(({ name }) => ({ client, name })),
    ),
  ];
}
