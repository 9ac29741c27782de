import type { RotateReport } from '../../../model/report.ts';
import { trackWrites } from '../../apply/track-writes.ts';
import { begunRotation, endedRotation } from '../../ledger/audit.ts';
import type { Lease } from '../../lock/lease.ts';
import { gapNotices } from '../../rotation/rotation-notices.ts';
import { rotationPorts, rotationSubjects } from '../../rotation/rotation-subjects.ts';
import { allDone, runRotations } from '../../rotation/run-rotations.ts';
import type { RotationRun, RotationRunOptions, RotationWork } from '../../rotation/run-rotations.ts';
import { howToRotate } from '../../rotation/select-rotations.ts';
import type { TargetPorts } from '../../survey/survey-target.ts';
import { AuditTrail } from '../audit-trail.ts';
import { brokenLock } from '../hold-lock.ts';
import type { OpenTarget } from '../open-target.ts';
import type { PreparedRotation } from './prepare-rotation.ts';
import type { RotateRequest } from './rotate-request.ts';
import type { RunContext } from '../run-context.ts';

/** One rotate under way. */
export interface Rotating {
  readonly target: OpenTarget;
  readonly request: RotateRequest;
  readonly context: RunContext;
}

/** What became of it. */
export interface RotatedClients extends RotationRun, Pick<RotateReport, 'audit' | 'brokeLock'> {
  /** Whether anything was written, or may have been. */
  readonly written: boolean;
}

/** Rotates what was prepared, and reports every rotation before and after it. */
export async function carryOutRotations(
  prepared: PreparedRotation,
  lease: Lease,
  { target, request, context }: Rotating,
): Promise<RotatedClients> {
  const { ports, writeGuard } = target;
  const { emit } = context;
  const { survey, choice, isNothing } = prepared;
  let wrote = false;
  const mayWrite = (): void => lease.assertHeld();
  const tracked = trackWrites(target, { before: mayWrite, after: () => void (wrote = true) });
  const trail = new AuditTrail(target, context);
  const options: RotationRunOptions = {
    inFlight: request.parallelism,
    stopped: () => context.signal.aborted || (lease.failure() ?? trail.failure()) !== undefined,
    ...hooks(trail, emit),
  };
  const work = workOf(prepared, request, tracked);
  const total = choice.rotate.length + choice.finish.length + choice.retire.length;
  emit({ kind: 'work-begun', unit: 'rotation', total });
  for (const text of isNothing ? [] : gapNotices(survey)) emit({ kind: 'notice', text });
  const done = await writeGuard
    .during(mayWrite, () => runRotations(work, rotationPorts(tracked, survey, ports), options))
    .finally(() => emit({ kind: 'work-ended', unit: 'rotation' }));
  // A line that is lost is lost, also after the last rotation.
  const failure = trail.failure() ?? (allDone(done) ? undefined : lease.failure());
  if (failure !== undefined) emit({ kind: 'stopped', error: failure });
  const firstError = done.firstError ?? trail.failure()?.code;
  const brokeLock = brokenLock(lease);
  return {
    results: done.results,
    firstError,
    audit: trail.events,
    written: wrote || writeGuard.written,
    ...(brokeLock === undefined ? {} : { brokeLock }),
  };
}

function hooks(trail: AuditTrail, emit: RunContext['emit']): Pick<RotationRunOptions, 'onBegin' | 'onResult'> {
  return {
    onBegin: (task) => {
      trail.begin((run, time) => begunRotation(task, run, time));
      emit({ kind: 'rotation-begun', task });
    },
    onResult: (result) => {
      trail.end((run, time) => endedRotation(result, run, time));
      emit({ kind: 'rotation-ended', result });
    },
  };
}

function workOf({ survey, choice }: PreparedRotation, { rotation }: RotateRequest, tracked: TargetPorts): RotationWork {
  const subjects = rotationSubjects(new Set([...choice.rotate, ...choice.finish]), survey, tracked);
  const subjectsOf = (names: readonly string[]) => names.flatMap((name) => subjects.get(name) ?? []);
  return {
    finish: subjectsOf(choice.finish),
    rotate: subjectsOf(choice.rotate),
    how: howToRotate(rotation),
    retire: choice.retire,
  };
}
