import { formatDuration } from '../../../model/text/duration.ts';
import type { JsonObject } from '../../../model/values/json.ts';
import { keycloakClientSchema } from '../client-settings.ts';
import type { Attributes } from '../convert/marks.ts';
import { ROLES_SCOPE } from '../fields.ts';
import type { ClientFields, RoleNames } from '../fields.ts';
import { hasRoles } from '../roles/role-names.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { Reason } from './left-out/reasons.ts';

/** All that the block `keycloak` of a Client can say. */
export interface FoundSettings {
  readonly roles: RoleNames;
  readonly scopeMappings: RoleNames;
  readonly otherScopes: ClientFields['otherScopes'];
  /** Seconds; undefined: its Apis say it. */
  readonly tokenLifetime: number | undefined;
  readonly attributes: Attributes;
}

/** The block as a manifest has it, without what goes without saying; undefined: there is nothing to say. */
export function settingsToWrite(found: FoundSettings): JsonObject | undefined {
  const { roles, scopeMappings, otherScopes, tokenLifetime, attributes } = found;
  const settings: JsonObject = {
    ...(hasRoles(roles) ? { serviceAccountRoles: rolesToWrite(roles) } : {}),
    ...(sameJson(roles, scopeMappings) ? {} : { scopeMappings: rolesToWrite(scopeMappings) }),
    ...(tokenLifetime === undefined ? {} : { tokenLifetime: formatDuration(tokenLifetime) }),
    ...(isUsual(otherScopes, roles) ? {} : { clientScopes: scopesToWrite(otherScopes) }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** Which client scopes a client has that says nothing of them. */
function isUsual(scopes: ClientFields['otherScopes'], roles: RoleNames): boolean {
  return sameJson(scopes, { default: hasRoles(roles) ? [ROLES_SCOPE] : [], optional: [] });
}

function scopesToWrite(scopes: ClientFields['otherScopes']): JsonObject {
  return {
    ...(scopes.default.length === 0 ? {} : { default: scopes.default }),
    ...(scopes.optional.length === 0 ? {} : { optional: scopes.optional }),
  };
}

function rolesToWrite({ realm, clients }: RoleNames): JsonObject {
  return {
    ...(realm.length === 0 ? {} : { realm }),
    ...(Object.keys(clients).length === 0 ? {} : { clients }),
  };
}

/** What the block may not hold: a name of a role that no request could name, or a text that no manifest may have. */
export function reasonOfSettings(settings: JsonObject | undefined): Reason | undefined {
  const [issue] = keycloakClientSchema.optional().safeParse(settings).error?.issues ?? [];
  if (issue === undefined) return undefined;
  const [part] = issue.path;
  return {
    reason: part === 'attributes' ? 'attributes' : part === 'clientScopes' ? 'client-scopes' : 'roles',
    why: `Its keycloak.${String(part)} cannot be written in a manifest: a name or a text in it ${issue.message}.`,
    todo: 'Change that at Keycloak, and import again.',
  };
}
