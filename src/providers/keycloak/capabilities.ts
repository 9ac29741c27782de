import type { DesiredClient, ServiceAccountRoles } from '../../model/desired.ts';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import type { Capabilities, TokenBehaviour } from '../provider.ts';
import { formOfApis } from '../token-form.ts';
import { settingsOf } from './client-settings.ts';
import { declaredAttributes, splitAttributes } from './convert/token-attributes.ts';
import { ROLES_SCOPE } from './fields.ts';
import { NO_ROLES, roleKeys, roleNamesOf, sameRole } from './roles/role-names.ts';
import { hasTrait } from './versions/traits.ts';

/** What a version can do; without one, what the newest can that grantry is tested with. */
export function keycloakCapabilities(version?: string): Capabilities {
  return {
    chosenSecret: true,
    chosenClientId: true,
    secretChangeVisible: true,
    onRequestScopes: true,
    authMethodEnforced: version === undefined || hasTrait('authMethodEnforced', version),
    introspection: true,
    apiMarks: true,
    senderConstraint: version === undefined || hasTrait('senderConstraint', version),
    typedTokens: version === undefined || hasTrait('typedTokens', version),
    constantClaims: true,
    tokenPerApi: false,
    secretOverlap: true,
    federation: version === undefined || hasTrait('federatedIdentities', version),
    secretLag: 5,
    tokenRevocation: true,
    keyAlgs: KEY_ALGS,
  };
}

/** RFC 6749 section 5.2. */
export const keycloakTokens: TokenBehaviour = {
  denial: { status: 400, error: 'invalid_scope' },
  // Of one that is enabled it refuses a wrong secret as `unauthorized_client`.
  disabled: { status: 401, error: 'invalid_client' },
  declaredRoles: rolesInTokens,
  otherGrants: (client) => ({
    scopes: otherDefaultScopes(client),
    ...(settingsOf(client).scopeMappings === undefined
      ? {}
      : { unsureRoles: 'its scope mappings are declared apart from its roles' }),
  }),
  formOf(client, apis) {
    const wanted = splitAttributes(declaredAttributes(client, new Map(apis.map((api) => [api.name, api]))));
    return {
      isBound: wanted.senderConstrained === 'dpop',
      alg: wanted.tokenAlg ?? undefined,
      type: wanted.tokenType ?? formOfApis(apis).type,
      lifetime: settingsOf(client).tokenLifetime,
    };
  },
};

/** What the scope of the client lets through, where the scope that brings roles into tokens is among its own. */
function rolesInTokens(client: DesiredClient): ServiceAccountRoles {
  const { serviceAccountRoles: roles, scopeMappings, clientScopes } = settingsOf(client);
  if (clientScopes !== undefined && !clientScopes.default.includes(ROLES_SCOPE)) return NO_ROLES;
  if (scopeMappings === undefined) return roles;
  const mapped = roleKeys(scopeMappings);
  return roleNamesOf(roleKeys(roles).filter((role) => mapped.some((other) => sameRole(other, role))));
}

/** The scope of roles names nothing in a token, and what it brings is compared by itself. */
function otherDefaultScopes(client: DesiredClient): string[] {
  return (settingsOf(client).clientScopes?.default ?? []).filter((name) => name !== ROLES_SCOPE);
}
