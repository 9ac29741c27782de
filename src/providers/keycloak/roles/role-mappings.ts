import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type { RoleRepresentation } from '../convert/representations.ts';

/** What roles are given to: for both kinds Keycloak has one set of paths for the realm's roles, and one for those of a client. */
export interface RoleMapping {
  /** All that can be given, and those that are: this takes no right to view the realm. */
  readonly list: (admin: KeycloakAdminClient) => Promise<unknown[]>;
  /** Those that are given. */
  readonly assigned: (admin: KeycloakAdminClient) => Promise<unknown>;
  readonly add: (admin: KeycloakAdminClient, roles: RoleRepresentation[]) => Promise<void>;
  readonly remove: (admin: KeycloakAdminClient, roles: RoleRepresentation[]) => Promise<void>;
}

/** Roles of a user; `owner`: Keycloak's id of the client that has the roles, undefined for those of the realm. */
export function mappingOfUser(id: string, owner: string | undefined): RoleMapping {
  if (owner === undefined) {
    return {
      list: async ({ users }) =>
        [await users.listAvailableRealmRoleMappings({ id }), await users.listRealmRoleMappings({ id })].flat(),
      assigned: ({ users }) => users.listRealmRoleMappings({ id }),
      add: ({ users }, roles) => users.addRealmRoleMappings({ id, roles }),
      remove: ({ users }, roles) => users.delRealmRoleMappings({ id, roles }),
    };
  }
  const both = { id, clientUniqueId: owner };
  return {
    list: async ({ users }) =>
      [await users.listAvailableClientRoleMappings(both), await users.listClientRoleMappings(both)].flat(),
    assigned: ({ users }) => users.listClientRoleMappings(both),
    add: ({ users }, roles) => users.addClientRoleMappings({ ...both, roles }),
    remove: ({ users }, roles) => users.delClientRoleMappings({ ...both, roles }),
  };
}

/** Roles that the tokens of a client may carry; `owner` as above. */
export function mappingOfScope(id: string, owner: string | undefined): RoleMapping {
  if (owner === undefined) {
    return {
      list: async ({ clients }) =>
        [await clients.listAvailableRealmScopeMappings({ id }), await clients.listRealmScopeMappings({ id })].flat(),
      assigned: ({ clients }) => clients.listRealmScopeMappings({ id }),
      add: ({ clients }, roles) => clients.addRealmScopeMappings({ id }, roles),
      remove: ({ clients }, roles) => clients.delRealmScopeMappings({ id }, roles),
    };
  }
  const both = { id, client: owner };
  return {
    list: async ({ clients }) =>
      [await clients.listAvailableClientScopeMappings(both), await clients.listClientScopeMappings(both)].flat(),
    assigned: ({ clients }) => clients.listClientScopeMappings(both),
    add: ({ clients }, roles) => clients.addClientScopeMappings(both, roles),
    remove: ({ clients }, roles) => clients.delClientScopeMappings(both, roles),
  };
}
