import { z } from 'zod';
import { addToGroup } from '../../model/groups.ts';
import type { KeycloakApi } from './api.ts';
import type { GroupBook, Membership } from './group-book.ts';
import { unexpectedListing } from './parse-list.ts';
import { readRows } from './read-rows.ts';
import { mappingsRepresentation } from './representations.ts';
import type { RoleBook } from './role-book.ts';
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
      const path = await book.pathTo(role);
      if (path === undefined) return;
      const reading = {
        about: `list the holders of role ${role.name}`,
        needs: 'view-users and view-realm',
        absent: [],
      };
      const [users, members] = await Promise.all([
        readRows(api, reading, `${path}/users`, userRow, { spend }),
        groups?.holders(path, spend) ?? [],
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
  const reading = { about: `read the roles of client ${clientId}`, needs: 'view-users', absent: {} };
  const [mappings, memberships] = await Promise.all([
    api.read(reading, `users/${encodeURIComponent(id)}/role-mappings`),
    groups?.of(id) ?? [],
  ]);
  return { roles: toRoleKeys(api, mappings, 'role mappings'), groups: memberships };
}

const roleRow = z.object({ id: z.string(), name: z.string() });

/** The realm roles of an account, as they are shown without `view-realm` too. */
export async function readRealmRolesOf(
  api: KeycloakApi,
  { id, clientId }: { readonly id: string; readonly clientId: string },
): Promise<RoleKey[]> {
  const reading = { about: `read the roles of client ${clientId}`, needs: 'view-users', absent: [] };
  const list = z
    .array(roleRow)
    .safeParse(await api.read(reading, `users/${encodeURIComponent(id)}/role-mappings/realm`));
  if (list.data === undefined) throw unexpectedListing(api, 'roles', list.error.issues[0]?.path ?? []);
  return list.data.map(({ name }) => ({ client: undefined, name }));
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
