import type { RunIdentity } from '../../platform/run-identity.ts';
import type { RunEvent } from './events.ts';

/** What a run has of its surroundings. A command line starts it, a worker of a fleet, or a test. */
export interface RunContext {
  /** Aborted when nothing more is to be begun. */
  readonly signal: AbortSignal;
  /** Milliseconds since any moment, never set by anybody. */
  readonly monotonic: () => number;
  readonly identity: RunIdentity;
  /** The version of grantry, for the audit. */
  readonly tool: string;
  /** Called for everything that happens, in order. What it throws ends the run, but see `RunEvent` on audit events. */
  readonly emit: (event: RunEvent) => void;
}

/** How a run takes the lock of a stack. */
export interface LockPolicy {
  /** How long to wait for another holder, in milliseconds; 0: not at all. */
  readonly timeout: number;
  /** Take the lock from its holder. */
  readonly breakLock: boolean;
}
