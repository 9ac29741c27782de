import { NO_ROLES } from '../provider.ts';
import type { Capabilities, TokenBehaviour } from '../provider.ts';
import { formOfApis } from '../token-form.ts';

export const auth0Capabilities: Capabilities = {
  chosenSecret: false,
  chosenClientId: false,
  secretChangeVisible: false,
  onRequestScopes: false,
  authMethodEnforced: false,
  introspection: false,
  apiMarks: false,
  senderConstraint: true,
  typedTokens: true,
  constantClaims: false,
  tokenPerApi: true,
  secretOverlap: false,
  federation: false,
  secretLag: 30,
  tokenRevocation: false,
  keyAlgs: ['RS256', 'PS256'],
};

/** Of an Api that may not be called and of a scope that was not granted it says the same. */
export const auth0Tokens: TokenBehaviour = {
  denial: { status: 403, error: 'access_denied' },
  // For want of a client grant.
  disabled: { status: 403, error: 'access_denied' },
  declaredRoles: () => NO_ROLES,
  formOf: (_client, apis) => formOfApis(apis),
};
