import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { addToGroup } from '../../../model/values/groups.ts';
import type { KeycloakApi } from '../http/api.ts';
import { ClientIndex } from '../read/client-index.ts';
import type { ClientFields, RoleNames } from '../fields.ts';
import { parseList } from '../http/parse-list.ts';
import { roleRepresentation } from '../convert/representations.ts';
import type { RoleRepresentation } from '../convert/representations.ts';
import type { RequestContext } from '../http/request-context.ts';
import { mappingOfScope, mappingOfUser } from './role-mappings.ts';
import type { RoleMapping } from './role-mappings.ts';
import { NO_ROLES, describeRole, roleNamesOf, rolesWithout } from './role-names.ts';
import type { RoleKey } from './role-names.ts';
import { accountName, requireServiceAccount } from './service-accounts.ts';

/** What of a client's fields its service account is. */
export type AccountFields = Pick<ClientFields, 'serviceAccount' | 'roles' | 'groups' | 'scopeMappings'>;

/** Of a client that was just made. */
export const NEW_ACCOUNT: AccountFields = {
  serviceAccount: 'enabled',
  roles: NO_ROLES,
  groups: [],
  scopeMappings: NO_ROLES,
};

interface ClientRef {
  readonly id: string;
  readonly clientId: string;
}

/** Roles of one owner: a client, or the realm. */
interface OwnedRoles {
  readonly owner: string | undefined;
  readonly names: readonly string[];
}

type Verb = 'add' | 'remove';

const groupRow = z.object({ id: z.string(), path: z.string() });
const accountRow = z.object({ username: z.string(), enabled: z.boolean() });

/** Roles that a write was about and that, read back, are not so. */
interface Unchanged {
  /** Were to be given. */
  readonly missing: readonly RoleKey[];
  /** Were to be taken away. */
  readonly left: readonly RoleKey[];
}

/**
 * Restores service accounts, and gives them their roles and clients their scope mappings. The last two take the ids of roles, which are looked up
 * among the roles that can be assigned (that takes no right to view the realm), once per role owner and run. What was written
 * is read back.
 */
export class RoleAssigner {
  readonly #api: KeycloakApi;
  readonly #known = new Map<string, string>();
  readonly #clients: ClientIndex;

  constructor(api: KeycloakApi) {
    this.#api = api;
    this.#clients = new ClientIndex(api);
  }

  /** What gives power is taken away first. Gives what is there then. */
  async change(client: ClientRef, before: AccountFields, after: AccountFields): Promise<AccountFields> {
    const leftScopes = await this.#mapScopes(client, rolesWithout(before.scopeMappings, after.scopeMappings), 'remove');
    const account = await this.#changeAccount(client, before, after);
    const missing = await this.#mapScopes(client, rolesWithout(after.scopeMappings, before.scopeMappings), 'add');
    return { ...account, scopeMappings: asLeft(after.scopeMappings, { missing, left: leftScopes }) };
  }

  async #changeAccount(client: ClientRef, before: AccountFields, after: AccountFields): Promise<AccountFields> {
    const [removed, added] = [rolesWithout(before.roles, after.roles), rolesWithout(after.roles, before.roles)];
    const leaving = before.groups.filter((path) => !after.groups.includes(path));
    const isTouched = removed.length + added.length + leaving.length > 0;
    if (!isTouched && before.serviceAccount === after.serviceAccount) return after;
    const user = await requireServiceAccount(this.#api, client);
    const groups = await this.#leaveGroups(client, user.id, leaving);
    const left = await this.#mapHolder(client, user.id, removed, 'remove');
    const isRestored = await this.#restore(client, user);
    const missing = await this.#mapHolder(client, user.id, added, 'add');
    return {
      ...after,
      serviceAccount: isRestored ? after.serviceAccount : 'disabled',
      roles: asLeft(after.roles, { missing, left }),
      groups: [...after.groups, ...groups].toSorted(),
    };
  }

