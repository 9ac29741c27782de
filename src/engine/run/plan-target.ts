import type { DesiredState } from '../../model/desired.ts';
import type { Plan, TargetPart } from '../../model/plan.ts';
import type { ActualState } from '../../model/state.ts';
import { readLastApply } from '../ledger/ledger.ts';
import type { Adoption } from '../plan/adoption.ts';
import type { PlanInput } from '../plan/build-plan.ts';
import { endingNotices } from '../plan/end-dates.ts';
import { noticesOfPart } from '../plan/part-conflicts.ts';
import { planFresh, planPart } from '../plan/resolve-plan.ts';
import type { ResolvedPlan } from '../plan/resolve-plan.ts';
import { rotationNotices, waitingNotices } from '../rotation/rotation-notices.ts';
import type { ClosedTarget, OpenTarget } from './open-target.ts';
import type { RunContext } from './run-context.ts';
import { warnUnusedAdoption } from './warn-unused-adoption.ts';

export interface PlanRequest {
  /** The part of the target to look at; undefined: all of it. */
  readonly part: TargetPart | undefined;
  /** Compare the credentials in the store with those of the provider. */
  readonly checkStore: boolean;
  readonly adoption: Adoption;
  /** The plan is to be saved for a later apply. */
  readonly saves: boolean;
}

/** A plan, and what a reader or a file needs beside it. */
export interface Planned {
  readonly plan: Plan;
  /** What it follows from. */
  readonly basis: { readonly desired: DesiredState; readonly actual: ActualState };
  readonly notices: readonly string[];
  /** The last apply before it, where it is to be saved. */
  readonly lastApply: string | null;
}

/** Finds out what must change in a target. Writes nothing. */
export async function planTarget(target: ClosedTarget, request: PlanRequest, context: RunContext): Promise<Planned> {
  const { part, adoption } = request;
  // Before the servers are opened: to log in is a request already.
  const planned =
    part?.addresses.length === 0 ? planNothing(target, part) : await makePlan(await target.open(), request);
  context.emit({ kind: 'plan-made', plan: planned.plan });
  warnUnusedAdoption(planned.plan, adoption, context);
  return planned;
}

async function makePlan(target: OpenTarget, { part, checkStore, adoption, saves }: PlanRequest): Promise<Planned> {
  const { desired, store, ports } = target;
  // Before all else is read: what is applied meanwhile came after it.
  const lastApply = saves ? await readLastApply(store, desired.target.stack) : null;
  const options = { checkStore, adoption };
  const resolved =
    part === undefined ? await planFresh(desired, target, options) : await planPart(part, desired, target, options);
  const { plan, input } = resolved;
  const notices = [...partNotices(resolved, part), ...timelyNotices(plan, input, ports.clock.now())];
  return { plan, basis: input, notices, lastApply };
}

function partNotices({ plan, input }: ResolvedPlan, part: TargetPart | undefined): string[] {
  return part === undefined ? [] : noticesOfPart(plan.changes, { ...input, only: new Set(part.addresses) });
}

function timelyNotices({ changes }: Plan, input: PlanInput, ms: number): string[] {
  const now = Math.floor(ms / 1000);
  const { notices = [] } = input.actual;
  return [
    ...notices,
    ...endingNotices(input.desired, now),
    ...waitingNotices(changes, { ...input, now }),
    ...rotationNotices({ ...input, now }),
  ];
}

/** The plan of a part that holds nothing. */
function planNothing({ desired, names }: ClosedTarget, { undeclared: _undeclared, ...selection }: TargetPart): Planned {
  const { target } = desired;
  const plan: Plan = {
    target: target.name,
    stack: target.stack,
    ...names,
    changes: [],
    conflicts: [],
    guards: [],
    unchanged: { apis: 0, clients: 0 },
    selection,
  };
  const actual: ActualState = { objects: [], impossible: [], listedClients: 0 };
  return { plan, basis: { desired, actual }, notices: [], lastApply: null };
}
