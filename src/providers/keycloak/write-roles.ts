import { GrantryError } from '../../model/errors.ts';
import { addToGroup } from '../../model/groups.ts';
import type { KeycloakApi } from './api.ts';
import type { RoleNames } from './fields.ts';
import { findClient } from './listing.ts';
import type { RoleRepresentation } from './representations.ts';
import { describeRole, rolesWithout } from './role-names.ts';
import type { RoleKey } from './role-names.ts';
import { readServiceAccountId } from './roles.ts';

interface RoleSet {
  readonly roles: RoleNames;
  readonly scopeMappings: RoleNames;
}

interface ClientRef {
  readonly id: string;
  readonly clientId: string;
}

type RoleList = Promise<readonly RoleRepresentation[]>;

/**
 * Gives service accounts their roles and clients their scope mappings. Both take the ids of roles, which are looked up
 * among the roles that can be assigned (that takes no right to view the realm), once per role owner and run.
 */
export class RoleAssigner {
  readonly #api: KeycloakApi;
  readonly #known = new Map<string, string>();
  readonly #ownerIds = new Map<string, Promise<string>>();

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  async change(client: ClientRef, before: RoleSet, after: RoleSet): Promise<void> {
    const removedScopes = rolesWithout(before.scopeMappings, after.scopeMappings);
    const [removed, added] = [rolesWithout(before.roles, after.roles), rolesWithout(after.roles, before.roles)];
    await this.#mapScopes(client, removedScopes, 'remove');
    if (removed.length + added.length > 0) {
      const userId = await readServiceAccountId(this.#api, client);
      await this.#mapHolder(client, userId, removed, 'remove');
      await this.#mapHolder(client, userId, added, 'add');
    }
    await this.#mapScopes(client, rolesWithout(after.scopeMappings, before.scopeMappings), 'add');
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
            'Create the role first: grantry assigns roles, it does not make them. If it is there, the account may not assign it: ' +
            'that takes manage-users, and for realm roles manage-realm, of the client realm-management.',
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
