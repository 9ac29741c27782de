import type { Capabilities, TokenBehaviour } from '../provider.ts';
import { settingsOf } from './client-settings.ts';

export const keycloakCapabilities: Capabilities = {
  chosenSecret: true,
  chosenClientId: true,
  secretChangeVisible: true,
  onRequestScopes: true,
  authMethodEnforced: true,
  introspection: true,
  apiMarks: true,
  tokenPerApi: false,
  secretOverlap: true,
  secretLag: 5,
};

/** RFC 6749 section 5.2. */
export const keycloakTokens: TokenBehaviour = {
  denial: { status: 400, error: 'invalid_scope' },
  declaredRoles: (client) => settingsOf(client).serviceAccountRoles,
};
