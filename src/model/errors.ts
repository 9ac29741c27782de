import type { Finding } from './finding.ts';

/**
 * Why a command could not do its work. The code decides the exit code (see `exitCodeOf`):
 * failed 1 · refused 3, nothing written · unreachable 4, nothing written.
 */
export type ErrorCode =
  | 'INVALID_INPUT'
  | 'FAILED'
  | 'INTERRUPTED'
  | 'CONFLICT'
  | 'STALE_PLAN'
  | 'GUARD'
  | 'LOCK_HELD'
  | 'HOST_NOT_ALLOWED'
  | 'NOT_CONFIRMED'
  | 'ROTATION_IN_OVERLAP'
  | 'UNREACHABLE'
  | 'NOT_ALLOWED';

const EXIT_CODES: Readonly<Record<ErrorCode, 1 | 3 | 4>> = {
  INVALID_INPUT: 1,
  FAILED: 1,
  INTERRUPTED: 1,
  CONFLICT: 3,
  STALE_PLAN: 3,
  GUARD: 3,
  LOCK_HELD: 3,
  HOST_NOT_ALLOWED: 3,
  NOT_CONFIRMED: 3,
  ROTATION_IN_OVERLAP: 3,
  UNREACHABLE: 4,
  NOT_ALLOWED: 4,
};

/**
 * An expected failure, worded for the user: what happened and where (`message`), what to do (`hint`).
 * Neither ever quotes a secret, nor text of a server that may quote one.
 */
export class GrantryError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** Further members of the error as a JSON document, for programs. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The server answered, and said that it failed inside: it may be gone, or this very request is what it cannot take. */
  readonly serverFault: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      hint?: string;
      cause?: unknown;
      details?: Readonly<Record<string, unknown>>;
      serverFault?: boolean;
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'GrantryError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
    this.serverFault = options.serverFault ?? false;
  }
}

export function exitCodeOf(code: ErrorCode): 1 | 3 | 4 {
  return EXIT_CODES[code];
}

/** What is wrong with the manifests, all of it. */
export class InvalidManifests extends GrantryError {
  readonly findings: readonly Finding[];

  /** `entries`: the findings as programs get them. */
  constructor(message: string, findings: readonly Finding[], entries: readonly object[]) {
    super('INVALID_INPUT', message, { hint: 'Check again with: grantry validate', details: { findings: entries } });
    this.findings = findings;
  }
}
