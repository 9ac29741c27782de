import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { GrantryError } from '../../../model/errors.ts';
import type { Plan } from '../../../model/plan.ts';
import { isProven } from '../../../model/report.ts';
import type { ApplyReport, ChangeResult } from '../../../model/report.ts';
import type { SavedPlan } from '../../../model/saved-plan.ts';
import type { Lease } from '../../lock/lease.ts';
import { applyIdOf } from '../../plan/saved/save-plan.ts';
import { planFresh, planSaved, trustsFile } from '../../plan/resolve-plan.ts';
import type { ResolvedPlan } from '../../plan/resolve-plan.ts';
import type { Proofs } from '../../proof/prove-all.ts';
import type { ApplyRequest } from './apply-request.ts';
import { carryOutPlan } from './carry-out-plan.ts';
import type { CarriedOut } from './carry-out-plan.ts';
import { brokenLock, holdLock } from '../hold-lock.ts';
import { refuseObstacles } from './obstructed-plan.ts';
import { reportHead } from '../open-target.ts';
import type { OpenTarget } from '../open-target.ts';
import type { Outcome } from '../outcome.ts';
import { proveAffected } from './prove-affected.ts';
import type { RunContext } from '../run-context.ts';
import { warnUnusedAdoption } from '../warn-unused-adoption.ts';

/**
 * Makes a target as its manifests say, or as a saved plan says, and proves what changed. Throws ObstructedPlan where
 * something is in the way, and GrantryErrors where nothing was begun.
 */
export async function applyTarget(
  target: OpenTarget,
  request: ApplyRequest,
  context: RunContext,
): Promise<Outcome<ApplyReport>> {
  const { saved, approval } = request;
  if (saved !== undefined && trustsFile(target.desired)) {
    context.emit({ kind: 'notice', text: TRUSTS_FILE });
  }
  const resolved = await resolvePlan(target, request, context);
  for (const text of resolved.input.actual.notices ?? []) context.emit({ kind: 'notice', text });
  if (resolved.plan.changes.length === 0) return finish(resolved, undefined, { target, request, context });
  context.emit({ kind: 'confirmation-awaited' });
  await approval.confirm(resolved.plan);
  context.emit({ kind: 'confirmed' });
  return holdLock(target, request.lock, context, async (lease) => {
    // Until the lock was ours others may have held it, and asking takes time: what is to be done is found out again.
    const now = await resolvePlan(target, request, context);
    // A saved plan was just held against the file, and only that counts.
    if (saved === undefined) refuseOther(resolved.plan, now.plan, request, context);
    return finish(now, lease, { target, request, context });
  });
}

const TRUSTS_FILE = 'There are no manifests here to hold the plan against: what the file says of them is trusted.';

/** The plan as of now; throws when something is in its way. */
async function resolvePlan(target: OpenTarget, request: ApplyRequest, context: RunContext): Promise<ResolvedPlan> {
  const { saved, adoption, checkStore, overrides } = request;
  const { desired } = target;
  const resolved =
    saved === undefined
      ? await planFresh(desired, target, { checkStore, adoption })
      : await planSaved(saved, desired, target, adoption);
  context.emit({ kind: 'plan-made', plan: resolved.plan });
  warnUnusedAdoption(resolved.plan, adoption, context);
  refuseObstacles(resolved.plan, overrides);
  return resolved;
}

/** Whatever is still to be done must have been seen and agreed to; what others did meanwhile need not be done. */
function refuseOther(seen: Plan, now: Plan, { approval }: ApplyRequest, context: RunContext): void {
  const seenOf = new Map(seen.changes.map((change) => [change.address, change]));
  if (now.changes.every((change) => isDeepStrictEqual(change, seenOf.get(change.address)))) return;
  if (!approval.coversChanges) {
    throw new GrantryError(
      'STALE_PLAN',
      `${now.target} was changed after the plan was shown: nothing was changed now`,
      {
        hint: 'Run it again and look at what is left to do.',
      },
    );
  }
  context.emit({ kind: 'plan-changed', plan: now });
}

/** One apply under way. */
interface Applying {
  readonly target: OpenTarget;
  readonly request: ApplyRequest;
  readonly context: RunContext;
}

/** Carries the plan out, and proves what changed; without a lease there is nothing to do. */
async function finish(
  resolved: ResolvedPlan,
  lease: Lease | undefined,
  { target, request, context }: Applying,
): Promise<Outcome<ApplyReport>> {
  const { saved, proof } = request;
  const startedAt = new Date(target.ports.clock.now()).toISOString();
  const applyId = saved === undefined ? randomBytes(8).toString('hex') : applyIdOf(saved);
  const carried = await carryOutPlan(resolved, { ...target, lease, applyId }, request, context);
  const proofs = proof ? await proveAffected(resolved, carried.applied, { target, request, context }) : NO_PROOFS;
  // It must not cost the report of what was done.
  if (proofs.outage !== undefined) context.emit({ kind: 'not-proven', error: proofs.outage });
  const brokeLock = brokenLock(lease);
  const report: ApplyReport = {
    ...reportHead(target),
    startedAt,
    results: [...resolved.done.map((address) => doneBefore(address, saved)), ...carried.applied.results],
    proofs: proofs.proofs,
    interrupted: context.signal.aborted,
    ...(brokeLock === undefined ? {} : { brokeLock }),
    overriddenGuards: resolved.plan.guards.map(({ guard }) => guard),
    audit: carried.audit,
  };
  return outcomeOf(report, resolved.plan, carried, proofs);
}

const NO_PROOFS: Proofs = { proofs: [], outage: undefined };

function doneBefore(address: ChangeResult['address'], saved: SavedPlan | undefined): ChangeResult {
  const op = saved?.changes.find((change) => change.address === address)?.op ?? 'update';
  return { address, op, outcome: 'done-before', duration: 0 };
}

function outcomeOf(
  report: ApplyReport,
  { changes }: Plan,
  { applied, written }: CarriedOut,
  { proofs, outage }: Proofs,
): Outcome<ApplyReport> {
  const done = applied.results.filter(({ outcome }) => outcome === 'done');
  return {
    report,
    firstError: applied.firstError ?? outage?.code,
    written,
    complete: done.length === changes.length && !report.interrupted && proofs.every(isProven),
  };
}
