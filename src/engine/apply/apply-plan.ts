import type { ErrorCode } from '../../model/errors.ts';
import type { Change, Plan } from '../../model/plan.ts';
import type { ChangeResult } from '../../model/report.ts';
import type { Clock } from '../../platform/clock.ts';
import { ApiLedger } from '../ledger/api-ledger.ts';
import { confirmWrites } from '../confirm/confirm-writes.ts';
import { carryOut } from './carry-out.ts';
import type { CarryOutPorts, Done } from './ports.ts';
import { causeOf, failureOf, stopReason } from './failure.ts';
import { runGraph } from './run-graph.ts';
import type { NodeOutcome } from './run-graph.ts';
import { stepsOf } from './steps.ts';
import type { Step } from './steps.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

export interface ApplyOptions {
  /** Changes carried out at the same time. */
  readonly inFlight: number;
  /** Asked before each change: true begins no more. */
  readonly stopped: () => boolean;
  readonly onBegin?: (change: Change) => void;
  /** Done once, after the first change was announced and before anything of it is done. */
  readonly beforeFirst?: () => Promise<void>;
  readonly onResult: (result: ChangeResult, change: Change) => void;
  /** Destroy the documents of deleted clients instead of marking them as retired. */
  readonly purgeStore?: boolean;
  /** Finishes a rotation that a run before left; see `CarryOutPorts`. */
  readonly finishRotation: CarryOutPorts['finishRotation'];
}

/** What became of every change of the plan. */
export interface Applied {
  /** In the order of the plan. */
  readonly results: readonly ChangeResult[];
  /** Why the first change failed that did. */
  readonly firstError: ErrorCode | undefined;
}

/**
 * Carries a plan out. A change that fails stops what depends on it; a server that is gone stops everything. What a server took
 * and did not do is a change that failed.
 */
export async function applyPlan(
  plan: Plan,
  servers: TargetPorts & { readonly clock: Clock },
  options: ApplyOptions,
): Promise<Applied> {
  const ports = confirmWrites(servers);
  const { clock } = ports;
  const journal = new Journal(plan.changes, stepsOf(plan), options);
  const apiLedger = new ApiLedger(ports.store, plan.stack);
  let gone = false;
  let prepared: Promise<void> | undefined;
  let firstError: ErrorCode | undefined;
  await runGraph<Step, Done & { duration: number }>(stepsOf(plan), {
    inFlight: options.inFlight,
    stopped: () => gone || options.stopped(),
    run: async (step) => {
      const started = clock.now();
      journal.begin(step);
      await (prepared ??= options.beforeFirst?.());
      const purgeStore = options.purgeStore ?? false;
      const { finishRotation } = options;
      try {
        const done = await carryOut(step, { ...ports, stack: plan.stack, purgeStore, apiLedger, finishRotation });
        return { ...done, duration: clock.now() - started };
      } catch (error) {
        throw await causeOf(error, ports.provider);
      }
    },
    onOutcome: (step, outcome) => {
      if (outcome.kind === 'failed') {
        const { code } = failureOf(outcome.error);
        firstError ??= code;
        gone ||= code === 'UNREACHABLE';
      }
      journal.note(step, outcome, gone);
    },
  });
  return { results: journal.results(), firstError };
}

/** Puts the outcomes of a change's steps together: an Api may have two. */
class Journal {
  readonly #changes: readonly Change[];
  readonly #open = new Map<string, number>();
  readonly #results = new Map<string, ChangeResult>();
  readonly #begun = new Set<string>();
  readonly #options: Pick<ApplyOptions, 'onBegin' | 'onResult'>;

  constructor(changes: readonly Change[], steps: readonly Step[], options: Pick<ApplyOptions, 'onBegin' | 'onResult'>) {
    this.#changes = changes;
    this.#options = options;
    for (const { change } of steps) this.#open.set(change.address, (this.#open.get(change.address) ?? 0) + 1);
  }

  begin({ change }: Step): void {
    if (this.#begun.has(change.address)) return;
    this.#options.onBegin?.(change);
    this.#begun.add(change.address);
  }

  note({ change }: Step, outcome: NodeOutcome<Done & { duration: number }>, gone: boolean): void {
    const result = merge(this.#results.get(change.address), resultOf(change, outcome, gone));
    this.#results.set(change.address, result);
    const left = (this.#open.get(change.address) ?? 1) - 1;
    this.#open.set(change.address, left);
    if (left === 0) this.#options.onResult(result, change);
  }

  results(): ChangeResult[] {
    return this.#changes.flatMap(({ address }) => this.#results.get(address) ?? []);
  }
}

const SEVERITY_ORDER = { 'done-before': 0, done: 0, skipped: 1, failed: 2 };

function merge(earlier: ChangeResult | undefined, later: ChangeResult): ChangeResult {
  if (earlier === undefined) return later;
  const worse = SEVERITY_ORDER[earlier.outcome] > SEVERITY_ORDER[later.outcome] ? earlier : later;
  return { ...worse, duration: earlier.duration + later.duration };
}

function resultOf(
  { address, op }: Change,
  outcome: NodeOutcome<Done & { duration: number }>,
  gone: boolean,
): ChangeResult {
  switch (outcome.kind) {
    case 'done':
      return { address, op, outcome: 'done', ...outcome.result };
    case 'failed': {
      // A bug must not keep the report of everything else from being written.
      const { message, hint } = failureOf(outcome.error);
      return { address, op, outcome: 'failed', reason: message, ...(hint === undefined ? {} : { hint }), duration: 0 };
    }
    case 'skipped':
      return { address, op, outcome: 'skipped', reason: skipReason(outcome.because, gone), duration: 0 };
    default:
      return outcome satisfies never;
  }
}

function skipReason(because: string | undefined, gone: boolean): string {
  if (because !== undefined) return `it needs ${because.replace(/ (add|remove)-scopes$/, '')}, which was not done`;
  return stopReason(gone);
}
