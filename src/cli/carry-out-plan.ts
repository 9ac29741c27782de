import { applyPlan } from '../engine/apply/apply-plan.ts';
import type { Applied, ApplyOptions } from '../engine/apply/apply-plan.ts';
import { begunEvent, endedEvent } from '../engine/ledger/audit.ts';
import { noteApply, noteClients } from '../engine/ledger/ledger.ts';
import { rotationFinisher } from '../engine/rotation/rotation-subjects.ts';
import type { Lease } from '../engine/lock/lease.ts';
import type { SettledPlan } from '../engine/plan/settle-plan.ts';
import { trackWrites } from '../engine/apply/track-writes.ts';
import type { AuditEvent } from '../model/audit.ts';
import { GrantryError } from '../model/errors.ts';
import { monotonic } from '../platform/clock.ts';
import { runIdentity } from '../platform/run-identity.ts';
import { makeStyle, renderProgress } from '../report/index.ts';
import { openAuditTrail } from './audit-log.ts';
import type { AuditTrail } from './audit-log.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { Progress } from './output/progress.ts';
import type { OpenTarget } from './targets.ts';

/** What became of a plan. */
export interface CarriedOut {
  readonly applied: Applied;
  /** Whether anything was written, or may have been: the answer may have been lost. */
  readonly written: boolean;
  readonly audit: readonly AuditEvent[];
}

/** A target to write to; without a lease there is nothing to do. */
export interface Applying extends OpenTarget {
  readonly lease: Lease | undefined;
  /** How the ledger names this apply. */
  readonly applyId: string;
}

/** Of more changes only those that failed have a line when they are done: all of them are in the report. */
const LISTED = 50;

/** Carries a plan out, tells of its progress, and logs every change before and after it is made. */
export async function carryOutPlan(
  { plan, input }: SettledPlan,
  { provider, store, ports, gate, lease, applyId }: Applying,
  options: CommandOptions,
  io: CommandIo,
): Promise<CarriedOut> {
  let wrote = false;
  const mayWrite = (): void => lease?.assertHeld();
  const tracked = trackWrites({ provider, store }, { before: mayWrite, after: () => void (wrote = true) });
  const style = makeStyle(io.stderr);
  const trail = openAuditTrail(options.auditLog, io);
  const run = { target: plan.target, stack: plan.stack, tool: io.version, ...runIdentity(io.env) };
  const now = (): string => new Date(ports.clock.now()).toISOString();
  const total = plan.changes.length;
  const progress = new Progress(io.stderr, { what: 'change', total }, monotonic);
  try {
    const how: ApplyOptions = {
      inFlight: options.parallelism,
      stopped: () => io.signal.aborted || (lease?.failure() ?? trail.failure()) !== undefined,
      purgeStore: options.purgeStore,
      finishRotation: rotationFinisher(input, tracked, ports),
      // A record of grantry's own: where all else fails, nothing was written.
      beforeFirst: async () => {
        mayWrite();
        await noteApply(store, plan.stack, applyId);
      },
      onBegin: (change) => trail.begin(begunEvent(change, run, now())),
      onResult: (result, change) => {
        if (result.outcome !== 'skipped') trail.end(endedEvent(change, result, run, now()));
        progress.step(result.outcome === 'failed');
        if (total <= LISTED || result.outcome === 'failed') io.stderr.write(`${renderProgress(result, style)}\n`);
      },
    };
    // One change takes several requests, so each of them is asked whether the lock is still held.
    const carried = await gate
      .during(mayWrite, () => applyPlan(plan, { ...tracked, clock: ports.clock }, how))
      .finally(() => progress.end());
    const applied = tellWhyStopped(carried, [lease, trail], io);
    const failure = await noteClients(tracked.store, plan, applied, input).then(() => undefined, asGrantryFailure);
    if (failure === undefined) return { applied, written: wrote || gate.written, audit: trail.events };
    // It must not cost the report of what was done.
    io.stderr.write(`The number of clients could not be noted in the store: ${failure.message}\n`);
    return {
      applied: { ...applied, firstError: applied.firstError ?? failure.code },
      written: true,
      audit: trail.events,
    };
  } finally {
    trail.close();
  }
}

/** What was not begun because the lock was lost, or the audit log is full, tells no reason of its own. */
function tellWhyStopped(
  applied: Applied,
  [lease, trail]: readonly [Lease | undefined, AuditTrail],
  io: CommandIo,
): Applied {
  const isDone = applied.results.every(({ outcome }) => outcome === 'done');
  // A line that is lost is lost, also after the last change.
  const failure = trail.failure() ?? (isDone ? undefined : lease?.failure());
  if (failure === undefined) return applied;
  io.stderr.write(`${failure.message}\n${failure.hint ?? ''}\n`);
  return { ...applied, firstError: applied.firstError ?? failure.code };
}

function asGrantryFailure(error: unknown): GrantryError {
  if (error instanceof GrantryError) return error;
  throw error;
}
