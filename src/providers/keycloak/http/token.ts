import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakSettings } from '../settings.ts';
import { requestJson } from '../../../platform/http.ts';
import type { HttpResponse } from '../../../platform/http.ts';
import type { Service } from '../../../platform/network-error.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import type { OAuthError } from '../../../platform/oauth-error.ts';
import { OwnToken, refusalIn, tokenIn } from '../../own-token.ts';
import { ADMIN_API_SCOPE, hasAdminApiScope } from './own-rights.ts';
import type { GivenToken } from '../../own-token.ts';

export function keycloakService(settings: KeycloakSettings): Service {
  return {
    name: 'Keycloak',
    check: `Check it with: curl ${settings.url}/realms/${encodeURIComponent(settings.auth.realm)}`,
  };
}

/** A realm is not found either where the url is that of something else. */
export const URL_QUESTION = 'Is the url right? Old servers have /auth at its end.';

/** grantry's own token for the Admin API; that of `admin-cli` lives 60 seconds by default. */
export function adminToken(settings: KeycloakSettings, ports: HttpPorts): OwnToken {
  let scope: string | undefined;
  let mayHelp = true;
  return new OwnToken(async (refused) => {
    // A client that has the scope by default needs not ask, and where it may not be asked for that is an error: so it is asked
    // for only once a token without it was refused.
    if (refused === undefined || !mayHelp || scope !== undefined || hasAdminApiScope(refused))
      return tokenOf(settings, await requestToken(settings, ports, scope));
    const response = await requestToken(settings, ports, ADMIN_API_SCOPE);
    if (invalidScope.safeParse(response.body).success) {
      mayHelp = false;
      return tokenOf(settings, await requestToken(settings, ports));
    }
    scope = ADMIN_API_SCOPE;
    return tokenOf(settings, response);
  }, ports.clock);
}

/** RFC 6749 section 5.2. */
const invalidScope = z.object({ error: z.literal('invalid_scope') });

async function requestToken(settings: KeycloakSettings, ports: HttpPorts, scope?: string): Promise<HttpResponse> {
  const { url, auth } = settings;
  return requestJson(
    {
      service: keycloakService(settings),
      method: 'POST',
      url: `${url}/realms/${encodeURIComponent(auth.realm)}/protocol/openid-connect/token`,
      form: { ...tokenForm(auth), ...(scope === undefined ? {} : { scope }) },
      idempotent: true,
    },
    ports,
  );
}

function tokenOf(settings: KeycloakSettings, response: HttpResponse): GivenToken {
  const token = tokenIn(response);
  if (token === undefined) throw explainNoToken(settings, response);
  return token;
}

function explainNoToken(settings: KeycloakSettings, response: HttpResponse): GrantryError {
  const { url, auth } = settings;
  const { status } = response;
  const where = `Keycloak at ${url}`;
  if (status === 404) {
    return new GrantryError('NOT_ALLOWED', `${where} has no realm ${auth.realm}`, {
      hint: `Create the realm, or correct ${realmField(settings)} in the Target. ${URL_QUESTION}`,
    });
  }
  const who = auth.kind === 'client' ? `client ${auth.clientId}` : `user ${auth.username}`;
  const error = refusalIn(response);
  if (status >= 500 || status === 429 || error === undefined) {
    return new GrantryError('UNREACHABLE', `${where} answers the token request of ${who} with status ${status}`, {
      hint: `Is that the base URL of a Keycloak server? ${keycloakService(settings).check}`,
    });
  }
  const message = `${where} does not let ${who} of realm ${auth.realm} in: ${error.error}${error.why}`;
  return new GrantryError('NOT_ALLOWED', message, { hint: loginHint(settings, error) });
}

/** What to do where a realm refuses every login; undefined where it does not. */
export function adviseOnRealm(realm: string, url: string, { error, why }: OAuthError): string | undefined {
  if (error === 'access_denied') return `The realm ${realm} refuses every login: enable it (Realm settings).`;
  if (error !== 'invalid_request' || !/https/i.test(why)) return undefined;
  return (
    `The realm ${realm} asks for https (Realm settings > Require SSL). Give the https address of the server in provider.keycloak.url, in place of ${url}; ` +
    'where a proxy ends TLS, Keycloak must be set to trust its headers (proxy-headers).'
  );
}

function loginHint({ auth, url }: KeycloakSettings, error: OAuthError): string {
  const ofRealm = adviseOnRealm(auth.realm, url, error);
  if (ofRealm !== undefined) return ofRealm;
  if (auth.kind === 'password')
    return `Check provider.keycloak.auth: user name, password${auth.password.origin} and realm.`;
  return (
    `Check provider.keycloak.auth: the client must be confidential, with service accounts enabled, the secret current${auth.clientSecret.origin}, ` +
    'and client_secret_post among the methods that it allows.'
  );
}

/** The account's realm is the target's own where the Target does not name one. */
function realmField({ realm, auth }: KeycloakSettings): string {
  return auth.realm === realm
    ? 'provider.keycloak.realm (or name the realm of the account in provider.keycloak.auth.realm)'
    : 'provider.keycloak.auth.realm';
}

/** The client by which grantry logs in. */
export function loginClientId(auth: KeycloakSettings['auth']): string {
  return auth.kind === 'client' ? auth.clientId : 'admin-cli';
}

function tokenForm(auth: KeycloakSettings['auth']): Record<string, string> {
  const client = { client_id: loginClientId(auth) };
  return auth.kind === 'client'
    ? { grant_type: 'client_credentials', ...client, client_secret: auth.clientSecret.reveal() }
    : { grant_type: 'password', ...client, username: auth.username, password: auth.password.reveal() };
}
