/** A Keycloak that nobody logs in to: its settings, and tokens that are always there. */
import { Secret } from '../../../src/model/secrets/secret.ts';
import type { KeycloakSettings } from '../../../src/providers/keycloak/settings.ts';
import { keycloakCapabilities, keycloakTokens } from '../../../src/providers/keycloak/capabilities.ts';
import { OwnToken } from '../../../src/providers/own-token.ts';

export function keycloakSettings(rest: Partial<KeycloakSettings> = {}): KeycloakSettings {
  return {
    kind: 'keycloak',
    url: 'http://localhost:1',
    realm: 'acme',
    pageSize: undefined,
    pagesInFlight: 4,
    auth: { realm: 'acme', kind: 'secret', clientId: 'grantry', clientSecret: new Secret('a-client-secret') },
    ...rest,
  };
}

export function givenTokens(value = 'token'): OwnToken {
  return new OwnToken(async () => ({ value, seconds: 60 }), { now: () => 0 });
}

/** What decides how its tokens are asked for. */
export const TOKEN_SOURCE = { capabilities: keycloakCapabilities(), tokens: keycloakTokens };
