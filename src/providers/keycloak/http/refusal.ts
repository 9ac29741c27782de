import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { quoted } from '../../../model/text/printable.ts';
import type { KeycloakSettings } from '../settings.ts';
import { isRedirect, redirected } from '../../../platform/http.ts';
import { adviseOnAdminApiScope } from './own-rights.ts';
import { nameAccount } from '../login/account.ts';
import { describeKeycloak } from '../settings.ts';
import { explainCommon } from '../../refusals.ts';
import type { RequestContext } from './request-context.ts';
import { keycloakService } from './service.ts';

/** An answer that is no success, as the admin client throws it. Known by its form: its class would load all of the admin client. */
interface Refusal {
  readonly response: { readonly status: number; readonly headers: Headers };
  /** The body, parsed where it is JSON. */
  readonly responseData: unknown;
}

function isRefusal(error: unknown): error is Error & Refusal {
  return error instanceof Error && 'response' in error && 'responseData' in error;
}

/** The status of an answer that was thrown; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return isRefusal(error) ? error.response.status : undefined;
}

/** What an answer that is not 2xx means for the user; undefined when there was no answer. */
export function explainRefusal(
  { about }: RequestContext,
  error: unknown,
  settings: KeycloakSettings,
  advice: string,
): GrantryError | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const where = describeKeycloak(settings);
  const who = `the ${nameAccount(settings.auth)}`;
  if (status === 401) {
    return new GrantryError('NOT_ALLOWED', `${where} refuses the access token of ${who} (401) for ${about}`, {
      hint: adviseOnAdminApiScope(settings),
    });
  }
  if (status === 403) {
    return new GrantryError('NOT_ALLOWED', `${where} does not allow ${who} this (403): ${about}${reasonOf(error)}`, {
      hint: advice,
    });
  }
  const common = explainCommon(status, where, `${about}${reasonOf(error)}`);
  if (common !== undefined) return common;
  if (isRedirect(status) && isRefusal(error)) {
    return redirected(keycloakService(settings), settings.url, error.response.headers);
  }
  if (status >= 500) {
    return new GrantryError('UNREACHABLE', `${where} answers with status ${status}: ${about}${reasonOf(error)}`, {
      hint: `See the server's log. Check it with: curl ${settings.url}/realms/${encodeURIComponent(settings.realm)}`,
      serverFault: status === 500,
    });
  }
  return new GrantryError('FAILED', `${where} refuses this (${status}): ${about}${reasonOf(error)}`);
}

const words = z.object({
  errorMessage: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
});

/** Says nothing that the status does not: `unknown_error` points to the log, `HTTP 403 Forbidden` is the status again. */
const SAYS_NOTHING = /^(unknown_error$|HTTP \d{3}\b)/;

/**
 * Keycloak's own words, behind a colon: it has three places for them, depending on which part of it refuses. The first of these is
 * the one for people, the last often a code.
 */
function reasonOf(error: unknown): string {
  const { errorMessage, error_description: description, error: code } = wordsIn(error);
  if (code !== undefined && SAYS_NOTHING.test(code)) return '';
  const reason = errorMessage ?? description ?? code ?? '';
  return reason === '' ? '' : `: ${quoted(reason)}`;
}

function wordsIn(error: unknown): z.infer<typeof words> {
  return isRefusal(error) ? (words.safeParse(error.responseData).data ?? {}) : {};
}
