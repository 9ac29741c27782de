import type { Finding } from './finding.ts';
import { printable, shortened } from './text/printable.ts';

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

/** Words of an error: one line, or a list of them. A line break within a line is none: it came with text of others. */
export type Lines = string | readonly string[];

/**
 * An expected failure, worded for the user: what happened and where (`message`), what to do (`hint`). Both may name and quote what
 * others wrote: what becomes of them here holds no secret of the run, no control character, and no line break but grantry's own.
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
    message: Lines,
    options: {
      hint?: Lines;
      cause?: unknown;
      details?: Readonly<Record<string, unknown>>;
      serverFault?: boolean;
    } = {},
  ) {
    super(printableLines(message), 'cause' in options ? { cause: options.cause } : {});
    this.name = 'GrantryError';
    this.code = code;
    this.hint = options.hint === undefined ? undefined : printableLines(options.hint);
    this.details = options.details;
    this.serverFault = options.serverFault ?? false;
  }
}

/** Characters that a line of an error may have: names have no limit at a server. */
const LONGEST_LINE = 10_000;

function printableLines(lines: Lines): string {
  return [lines]
    .flat()
    .map((line) => shortened(printable(line), LONGEST_LINE))
    .join('\n');
}

/** The words of an error, to make another of them: its lines stay lines. */
export function ownLines(text: string): string[] {
  return text.split('\n');
}

export function exitCodeOf(code: ErrorCode): 1 | 3 | 4 {
  return EXIT_CODES[code];
}

/** What is wrong with the manifests, all of it. */
export class InvalidManifests extends GrantryError {
  readonly findings: readonly Finding[];

  constructor(message: string, findings: readonly Finding[]) {
    super('INVALID_INPUT', message, { hint: 'Check again with: grantry validate' });
    this.findings = findings;
  }
}
