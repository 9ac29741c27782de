import { NetworkError } from '@keycloak/keycloak-admin-client';
import { GrantryError } from '../../model/errors.ts';
import type { KeycloakSettings } from '../../model/target.ts';
import { isRedirect, redirected } from '../../platform/http.ts';
import { describeProvider } from '../describe.ts';
import { explainCommon } from '../refusals.ts';
import type { Call } from './api.ts';
import { keycloakService } from './token.ts';

/** The status of an answer that the admin client threw; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof NetworkError ? error.response.status : undefined;
}

/** What an answer that is not 2xx means for the user; undefined when there was no answer. */
export function explainRefusal(call: Call, error: unknown, settings: KeycloakSettings): GrantryError | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const where = describeProvider(settings);
  const who =
    settings.auth.kind === 'client' ? `the client ${settings.auth.clientId}` : `the user ${settings.auth.username}`;
  if (status === 401) {
    return new GrantryError('NOT_ALLOWED', `${where} refuses the access token of ${who} (401) for ${call.about}`, {
      hint:
        'Keycloak 26.8 and later let only tokens with the client scope kc-admin-api use the Admin API: ' +
        `if the realm ${settings.auth.realm} has that scope, add it to ${who} as a default client scope.`,
    });
  }
  if (status === 403) {
    return new GrantryError('NOT_ALLOWED', `${where} does not allow ${who} this (403): ${call.about}`, {
      hint: `Give its service account the role ${call.needs} of the client realm-management. docs/keycloak.md lists all roles that are needed.`,
    });
  }
  const common = explainCommon(status, where, call.about);
  if (common !== undefined) return common;
  if (isRedirect(status) && error instanceof NetworkError) {
    return redirected(keycloakService(settings), settings.url, error.response.headers);
  }
  if (status >= 500) {
    return new GrantryError('UNREACHABLE', `${where} answers with status ${status}: ${call.about}`, {
      hint: `See the server's log. Check it with: curl ${settings.url}/realms/${encodeURIComponent(settings.realm)}`,
    });
  }
  return new GrantryError('FAILED', `${where} refuses this (${status}): ${call.about}${reasonOf(error)}`);
}

/** Keycloak's own words. They never hold a secret on the paths that grantry calls: they name the field that is wrong. */
function reasonOf(error: unknown): string {
  if (!(error instanceof NetworkError) || typeof error.responseData !== 'object' || error.responseData === null)
    return '';
  const { errorMessage } = error.responseData as { errorMessage?: unknown };
  return typeof errorMessage === 'string' ? `: ${errorMessage.slice(0, 200)}` : '';
}
