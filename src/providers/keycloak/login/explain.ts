import { GrantryError } from '../../../model/errors.ts';
import type { HttpResponse } from '../../../platform/http.ts';
import type { OAuthError } from '../../../platform/oauth-error.ts';
import { refusalIn } from '../../own-token.ts';
import { adviseOnRealm, keycloakService, realmField, URL_QUESTION } from '../http/service.ts';
import type { KeycloakSettings } from '../settings.ts';
import { nameAccount } from './account.ts';
import { adviseOnFederated, adviseOnOwnKey } from './advise.ts';
import type { LoginFacts } from './advise.ts';

/** What a token endpoint that gives no token means for the user. */
export function explainNoToken(settings: KeycloakSettings, response: HttpResponse, facts: LoginFacts): GrantryError {
  const { url, auth } = settings;
  const { status } = response;
  const where = `Keycloak at ${url}`;
  if (status === 404) {
    return new GrantryError('NOT_ALLOWED', `${where} has no realm ${auth.realm}`, {
      hint: `Create the realm, or correct ${realmField(settings, auth.realm)} in the Target. ${URL_QUESTION}`,
    });
  }
  const who = nameAccount(auth);
  const error = refusalIn(response);
  if (status >= 500 || status === 429 || error === undefined) {
    return new GrantryError('UNREACHABLE', `${where} answers the token request of ${who} with status ${status}`, {
      hint: `Is that the base URL of a Keycloak server? ${keycloakService(settings).check}`,
    });
  }
  const again = facts.hadToken ? ' a second time, now that its access token has ended or was refused' : '';
  const message = `${where} does not let ${who} of realm ${auth.realm} in${again}: ${error.error}${error.why}`;
  return new GrantryError('NOT_ALLOWED', message, { hint: loginHint(settings, error, facts) });
}

function loginHint(settings: KeycloakSettings, error: OAuthError, facts: LoginFacts): string | string[] {
  const { auth, url } = settings;
  const ofRealm = adviseOnRealm(auth.realm, url, error);
  if (ofRealm !== undefined) return ofRealm;
  switch (auth.kind) {
    case 'password':
      return `Check provider.keycloak.auth: user name, password${auth.password.origin} and realm.`;
    case 'secret':
      return (
        `Check provider.keycloak.auth: the client must be confidential, with service accounts enabled, the secret current${auth.clientSecret.origin}, ` +
        'and client_secret_post among the methods that it allows.'
      );
    case 'key':
      return adviseOnOwnKey(auth, error);
    case 'assertion':
    case 'github':
    case 'kubernetes':
      return adviseOnFederated(auth, error, facts);
    default:
      return auth satisfies never;
  }
}