  /** One that was renamed by hand is not found by its name. Gives whether it can be used then. */
  async #restore(
    { clientId }: ClientRef,
    { id, username, enabled }: Awaited<ReturnType<typeof requireServiceAccount>>,
  ): Promise<boolean> {
    const name = accountName(clientId);
    const wanted = { ...(enabled ? {} : { enabled: true }), ...(username === name ? {} : { username: name }) };
    if (Object.keys(wanted).length === 0) return true;
    const context = { about: `restore the service account of client ${clientId}`, needs: 'manage-users' };
    await this.#api.write(context, ({ users }) => users.update({ id }, wanted));
    const { data } = accountRow.safeParse(await this.#api.read(context, ({ users }) => users.findOne({ id })));
    return data?.enabled === true && data.username === name;
  }

  /** Groups are known by their paths, and left by their ids. Gives those that it is still in. */
  async #leaveGroups({ clientId }: ClientRef, id: string, paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return [];
    const context = { about: `take client ${clientId} out of groups`, needs: 'manage-users' };
    const list = async (): Promise<z.infer<typeof groupRow>[]> => {
      const found = await this.#api.read(context, ({ users }) => users.listGroups({ id, briefRepresentation: true }));
      return parseList(this.#api, found, groupRow, 'groups').filter(({ path }) => paths.includes(path));
    };
    for (const { id: groupId } of await list()) {
      await this.#api.write(context, ({ users }) => users.delFromGroup({ id, groupId }));
    }
    return (await list()).map(({ path }) => path);
  }

  async #mapHolder({ clientId }: ClientRef, id: string, keys: readonly RoleKey[], verb: Verb): Promise<RoleKey[]> {
    const context = { about: `${verb} roles of client ${clientId}`, needs: 'manage-users' };
    return this.#mapAll(
      keys,
      verb,
      () => context,
      (ownerId) => mappingOfUser(id, ownerId),
    );
  }

  async #mapScopes({ id, clientId }: ClientRef, keys: readonly RoleKey[], verb: Verb): Promise<RoleKey[]> {
    const about = `${verb} scope mappings of client ${clientId}`;
    // Measured on 26.7.4: realm roles in scope mappings take the right to manage the realm.
    const contextOf = (owner: string | undefined): RequestContext => ({
      about,
      needs: owner === undefined ? 'manage-realm' : 'manage-clients',
    });
    return this.#mapAll(keys, verb, contextOf, (ownerId) => mappingOfScope(id, ownerId));
  }

  /** Gives the roles for which it was not done. */
  async #mapAll(
    keys: readonly RoleKey[],
    verb: Verb,
    contextOf: (owner: string | undefined) => RequestContext,
    mappingOf: (ownerId: string | undefined) => RoleMapping,
  ): Promise<RoleKey[]> {
    const unchanged: RoleKey[] = [];
    for (const [owner, names] of groupByOwner(keys)) {
      const context = contextOf(owner);
      const mapping = mappingOf(owner === undefined ? undefined : await this.#idOf(owner));
      const roles = await this.#resolve(context, { owner, names }, mapping);
      await this.#api.write(context, (admin) => mapping[verb](admin, roles));
      const rows = await this.#api.read(context, mapping.assigned);
      const given = new Set(parseList(this.#api, rows, roleRepresentation, 'roles').map(({ name }) => name));
      const undone = names.filter((name) => given.has(name) !== (verb === 'add'));
      unchanged.push(...undone.map((name) => ({ client: owner, name })));
    }
    return unchanged;
  }

  /** The roles with their ids, listing them only when one is not known yet. */
  async #resolve(
    context: RequestContext,
    { owner, names }: OwnedRoles,
    { list }: RoleMapping,
  ): Promise<RoleRepresentation[]> {
    const keyOf = (name: string): string => JSON.stringify([owner ?? null, name]);
    if (!names.every((name) => this.#known.has(keyOf(name)))) {
      const rows = await this.#api.read(context, list);
      for (const { id, name } of parseList(this.#api, rows, roleRepresentation, 'roles'))
        this.#known.set(keyOf(name), id);
    }
    return names.map((name) => {
      const id = this.#known.get(keyOf(name));
      if (id === undefined) {
        throw new GrantryError('FAILED', `There is no ${describeRole({ client: owner, name })} that can be assigned`, {
          hint:
            'Create the role first: grantry assigns roles, it does not make them. If it is there, the account may not assign it. ' +
            this.#api.adviseOnRights(owner === undefined ? 'manage-users and manage-realm' : 'manage-users'),
        });
      }
      return { id, name };
    });
  }

  async #idOf(clientId: string): Promise<string> {
    const id = await this.#clients.idOf(clientId);
    if (id !== undefined) return id;
    throw new GrantryError('FAILED', `There is no client ${clientId}, of which roles are declared`, {
      hint: 'Correct keycloak.serviceAccountRoles.clients in the manifest, or create that client first.',
    });
  }
}

/** The roles as they are, where some of those that were written are not as they were to be. */
function asLeft(wanted: RoleNames, { missing, left }: Unchanged): RoleNames {
  if (missing.length + left.length === 0) return wanted;
  return roleNamesOf([...rolesWithout(wanted, roleNamesOf(missing)), ...left]);
}

function groupByOwner(keys: readonly RoleKey[]): Map<string | undefined, string[]> {
  const groups = new Map<string | undefined, string[]>();
  for (const { client, name } of keys) addToGroup(groups, client, name);
  return groups;
}
