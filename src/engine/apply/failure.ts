import { GrantryError } from '../../model/errors.ts';
import type { Provider } from '../../providers/provider.ts';

/** For `catch`: gives an error of ours, and throws any other again, which is a bug. */
export function onlyOurs(error: unknown): GrantryError {
  if (error instanceof GrantryError) return error;
  throw error;
}

/** What is shown of an error: of one that is not ours only its name, for the message may quote anything, and so a secret. */
export function failureOf(error: unknown): GrantryError {
  if (error instanceof GrantryError) return error;
  const name = error instanceof Error ? error.name : 'no error';
  return new GrantryError('FAILED', `something that grantry does not know (${name})`, {
    hint: 'This is a bug in grantry; please report it.',
  });
}

/**
 * What a failed piece of work is: a server that fails at one request and answers the next is not gone, and what it could
 * not take is this one change. Others need not wait for that.
 */
export async function causeOf(error: unknown, provider: Pick<Provider, 'answers'>): Promise<GrantryError> {
  const failure = failureOf(error);
  if (!failure.serverFault || failure.code !== 'UNREACHABLE' || !(await provider.answers())) return failure;
  return new GrantryError('FAILED', failure.message, {
    hint: "The server answers other requests: it is this very change that it cannot take, and the server's log may say why.",
  });
}

/** Why a piece of work was not begun; `gone`: a server was. */
export function stopReason(gone: boolean): string {
  return gone ? 'a server could no longer be reached' : 'stopped before it began';
}
