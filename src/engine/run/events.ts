import type { AuditEvent } from '../../model/audit.ts';
import type { GrantryError } from '../../model/errors.ts';
import type { Change, Plan } from '../../model/plan.ts';
import type { ChangeResult, ClientProof, RotationResult } from '../../model/report.ts';

/** What is done many times in one run, and counted. */
type WorkUnit = 'change' | 'proof' | 'rotation';

/** Everything that a run reports while it goes on. None of it holds a secret. */
export type RunEvent = PlanEvent | LockEvent | WorkEvent | TroubleEvent | AuditedEvent;

type PlanEvent =
  /** A plan was made: for a report, or to be carried out. An apply makes another once it holds the lock. */
  | { readonly kind: 'plan-made'; readonly plan: Plan }
  /** The plan that is carried out is another than the one that was confirmed: the target was changed meanwhile. */
  | { readonly kind: 'plan-changed'; readonly plan: Plan }
  /** Somebody, or a policy, is asked whether the run may go on; and answered yes. */
  | { readonly kind: 'confirmation-awaited' }
  | { readonly kind: 'confirmed' }
  /** Something to know beside the result, in one line. It may quote what others wrote. */
  | { readonly kind: 'notice'; readonly text: string };

type LockEvent =
  /** Somebody else holds the lock, in words. It is asked for again for so many milliseconds at most. */
  | { readonly kind: 'lock-awaited'; readonly stack: string; readonly holder: string; readonly left: number }
  /** `broke`: whose lock was broken, in words. */
  | { readonly kind: 'lock-taken'; readonly stack: string; readonly broke: string | undefined }
  /** It was released, or given up waiting for. */
  | { readonly kind: 'lock-ended'; readonly stack: string };

type WorkEvent =
  | { readonly kind: 'work-begun'; readonly unit: WorkUnit; readonly total: number }
  | { readonly kind: 'change-begun'; readonly change: Change }
  /** Also of a change that was skipped, and so never begun. */
  | { readonly kind: 'change-ended'; readonly change: Change; readonly result: ChangeResult }
  | { readonly kind: 'rotation-begun'; readonly task: RotationTask }
  | { readonly kind: 'rotation-ended'; readonly result: RotationResult }
  | { readonly kind: 'proof-ended'; readonly proof: ClientProof }
  | { readonly kind: 'work-ended'; readonly unit: WorkUnit };

type RotationTask = Pick<RotationResult, 'address' | 'op' | 'place'>;

/** What went wrong beside the results, after which there is a report all the same. */
export interface TroubleEvent {
  /**
   * `stopped`: nothing more is begun, the lock was lost or the audit log is broken. `not-noted`: the number of clients
   * could not be noted in the store. `not-proven`: not every client could be proven.
   */
  readonly kind: 'stopped' | 'not-noted' | 'not-proven';
  readonly error: GrantryError;
}

/** A line for an audit log. A listener that throws a GrantryError at a `begun` keeps that change from being made. */
interface AuditedEvent {
  readonly kind: 'audit';
  readonly event: AuditEvent;
}
