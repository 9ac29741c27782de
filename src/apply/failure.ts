import { GrantryError } from '../model/errors.ts';

/** What is told of an error: of one that is not ours only its name, for the message may quote anything, and so a secret. */
export function failureOf(error: unknown): GrantryError {
  if (error instanceof GrantryError) return error;
  const name = error instanceof Error ? error.name : 'no error';
  return new GrantryError('FAILED', `something that grantry does not know (${name})`, {
    hint: 'This is a bug in grantry; please report it.',
  });
}

/** Why a piece of work was not begun; `gone`: a server was. */
export function stopReason(gone: boolean): string {
  return gone ? 'a server could no longer be reached' : 'stopped before it began';
}
