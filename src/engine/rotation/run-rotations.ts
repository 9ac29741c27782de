import type { RotationOp } from '../../model/plan.ts';
import pLimit from 'p-limit';
import { rotationOf } from '../../credentials/registry.ts';
import { forgetPrevious } from './forget-previous.ts';
import { finishRotation, rotateClient } from './rotate.ts';
import type { Rotated, RotateOptions, RotationPorts, RotationSubject } from './subject.ts';
import { addressOf, nameOf } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { ErrorCode } from '../../model/errors.ts';
import { isProven, isRotated } from '../../model/report.ts';
import type { RotationResult } from '../../model/report.ts';
import type { ActualObject } from '../../model/state.ts';
import { causeOf, stopReason } from '../apply/failure.ts';
import { confirmWrites } from '../confirm/confirm-writes.ts';

/** What there is to do, in this order. */
export interface RotationWork {
  /** What runs before left half-done. */
  readonly finish: readonly RotationSubject[];
  readonly rotate: readonly RotationSubject[];
  readonly how: RotateOptions;
  /** Clients whose previous secret has had its time. */
  readonly retire: readonly ActualObject[];
}

export interface RotationRunOptions {
  /** Rotations at the same time. */
  readonly inFlight: number;
  /** Asked before each: true begins no more. */
  readonly stopped: () => boolean;
  readonly onBegin: (task: Pick<RotationResult, 'address' | 'op' | 'place'>) => void;
  readonly onResult: (result: RotationResult) => void;
}

export interface RotationRun {
  readonly results: readonly RotationResult[];
  /** Why the first failed that did. */
  readonly firstError: ErrorCode | undefined;
}

interface Task {
  readonly op: RotationOp;
  readonly name: string;
  readonly place: string;
  readonly run: () => Promise<Rotated | undefined>;
}

/**
 * Rotates clients, several at a time. One that fails does not stop the others; a server that is gone does. What a server took
 * and did not do has failed.
 */
export async function runRotations(
  work: RotationWork,
  servers: RotationPorts,
  options: RotationRunOptions,
): Promise<RotationRun> {
  const ports = confirmWrites(servers);
  const limit = pLimit(options.inFlight);
  let gone = false;
  let firstError: ErrorCode | undefined;
  const thrown: unknown[] = [];
  const begin = async (task: Task): Promise<Rotated | undefined> => {
    options.onBegin({ address: addressOf('Client', task.name), op: task.op, place: task.place });
    return task.run();
  };
  const run = async (task: Task): Promise<RotationResult[]> => {
    const address = addressOf('Client', task.name);
    const { op, place } = task;
    if (gone || thrown.length > 0 || options.stopped()) {
      return [{ address, op, place, outcome: 'skipped', checks: [], reason: stopReason(gone), duration: 0 }];
    }
    const begun = ports.clock.now();
    const outcome = await begin(task).catch((error: unknown) => causeOf(error, ports.provider));
    const duration = ports.clock.now() - begun;
    if (outcome instanceof GrantryError) {
      firstError ??= outcome.code;
      gone ||= outcome.code === 'UNREACHABLE';
    }
    const result = { ...resultOf(task, outcome), duration };
    try {
      options.onResult(result);
    } catch (error) {
      thrown.push(error);
    }
    return [result];
  };
  const tasks = tasksOf(work, ports);
  const results = await Promise.all(tasks.map((task) => limit(() => run(task))));
  // Not before all that was begun has ended: the caller counts on that.
  if (thrown.length > 0) throw thrown[0];
  return { results: results.flat(), firstError };
}

function tasksOf({ finish, rotate, how, retire }: RotationWork, ports: RotationPorts): Task[] {
  return [
    ...finish.map((subject): Task => ({ ...taskOf(subject), op: 'rotate', run: () => finishRotation(subject, ports) })),
    ...rotate.map((subject): Task => ({
      ...taskOf(subject),
      op: how.kind,
      run: () => rotateClient(subject, how, ports),
    })),
    ...retire.map((object): Task => ({
      op: 'retire',
      name: nameOf(object.address),
      place: object.credential?.delivered?.place ?? '',
      run: async () => {
        await rotationOf(object.fields).endPrevious(object.id, ports.provider);
        await forgetPrevious(object, ports);
        return undefined;
      },
    })),
  ];
}

function taskOf({ name, delivered }: RotationSubject): Pick<Task, 'name' | 'place'> {
  return { name, place: delivered.place };
}

function resultOf(
  { name, op, place }: Task,
  outcome: Rotated | GrantryError | undefined,
): Omit<RotationResult, 'duration'> {
  const task = { address: addressOf('Client', name), op, place };
  if (outcome === undefined) return { ...task, outcome: 'done', checks: [] };
  if (outcome instanceof GrantryError) {
    const { message: reason, hint } = outcome;
    return { ...task, outcome: 'failed', checks: [], reason, ...(hint === undefined ? {} : { hint }) };
  }
  const { begunBefore, storeVersion, previousUntil, gap, tokens, checks } = outcome;
  const failed = checks.find((check) => check.outcome === 'failed');
  return {
    ...task,
    outcome: failed !== undefined ? 'failed' : begunBefore === undefined ? 'done' : 'finished',
    storeVersion,
    ...(previousUntil === undefined ? {} : { overlapUntil: new Date(previousUntil * 1000).toISOString() }),
    ...(gap === undefined ? {} : { gap }),
    ...(tokens === undefined ? {} : { tokens }),
    checks,
    ...(failed === undefined ? {} : whyUnproven(failed)),
  };
}

function whyUnproven({ claim, detail = '' }: Rotated['checks'][number]): Pick<RotationResult, 'reason' | 'hint'> {
  return {
    reason: `not shown: ${claim}${detail === '' ? '' : `: ${detail}`}`,
    hint: 'The rotation stays open: the next run looks again and finishes it.',
  };
}

/** Whether all of it went well. */
export function allDone({ results }: Pick<RotationRun, 'results'>): boolean {
  return results.every((result) => isRotated(result) && isProven(result));
}
