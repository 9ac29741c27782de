import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import type { Capabilities, TokenBehaviour } from '../provider.ts';
import { formOfApis } from '../token-form.ts';
import { settingsOf } from './client-settings.ts';
import { declaredAttributes, splitAttributes } from './convert/token-attributes.ts';
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
  declaredRoles: (client) => settingsOf(client).serviceAccountRoles,
  formOf(client, apis) {
    const wanted = splitAttributes(declaredAttributes(client, new Map(apis.map((api) => [api.name, api]))));
    return {
      isBound: wanted.senderConstrained === 'dpop',
      alg: wanted.tokenAlg ?? undefined,
      type: wanted.tokenType ?? formOfApis(apis).type,
    };
  },
};
