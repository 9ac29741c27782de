import type { AuditEvent } from '../../../model/audit.ts';
import type { GrantryError } from '../../../model/errors.ts';
import { applyPlan } from '../../apply/apply-plan.ts';
import type { Applied, ApplyOptions } from '../../apply/apply-plan.ts';
import { onlyOurs } from '../../apply/failure.ts';
import { trackWrites } from '../../apply/track-writes.ts';
import { confirmStore } from '../../confirm/confirm-store.ts';
import { begunEvent, endedEvent } from '../../ledger/audit.ts';
import { noteApply, noteClients, takeOverLedger } from '../../ledger/ledger.ts';
import type { Lease } from '../../lock/lease.ts';
import type { ResolvedPlan } from '../../plan/resolve-plan.ts';
import { rotationFinisher } from '../../rotation/rotation-subjects.ts';
import type { ApplyRequest } from './apply-request.ts';
import { AuditTrail } from '../audit-trail.ts';
import type { OpenTarget } from '../open-target.ts';
import type { RunContext } from '../run-context.ts';

/** What became of a plan. */
export interface CarriedOut {
  readonly applied: Applied;
  /** Whether anything was written, or may have been: the answer may have been lost. */
  readonly written: boolean;
  readonly audit: readonly AuditEvent[];
}

/** A target to write to; without a lease there is nothing to do. */
export interface WritableTarget extends OpenTarget {
  readonly lease: Lease | undefined;
  /** How the ledger names this apply. */
  readonly applyId: string;
}

/** Carries a plan out, and reports every change before and after it is made. */
export async function carryOutPlan(
  { plan, input }: ResolvedPlan,
  target: WritableTarget,
  { parallelism, purgeStore }: Pick<ApplyRequest, 'parallelism' | 'purgeStore'>,
  context: RunContext,
): Promise<CarriedOut> {
  const { ports, writeGuard, lease } = target;
  const { emit } = context;
  let wrote = false;
  const mayWrite = (): void => lease?.assertHeld();
  const tracked = trackWrites(target, { before: mayWrite, after: () => void (wrote = true) });
  const trail = new AuditTrail(target, context);
  const options: ApplyOptions = {
    inFlight: parallelism,
    stopped: () => context.signal.aborted || (lease?.failure() ?? trail.failure()) !== undefined,
    purgeStore,
    finishRotation: rotationFinisher(input, tracked, ports),
    ...hooks(target, trail, emit),
  };
  emit({ kind: 'work-begun', unit: 'change', total: plan.changes.length });
  // One change takes several requests, so each of them is asked whether the lock is still held.
  const carried = await writeGuard
    .during(mayWrite, () => applyPlan(plan, { ...tracked, clock: ports.clock }, options))
    .finally(() => emit({ kind: 'work-ended', unit: 'change' }));
  const applied = reportStop(carried, trail.failure(), lease, context);
  const failure = await noteClients(confirmStore(tracked.store), plan, applied, input).then(() => undefined, onlyOurs);
  if (failure === undefined) return { applied, written: wrote || writeGuard.written, audit: trail.events };
  // It must not cost the report of what was done.
  emit({ kind: 'not-noted', error: failure });
  const firstError = applied.firstError ?? failure.code;
  return { applied: { ...applied, firstError }, written: true, audit: trail.events };
}

/** What happens beside the changes themselves. */
function hooks(
  { desired, store, formerStore, lease, applyId }: WritableTarget,
  trail: AuditTrail,
  emit: RunContext['emit'],
): Pick<ApplyOptions, 'beforeFirst' | 'onBegin' | 'onResult'> {
  return {
    // A record of grantry's own: where all else fails, nothing was written.
    beforeFirst: async () => {
      lease?.assertHeld();
      const confirmed = confirmStore(store);
      await takeOverLedger(confirmed, formerStore, desired.target.stack);
      await noteApply(confirmed, desired.target.stack, applyId);
    },
    onBegin: (change) => {
      trail.begin((run, time) => begunEvent(change, run, time));
      emit({ kind: 'change-begun', change });
    },
    onResult: (result, change) => {
      if (result.outcome !== 'skipped') trail.end((run, time) => endedEvent(change, result, run, time));
      emit({ kind: 'change-ended', change, result });
    },
  };
}

/** What was not begun because the lock was lost, or the audit log is full, shows no reason of its own. */
function reportStop(
  applied: Applied,
  auditFailure: GrantryError | undefined,
  lease: Lease | undefined,
  { emit }: RunContext,
): Applied {
  const isDone = applied.results.every(({ outcome }) => outcome === 'done');
  // A line that is lost is lost, also after the last change.
  const failure = auditFailure ?? (isDone ? undefined : lease?.failure());
  if (failure === undefined) return applied;
  emit({ kind: 'stopped', error: failure });
  return { ...applied, firstError: applied.firstError ?? failure.code };
}
