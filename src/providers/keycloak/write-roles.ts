import { GrantryError } from '../../model/errors.ts';
import { addToGroup } from '../../model/groups.ts';
import type { KeycloakApi } from './api.ts';
import type { ClientFields } from './fields.ts';
import { findClient } from './listing.ts';
import type { RoleRepresentation } from './representations.ts';
import { NO_ROLES, describeRole, rolesWithout } from './role-names.ts';
import type { RoleKey } from './role-names.ts';
import { requireServiceAccount } from './roles.ts';
import { accountName } from './service-accounts.ts';

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

type RoleList = Promise<readonly RoleRepresentation[]>;

/**
 * Restores service accounts, and gives them their roles and clients their scope mappings. The last two take the ids of roles, which are looked up
 * among the roles that can be assigned (that takes no right to view the realm), once per role owner and run.
 */
export class RoleAssigner {
  readonly #api: KeycloakApi;
  readonly #known = new Map<string, string>();
  readonly #ownerIds = new Map<string, Promise<string>>();

  constructor(api: KeycloakApi) {
    this.#api = api;
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
    const call = {
      about: `restore the service account of client ${clientId}`,
      needs: 'manage-users',
      idempotent: true,
      writes: true as const,
    };
    await this.#api.call(call, (admin) => admin.users.update({ id }, wanted));
  }

  /** Groups are known by their paths, and left by their ids. */
  async #leaveGroups({ clientId }: ClientRef, id: string, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const call = {
      about: `take client ${clientId} out of groups`,
      needs: 'manage-users',
      idempotent: true,
      writes: true as const,
    };
    const groups = await this.#api.call(call, (admin) => admin.users.listGroups({ id, briefRepresentation: true }));
    for (const group of groups) {
      const groupId = group.id;
      if (groupId === undefined || !paths.includes(group.path ?? '')) continue;
      await this.#api.call(call, (admin) => admin.users.delFromGroup({ id, groupId }));
    }
  }

  async #mapHolder(client: ClientRef, id: string, keys: readonly RoleKey[], verb: 'add' | 'remove'): Promise<void> {
    const call = {
      about: `${verb} roles of client ${client.clientId}`,
      needs: 'manage-users',
      idempotent: true,
      writes: true as const,
    };
    for (const [owner, names] of groupByOwner(keys)) {
      if (owner === undefined) {
        const list = (): RoleList =>
          this.#api.call(call, async (admin) => [
            ...(await admin.users.listAvailableRealmRoleMappings({ id })).map(toRole),
            ...(await admin.users.listRealmRoleMappings({ id })).map(toRole),
          ]);
        const roles = await this.#resolve(owner, names, list);
        await this.#api.call(call, (admin) =>
          verb === 'add'
            ? admin.users.addRealmRoleMappings({ id, roles })
            : admin.users.delRealmRoleMappings({ id, roles }),
        );
      } else {
        const clientUniqueId = await this.#idOf(owner);
        const list = (): RoleList =>
          this.#api.call(call, async (admin) => [
            ...(await admin.users.listAvailableClientRoleMappings({ id, clientUniqueId })).map(toRole),
            ...(await admin.users.listClientRoleMappings({ id, clientUniqueId })).map(toRole),
          ]);
        const roles = await this.#resolve(owner, names, list);
        await this.#api.call(call, (admin) =>
          verb === 'add'
            ? admin.users.addClientRoleMappings({ id, clientUniqueId, roles })
            : admin.users.delClientRoleMappings({ id, clientUniqueId, roles }),
        );
      }
    }
  }

  async #mapScopes({ id, clientId }: ClientRef, keys: readonly RoleKey[], verb: 'add' | 'remove'): Promise<void> {
    for (const [owner, names] of groupByOwner(keys)) {
      // Measured on 26.7.4: realm roles in scope mappings take the right to manage the realm.
      const needs = owner === undefined ? 'manage-realm' : 'manage-clients';
      const call = {
        about: `${verb} scope mappings of client ${clientId}`,
        needs,
        idempotent: true,
        writes: true as const,
      };
      if (owner === undefined) {
        const list = (): RoleList =>
          this.#api.call(call, async (admin) => [
            ...(await admin.clients.listAvailableRealmScopeMappings({ id })).map(toRole),
            ...(await admin.clients.listRealmScopeMappings({ id })).map(toRole),
          ]);
        const roles = await this.#resolve(owner, names, list);
        await this.#api.call(call, (admin) =>
          verb === 'add'
            ? admin.clients.addRealmScopeMappings({ id }, roles)
            : admin.clients.delRealmScopeMappings({ id }, roles),
        );
      } else {
        const client = await this.#idOf(owner);
        const list = (): RoleList =>
          this.#api.call(call, async (admin) => [
            ...(await admin.clients.listAvailableClientScopeMappings({ id, client })).map(toRole),
            ...(await admin.clients.listClientScopeMappings({ id, client })).map(toRole),
          ]);
        const roles = await this.#resolve(owner, names, list);
        await this.#api.call(call, (admin) =>
          verb === 'add'
            ? admin.clients.addClientScopeMappings({ id, client }, roles)
            : admin.clients.delClientScopeMappings({ id, client }, roles),
        );
      }
    }
  }

  /** The roles with their ids, listing them only when one is not known yet. */
  async #resolve(
    owner: string | undefined,
    names: readonly string[],
    list: () => RoleList,
  ): Promise<RoleRepresentation[]> {
    const keyOf = (name: string): string => JSON.stringify([owner ?? null, name]);
    if (!names.every((name) => this.#known.has(keyOf(name)))) {
      for (const { id, name } of await list()) this.#known.set(keyOf(name), id);
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
    const known = this.#ownerIds.get(clientId) ?? this.#findOwner(clientId);
    this.#ownerIds.set(clientId, known);
    return known;
  }

  async #findOwner(clientId: string): Promise<string> {
    const found = await findClient(this.#api, clientId);
    if (found === undefined) {
      throw new GrantryError('FAILED', `There is no client ${clientId}, of which roles are declared`, {
        hint: 'Correct keycloak.serviceAccountRoles.clients in the manifest, or create that client first.',
      });
    }
    return found.id;
  }
}

function groupByOwner(keys: readonly RoleKey[]): Map<string | undefined, string[]> {
  const groups = new Map<string | undefined, string[]>();
  for (const { client, name } of keys) addToGroup(groups, client, name);
  return groups;
}

function toRole({ id, name }: { id?: string; name?: string }): RoleRepresentation {
  return { id: id ?? '', name: name ?? '' };
}
