import { exitCodeOf } from '../../model/errors.ts';
import type { ErrorCode } from '../../model/errors.ts';

/** What a run came to. */
export interface Outcome<Report> {
  readonly report: Report;
  /** Why the first thing failed that did. */
  readonly firstError: ErrorCode | undefined;
  /** Whether anything was written, or may have been: the answer may have been lost. */
  readonly written: boolean;
  /** All that was to be done is done, and proven. */
  readonly complete: boolean;
}

/** The outcome of a run that only looks. */
export function readOnly<Report>(report: Report, complete: boolean): Outcome<Report> {
  return { report, firstError: undefined, written: false, complete };
}

/** 0 only where the run is complete; after the first write nothing is a mere refusal or outage any more. */
export function exitCodeOfOutcome({ firstError, written, complete }: Omit<Outcome<unknown>, 'report'>): number {
  if (firstError !== undefined) return written ? 1 : exitCodeOf(firstError);
  return complete ? 0 : 1;
}
