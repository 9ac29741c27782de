import { NO_ATTRIBUTES } from '../fields.ts';
import type { ApiFields, ClientFields, RoleNames } from '../fields.ts';
import { NO_ROLES, hasRoles } from '../roles/role-names.ts';

/** Keycloak keeps no attribute whose value is empty, or nothing but blanks and what else Java trims. */
// eslint-disable-next-line no-control-regex -- Java trims control characters too
const IS_KEPT = /[^\u0000- ]/u;

/**
 * The one form of a client's fields: what is wanted and what was read both go through here, so that no comparison ever
 * finds a difference that no write could take away. What Keycloak cannot hold is no part of it.
 */
export function canonicalClient(fields: ClientFields): ClientFields {
  return {
    ...fields,
    owner: textOrNull(fields.owner),
    labels: withoutEmpty(fields.labels),
    attributes: withoutEmpty(fields.attributes),
    roles: canonicalRoles(fields.roles),
    scopeMappings: canonicalRoles(fields.scopeMappings),
  };
}

/** The same of an Api. */
export function canonicalApi(fields: ApiFields): ApiFields {
  return { ...fields, owner: textOrNull(fields.owner) };
}

/** A text of an attribute: one that is not there and one that Keycloak drops are the same. */
export function textOrNull(value: string | null | undefined): string | null {
  return value !== null && value !== undefined && IS_KEPT.test(value) ? value : null;
}

function withoutEmpty(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = Object.entries(texts).filter(([, value]) => textOrNull(value) !== null);
  if (kept.length === 0) return NO_ATTRIBUTES;
  return kept.length === Object.keys(texts).length ? texts : Object.fromEntries(kept);
}

/** A client of which no role is named is none. */
function canonicalRoles(roles: RoleNames): RoleNames {
  if (!hasRoles(roles)) return NO_ROLES;
  const kept = Object.entries(roles.clients).filter(([, names]) => names.length > 0);
  return kept.length === Object.keys(roles.clients).length ? roles : { ...roles, clients: Object.fromEntries(kept) };
}
