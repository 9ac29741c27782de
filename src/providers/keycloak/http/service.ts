import type { OAuthError } from '../../../platform/oauth-error.ts';
import type { Service } from '../../../platform/network-error.ts';
import type { KeycloakSettings } from '../settings.ts';

export function keycloakService(settings: KeycloakSettings): Service {
  return {
    name: 'Keycloak',
    check: `Check it with: curl ${settings.url}/realms/${encodeURIComponent(settings.auth.realm)}`,
  };
}

/** A realm is not found either where the url is that of something else. */
export const URL_QUESTION = 'Is the url right? Old servers have /auth at its end.';

/** What to do where a realm refuses every login; undefined where it does not. */
export function adviseOnRealm(realm: string, url: string, { error, why }: OAuthError): string | undefined {
  if (error === 'access_denied') return `The realm ${realm} refuses every login: enable it (Realm settings).`;
  if (error !== 'invalid_request' || !/https/i.test(why)) return undefined;
  return (
    `The realm ${realm} asks for https (Realm settings > Require SSL). Give the https address of the server in provider.keycloak.url, in place of ${url}; ` +
    'where a proxy ends TLS, Keycloak must be set to trust its headers (proxy-headers).'
  );
}

/** Where a Target names a realm that is not there. The account's realm is the target's own where the Target does not name one. */
export function realmField({ realm, auth }: KeycloakSettings, missing: string): string {
  if (missing !== auth.realm) return 'provider.keycloak.realm';
  return auth.realm === realm
    ? 'provider.keycloak.realm (or name the realm of the account in provider.keycloak.auth.realm)'
    : 'provider.keycloak.auth.realm';
}
