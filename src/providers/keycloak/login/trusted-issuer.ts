import { GrantryError } from '../../../model/errors.ts';
import { quoted } from '../../../model/text/printable.ts';
import type { KeycloakSettings } from '../settings.ts';

/**
 * The issuer that a realm names, where it may be whom a token of grantry is for: that of the realm which the Target names, at the
 * server that it names. Else a server could have tokens made for another service, and log in there. Throws NOT_ALLOWED.
 */
export function trustedIssuer({ url, auth }: KeycloakSettings, issuer: string): string {
  if (isOfRealm(issuer, url, auth.realm)) return issuer;
  const expected = `${url}/realms/${encodeURIComponent(auth.realm)}`;
  const setting = `provider.keycloak.auth.${auth.kind === 'github' ? 'github.audience' : 'audience'}`;
  throw new GrantryError(
    'NOT_ALLOWED',
    `Keycloak at ${url} names the realm ${auth.realm} by the issuer ${quoted(issuer)}, not by ${expected}`,
    {
      hint:
        'grantry logs in with no token for an audience that only the server names; none was made. Where Keycloak has another hostname than the url by ' +
        `which grantry reaches it, set ${setting} to the issuer of the realm, as whoever runs the server gives it; else correct provider.keycloak.url.`,
    },
  );
}

function isOfRealm(issuer: string, server: string, realm: string): boolean {
  // What URL would read away; an issuer has neither query nor fragment (OpenID Connect Discovery 1.0 section 3).
  if (/[\s\\?#]/.test(issuer) || !URL.canParse(issuer)) return false;
  const { origin, username, password, pathname } = new URL(issuer);
  if (origin !== new URL(server).origin || username !== '' || password !== '') return false;
  return pathname.endsWith(`/realms/${encodeURIComponent(realm)}`);
}
