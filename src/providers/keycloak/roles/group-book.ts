import { z } from 'zod';
import { readOfRole } from '../http/admin-client.ts';
import type { KeycloakApi } from '../http/api.ts';
import { parseList, unexpectedListing } from '../http/parse-list.ts';
import { readRows } from '../http/read-rows.ts';
import type { RowListing } from '../http/read-rows.ts';
import type { RoleKey, RoleRef } from './role-names.ts';

const groupRow = z.object({ id: z.string(), path: z.string() });
type GroupRow = z.infer<typeof groupRow>;
const memberRow = z.object({ id: z.string(), username: z.string().nullish() });
const names = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const group = z.object({
  parentId: z.string().nullish(),
  realmRoles: names,
  clientRoles: z
    .record(z.string(), names)
    .nullish()
    .transform((clients) => clients ?? {}),
});
const count = z.object({ count: z.number() });

const NEEDS = 'view-users';

/** A group that a service account is a member of, with the roles that this gives it. */
export interface Membership {
  readonly path: string;
  readonly roles: readonly RoleKey[];
}

/** The realm's groups: their members have their roles, and those of the groups above them. */
export class GroupBook {
  readonly #api: KeycloakApi;
  /** The groups that the server puts every new user into, service accounts too: their ids by path. */
  readonly #defaults: ReadonlyMap<string, string>;
  readonly #roles = new Map<string, Promise<readonly RoleKey[]>>();
  readonly #members = new Map<string, Promise<readonly (readonly [username: string, path: string])[]>>();

  private constructor(api: KeycloakApi, defaults: readonly GroupRow[]) {
    this.#api = api;
    this.#defaults = new Map(defaults.map(({ id, path }) => [path, id]));
  }

  /** Undefined where the realm has no groups. */
  static async open(api: KeycloakApi): Promise<GroupBook | undefined> {
    const counting = { about: 'count groups', needs: NEEDS };
    const { data } = count.safeParse(await api.read(counting, ({ groups }) => groups.count()));
    if (data === undefined) throw unexpectedListing(api, 'groups', [], 'object');
    if (data.count === 0) return undefined;
    const context = { about: 'list the default groups', needs: 'view-realm' };
    const { realm } = api.settings;
    const defaults = await api.read(context, ({ realms }) => realms.getDefaultGroups({ realm }));
    return new GroupBook(api, parseList(api, defaults, groupRow, 'groups'));
  }

  /** The roles that the server so gives to everybody. */
  async ofEverybody(): Promise<RoleKey[]> {
    return (await Promise.all([...this.#defaults.values()].map((id) => this.#rolesOf(id)))).flat();
  }

  /** The groups of a user, but for those that the server itself puts everybody into. */
  async of(userId: string): Promise<Membership[]> {
    const groups = await this.#list(({ users }, page) => users.listGroups({ id: userId, ...page }));
    const chosen = groups.filter(({ path }) => !this.#defaults.has(path));
    return Promise.all(chosen.map(async ({ id, path }) => ({ path, roles: await this.#rolesOf(id) })));
  }

  /** Who has a role by a group: user names with the groups that they are members of. */
  async holders(role: RoleRef, spend: () => void): Promise<(readonly [username: string, path: string])[]> {
    const groups = await this.#list((admin, page) => readOfRole(admin, role, 'groups', page), spend);
    return (await Promise.all(groups.map((found) => this.#below(found, spend)))).flat();
  }

  /** The members of a group and of those below it. */
  async #below({ id, path }: GroupRow, spend: () => void): Promise<readonly (readonly [string, string])[]> {
    const known = this.#members.get(id) ?? this.#askForMembers({ id, path }, spend);
    this.#members.set(id, known);
    return known;
  }

  async #askForMembers({ id, path }: GroupRow, spend: () => void): Promise<(readonly [string, string])[]> {
    const children = await this.#list(({ groups }, page) => groups.listSubGroups({ parentId: id, ...page }), spend);
    const below = await Promise.all(children.map((child) => this.#below(child, spend)));
    if (this.#defaults.has(path)) return below.flat();
    const context = { about: `list the members of group ${path}`, needs: NEEDS, absent: [] };
    const ask: RowListing<unknown>['ask'] = ({ groups }, page) => groups.listMembers({ id, ...page });
    const members = await readRows(this.#api, context, { what: 'members', row: memberRow, ask, spend });
    return [
      ...members.flatMap(({ username }) => (typeof username === 'string' ? [[username, path] as const] : [])),
      ...below.flat(),
    ];
  }

  async #rolesOf(id: string): Promise<readonly RoleKey[]> {
    const known = this.#roles.get(id) ?? this.#askForRoles(id);
    this.#roles.set(id, known);
    return known;
  }

  async #askForRoles(id: string): Promise<RoleKey[]> {
    const context = { about: 'read the roles of a group', needs: NEEDS, absent: {} };
    const { data } = group.safeParse(await this.#api.read(context, ({ groups }) => groups.findOne({ id })));
    if (data === undefined) throw unexpectedListing(this.#api, 'a group', [], 'object');
    return [
      ...data.realmRoles.map((name) => ({ client: undefined, name })),
      ...Object.entries(data.clientRoles).flatMap(([client, list]) => list.map((name) => ({ client, name }))),
      ...(data.parentId ? await this.#rolesOf(data.parentId) : []),
    ];
  }

  async #list(ask: RowListing<GroupRow>['ask'], spend?: () => void): Promise<GroupRow[]> {
    const context = { about: 'list groups', needs: NEEDS, absent: [] };
    return readRows(this.#api, context, { what: 'groups', row: groupRow, ask, spend });
  }
}
