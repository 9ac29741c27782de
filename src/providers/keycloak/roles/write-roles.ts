import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { addToGroup } from '../../../model/values/groups.ts';
import type { KeycloakApi } from '../http/api.ts';
import { ClientIndex } from '../read/client-index.ts';
import type { ClientFields } from '../fields.ts';
import { parseList } from '../http/parse-list.ts';
import { roleRepresentation } from '../convert/representations.ts';
import type { RoleRepresentation } from '../convert/representations.ts';
import type { RequestContext } from '../http/request-context.ts';
import { mappingOfScope, mappingOfUser } from './role-mappings.ts';
import type { RoleMapping } from './role-mappings.ts';
import { NO_ROLES, describeRole, rolesWithout } from './role-names.ts';
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

/**
 * Restores service accounts, and gives them their roles and clients their scope mappings. The last two take the ids of roles, which are looked up
 * among the roles that can be assigned (that takes no right to view the realm), once per role owner and run.
 */
export class RoleAssigner {
  readonly #api: KeycloakApi;
  readonly #known = new Map<string, string>();
  readonly #clients: ClientIndex;

  constructor(api: KeycloakApi) {
    this.#api = api;
    this.#clients = new ClientIndex(api);
  }

  /** What gives power is taken away first. */
  async change(client: ClientRef, before: AccountFields, after: AccountFields): Promise<void> {
    const removedScopes = rolesWithout(before.scopeMappings, after.scopeMappings);
    const [removed, added] = [rolesWithout(before.roles, after.roles), rolesWithout(after.roles, before.roles)];
    const left = before.groups.filter((path) => !after.groups.includes(path));
    await this.#mapScopes(client, removedScopes, 'remove');
    if (removed.length + added.length + left.length > 0 || before.serviceAccount !== after.serviceAccount) {
      const user = await requireServiceAccount(this.#api, client);
      await this.#leaveGroups(client, user.id, left);
      await this.#mapHolder(client, user.id, removed, 'remove');
      await this.#restore(client, user);
      await this.#mapHolder(client, user.id, added, 'add');
    }
    await this.#mapScopes(client, rolesWithout(after.scopeMappings, before.scopeMappings), 'add');
  }

  /** One that was renamed by hand is not found by its name. */
  async #restore(
    { clientId }: ClientRef,
    { id, username, enabled }: Awaited<ReturnType<typeof requireServiceAccount>>,
  ): Promise<void> {
    const name = accountName(clientId);
    const wanted = { ...(enabled ? {} : { enabled: true }), ...(username === name ? {} : { username: name }) };
    if (Object.keys(wanted).length === 0) return;
    const context = { about: `restore the service account of client ${clientId}`, needs: 'manage-users' };
    await this.#api.write(context, ({ users }) => users.update({ id }, wanted));
  }

  /** Groups are known by their paths, and left by their ids. */
  async #leaveGroups({ clientId }: ClientRef, id: string, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const context = { about: `take client ${clientId} out of groups`, needs: 'manage-users' };
    const list = await this.#api.read(context, ({ users }) => users.listGroups({ id, briefRepresentation: true }));
    for (const { id: groupId, path } of parseList(this.#api, list, groupRow, 'groups')) {
      if (!paths.includes(path)) continue;
      await this.#api.write(context, ({ users }) => users.delFromGroup({ id, groupId }));
    }
  }

  async #mapHolder({ clientId }: ClientRef, id: string, keys: readonly RoleKey[], verb: Verb): Promise<void> {
    for (const [owner, names] of groupByOwner(keys)) {
      const context = { about: `${verb} roles of client ${clientId}`, needs: 'manage-users' };
      await this.#map(context, { owner, names }, (ownerId) => mappingOfUser(id, ownerId), verb);
    }
  }

  async #mapScopes({ id, clientId }: ClientRef, keys: readonly RoleKey[], verb: Verb): Promise<void> {
    for (const [owner, names] of groupByOwner(keys)) {
      // Measured on 26.7.4: realm roles in scope mappings take the right to manage the realm.
      const needs = owner === undefined ? 'manage-realm' : 'manage-clients';
      const context = { about: `${verb} scope mappings of client ${clientId}`, needs };
      await this.#map(context, { owner, names }, (ownerId) => mappingOfScope(id, ownerId), verb);
    }
  }

  async #map(
    context: RequestContext,
    wanted: OwnedRoles,
    mappingOf: (ownerId: string | undefined) => RoleMapping,
    verb: Verb,
  ): Promise<void> {
    const mapping = mappingOf(wanted.owner === undefined ? undefined : await this.#idOf(wanted.owner));
    const roles = await this.#resolve(context, wanted, mapping);
    await this.#api.write(context, (admin) => mapping[verb](admin, roles));
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

function groupByOwner(keys: readonly RoleKey[]): Map<string | undefined, string[]> {
  const groups = new Map<string | undefined, string[]>();
  for (const { client, name } of keys) addToGroup(groups, client, name);
  return groups;
}
