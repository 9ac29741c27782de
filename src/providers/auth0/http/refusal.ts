import type { Call } from './call.ts';
import { ManagementError } from 'auth0';
import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { quoted } from '../../../model/text/printable.ts';
import type { Auth0Settings } from '../settings.ts';
import { isRedirect, redirected } from '../../../platform/http.ts';
import { explainCommon } from '../../refusals.ts';
import { auth0Service } from './token.ts';

/** The answer that the SDK threw; undefined when there was none. */
export function answerIn(error: unknown): { readonly status: number; readonly headers: Headers } | undefined {
  if (!(error instanceof ManagementError) || error.statusCode === undefined) return undefined;
  return { status: error.statusCode, headers: new Headers([...(error.rawResponse?.headers ?? [])]) };
}

export function statusOf(error: unknown): number | undefined {
  return answerIn(error)?.status;
}

/** What an answer that is not 2xx means for the user; undefined when there was no answer. */
export function explainRefusal(call: Call, error: unknown, settings: Auth0Settings): GrantryError | undefined {
  const answer = answerIn(error);
  if (answer === undefined) return undefined;
  const { status, headers } = answer;
  const where = `Auth0 ${settings.domain}`;
  if (status === 401) {
    return new GrantryError('NOT_ALLOWED', `${where} refuses the access token (401) for: ${call.about}`, {
      hint: 'Check that the application of provider.auth0.auth is authorised for the Auth0 Management API: docs/auth0.md.',
    });
  }
  if (status === 403) {
    return new GrantryError('NOT_ALLOWED', `${where} does not allow this (403): ${call.about}${reasonOf(error)}`, {
      hint: hintOf(call, bodyOf(error), settings),
    });
  }
  if (status === 429) {
    return new GrantryError('UNREACHABLE', `${where} answers with status ${status}: ${call.about}`, {
      hint: "The tenant's rate limit is used up, by whomever. Try again later, or lower provider.auth0.requestsPerSecond.",
    });
  }
  const common = explainCommon(status, where, call.about);
  if (common !== undefined) return common;
  if (isRedirect(status)) return redirected(auth0Service(settings), `https://${settings.domain}`, headers);
  if (status < 400 || status >= 500) {
    return new GrantryError('UNREACHABLE', `${where} answers with status ${status}: ${call.about}`, {
      hint: 'See https://status.auth0.com.',
      serverFault: status === 500,
    });
  }
  return new GrantryError('FAILED', `${where} refuses this (${status}): ${call.about}${reasonOf(error)}`);
}

/** What a tenant says of a feature that its plan has not, or that nobody switched on: recorded of several. */
const NOT_IN_PLAN = ['feature_not_enabled', 'insufficient_entitlement', 'operation_not_supported'];

function hintOf({ needs }: Call, { errorCode, message }: RefusalBody, { auth }: Auth0Settings): string {
  if (errorCode !== undefined && NOT_IN_PLAN.includes(errorCode)) {
    return 'The tenant does not have this feature: no scope helps. Private Key JWT is part of the Enterprise plan; docs/auth0.md says more.';
  }
  // Where several scopes would do, it is grantry's own list that counts.
  const [, missing = needs] = /expected any of: ([\w:]+)$/.exec(message ?? '') ?? [];
  return `The application ${auth.clientId} needs the scope ${missing} of the Management API. docs/auth0.md lists all that are needed.`;
}

/** Auth0's own words. They name what is wrong with a body, and quote it. */
function reasonOf(error: unknown): string {
  const { message } = bodyOf(error);
  return message === undefined ? '' : `: ${quoted(message)}`;
}

const refusalBody = z.object({ message: z.string().optional(), errorCode: z.string().optional() }).catch({});
type RefusalBody = z.infer<typeof refusalBody>;

function bodyOf(error: unknown): RefusalBody {
  return refusalBody.parse(error instanceof ManagementError ? error.body : undefined);
}
