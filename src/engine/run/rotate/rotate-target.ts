import type { RotateReport, RotationResult } from '../../../model/report.ts';
import { gapNotices } from '../../rotation/rotation-notices.ts';
import { allDone } from '../../rotation/run-rotations.ts';
import type { RotationChoice } from '../../rotation/select-rotations.ts';
import { carryOutRotations } from './carry-out-rotations.ts';
import type { RotatedClients, Rotating } from './carry-out-rotations.ts';
import { holdLock } from '../hold-lock.ts';
import { reportHead } from '../open-target.ts';
import type { OpenTarget } from '../open-target.ts';
import type { Outcome } from '../outcome.ts';
import { leftOutNotices, prepareRotation, questionOf } from './prepare-rotation.ts';
import type { PreparedRotation } from './prepare-rotation.ts';
import type { RotateRequest } from './rotate-request.ts';
import type { RunContext } from '../run-context.ts';
import { selectClients } from '../select-clients.ts';

/** Rotates credentials of one target: of the clients named, of those that are due, or of all. */
export async function rotateTarget(
  target: OpenTarget,
  given: RotateRequest,
  context: RunContext,
): Promise<Outcome<RotateReport>> {
  const request = withKnownNames(given, target);
  const prepared = await prepareRotation(target, request.rotation);
  if (prepared.isNothing) return outcomeOf(prepared, NOTHING, { target, request, context });
  const question = questionOf(prepared, request.rotation);
  if (question !== undefined) {
    context.emit({ kind: 'confirmation-awaited' });
    await request.confirm(question);
    context.emit({ kind: 'confirmed' });
  }
  return holdLock(target, request.lock, context, async (lease) => {
    // Until the lock was ours others may have held it.
    const now = await prepareRotation(target, request.rotation);
    const rotating = { target, request, context };
    return outcomeOf(now, await carryOutRotations(now, lease, rotating), rotating);
  });
}

function withKnownNames(request: RotateRequest, { desired }: OpenTarget): RotateRequest {
  const { rotation } = request;
  if (rotation.kind !== 'named') return request;
  return { ...request, rotation: { ...rotation, names: [...selectClients(desired, rotation.names)] } };
}

const NOTHING: RotatedClients = { results: [], firstError: undefined, audit: [], written: false };

function outcomeOf(
  { survey, choice, startedAt }: PreparedRotation,
  { results, firstError, written, ...ended }: RotatedClients,
  { target, context }: Rotating,
): Outcome<RotateReport> {
  const report: RotateReport = {
    ...reportHead(target),
    startedAt,
    ...ended,
    results: [...results, ...choice.refused.map(refusedResult)],
    waiting: choice.waiting,
    interrupted: context.signal.aborted,
    notices: [...gapNotices(survey), ...(survey.actual.notices ?? []), ...leftOutNotices(choice)],
  };
  return { report, firstError, written, complete: allDone(report) && !report.interrupted };
}

function refusedResult({ address, error }: RotationChoice['refused'][number]): RotationResult {
  const { message: reason, hint } = error;
  const result = { address, op: 'rotate', outcome: 'refused', place: '', checks: [], reason, duration: 0 } as const;
  return hint === undefined ? result : { ...result, hint };
}
