import type { RoleNames } from '../fields.ts';

/** Shared, as most clients have none: it is never changed. */
export const NO_ROLES: RoleNames = { realm: [], clients: {} };

export function hasRoles({ realm, clients }: ReadableRoles): boolean {
  if (realm.length > 0) return true;
  for (const client of Object.keys(clients)) if (clients[client]?.length !== 0) return true;
  return false;
}

/** Roles, as they were declared or found. */
export interface ReadableRoles {
  readonly realm: readonly string[];
  readonly clients: Readonly<Record<string, readonly string[]>>;
}

/** One role: of a client, or of the realm. */
export interface RoleKey {
  /** The client_id of the client that has the role; undefined for a realm role. */
  readonly client: string | undefined;
  readonly name: string;
}

/** Where a role lies: behind Keycloak's own id of its client, or in the realm. */
export interface RoleRef {
  readonly owner: string | undefined;
  readonly name: string;
}

export function roleKeys(roles: ReadableRoles): RoleKey[] {
  if (!hasRoles(roles)) return [];
  return [
    ...roles.realm.map((name) => ({ client: undefined, name })),
    ...Object.entries(roles.clients).flatMap(([client, names]) => names.map((name) => ({ client, name }))),
  ];
}

/** The roles sorted, without doubles and without clients that have none. */
export function roleNamesOf(keys: readonly RoleKey[]): RoleNames {
  const realm = new Set<string>();
  const clients = new Map<string, Set<string>>();
  for (const { client, name } of keys) {
    if (client === undefined) realm.add(name);
    else clients.set(client, (clients.get(client) ?? new Set()).add(name));
  }
  return {
    realm: [...realm].toSorted(),
    clients: Object.fromEntries(
      [...clients]
        .toSorted(([left], [right]) => (left < right ? -1 : 1))
        .map(([id, names]) => [id, [...names].toSorted()]),
    ),
  };
}

/** In lists of many: `auditor`, `ledger/reader`. */
export function nameRole({ client, name }: RoleKey): string {
  return client === undefined ? name : `${client}/${name}`;
}

export function describeRole({ client, name }: RoleKey): string {
  return client === undefined ? `realm role ${name}` : `role ${name} of client ${client}`;
}

export function sameRole(left: RoleKey, right: RoleKey): boolean {
  return left.client === right.client && left.name === right.name;
}

export function rolesWithout(roles: RoleNames, others: RoleNames): RoleKey[] {
  const excluded = roleKeys(others);
  return roleKeys(roles).filter((key) => !excluded.some((other) => sameRole(key, other)));
}
