import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Lease } from '../engine/lock/lease.ts';
import { affectedClients, settleFresh, settleSaved, trustsFile } from '../engine/plan/settle-plan.ts';
import type { SettledPlan } from '../engine/plan/settle-plan.ts';
import { expectationsOf } from '../engine/proof/expectation.ts';
import type { Proofs } from '../engine/proof/prove-all.ts';
import { GrantryError, exitCodeOf } from '../model/errors.ts';
import type { GuardName, Plan } from '../model/plan.ts';
import { printable } from '../model/printable.ts';
import { isProven } from '../model/report.ts';
import type { ApplyReport, ChangeResult } from '../model/report.ts';
import type { SavedPlan } from '../model/saved-plan.ts';
import { parseAdoption } from '../engine/plan/adoption.ts';
import { readSavedPlan } from '../engine/plan/saved/read-plan.ts';
import { applyIdOf } from '../engine/plan/saved/save-plan.ts';
import { makeStyle, renderApply, renderPlan } from '../report/index.ts';
import { askForYes } from '../cli/ask.ts';
import { carryOutPlan } from '../cli/carry-out-plan.ts';
import type { CarriedOut } from '../cli/carry-out-plan.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';
import { parseOverrides, refuseObstacles, tellIdleAdoption } from '../cli/obstacles.ts';
import { proveWithProgress } from '../cli/prove-with-progress.ts';
import { forEachTarget } from '../cli/targets.ts';
import type { OpenTarget } from '../cli/targets.ts';
import { brokenLock, withTargetLock } from '../cli/with-target-lock.ts';

/** Makes each target as the manifests say, or as a saved plan says, and proves what changed. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  const overrides = parseOverrides(options.overrideGuard);
  const [file] = options.args;
  const saved = file === undefined ? undefined : readSavedPlan(readPlanFile(file, io), file);
  const needs = {
    onlyOne: file === undefined ? undefined : 'a saved plan is of one target',
    sideBySide: true,
  };
  return forEachTarget(options, io, needs, (target, io) => applyTo(target, { saved, overrides }, options, io));
}

/** Makes one target as its manifests say, or as a saved plan says. */
export async function applyTo(
  target: OpenTarget,
  { saved, overrides }: { readonly saved: SavedPlan | undefined; readonly overrides: ReadonlySet<GuardName> },
  options: CommandOptions,
  io: CommandIo,
): Promise<number> {
  if (saved !== undefined && trustsFile(target.desired)) {
    io.stderr.write('There are no manifests here to hold the plan against: what the file says of them is trusted.\n');
  }
  const settled = await settle(target, saved, overrides, options, io);
  for (const notice of settled.input.actual.notices ?? []) io.stderr.write(`${printable(notice)}\n`);
  if (settled.plan.changes.length === 0) return finish(settled, saved, { ...target, lease: undefined }, options, io);
  await confirm(settled.plan, saved, options, io);
  return withTargetLock(target, options, io, async (lease) => {
    // Until the lock was ours others may have held it, and asking takes time: what is to be done is found out again.
    const now = await settle(target, saved, overrides, options, io);
    // A saved plan was just held against the file, and only that counts.
    if (saved === undefined) refuseOther(settled.plan, now.plan, options, io);
    return finish(now, saved, { ...target, lease }, options, io);
  });
}

/** Whatever is still to be done must have been seen and agreed to; what others did meanwhile need not be done. */
function refuseOther(seen: Plan, now: Plan, options: CommandOptions, io: CommandIo): void {
  const seenOf = new Map(seen.changes.map((change) => [change.address, change]));
  if (now.changes.every((change) => isDeepStrictEqual(change, seenOf.get(change.address)))) return;
  if (!options.autoApprove) {
    throw new GrantryError(
      'STALE_PLAN',
      `${now.target} was changed after the plan was shown: nothing was changed now`,
      {
        hint: 'Run it again and look at what is left to do.',
      },
    );
  }
  io.stderr.write(`${now.target} was changed after the plan was made. Now it is:\n`);
  io.stderr.write(renderPlan(now, { format: 'text', style: makeStyle(io.stderr) }));
}

/** Carries the plan out, proves what changed, and reports. */
async function finish(
  settled: SettledPlan,
  saved: SavedPlan | undefined,
  target: OpenTarget & { readonly lease: Lease | undefined },
  options: CommandOptions,
  io: CommandIo,
): Promise<number> {
  const { plan } = settled;
  const startedAt = new Date(target.ports.clock.now()).toISOString();
  const applyId = saved === undefined ? randomBytes(8).toString('hex') : applyIdOf(saved);
  const carried = await carryOutPlan(settled, { ...target, applyId }, options, io);
  const { proofs, outage } = options.proof
    ? await proveAffected(settled, carried, target, options, io)
    : { proofs: [], outage: undefined };
  // It must not cost the report of what was done.
  if (outage !== undefined)
    io.stderr.write(`Not every client could be proven: ${outage.message}\n${outage.hint ?? ''}\n`);
  const report: ApplyReport = {
    target: plan.target,
    stack: plan.stack,
    provider: plan.provider,
    store: plan.store,
    startedAt,
    results: [...settled.done.map((address) => doneBefore(address, saved)), ...carried.applied.results],
    proofs,
    interrupted: io.signal.aborted,
    ...brokenLock(target.lease),
    overriddenGuards: plan.guards.map(({ guard }) => guard),
    audit: carried.audit,
  };
  target.show(renderApply(report, { format: options.format, style: makeStyle(io.stdout) }));
  return exitCodeFor(plan, carried, { proofs, outage }, io);
}

function readPlanFile(file: string, { cwd }: CommandIo): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new GrantryError('INVALID_INPUT', `the plan ${file} ${isMissing ? 'does not exist' : 'cannot be read'}`, {
      hint: 'Make one with: grantry plan -t TARGET --out plan.json',
    });
  }
}

/** The plan as of now; throws when something is in its way. */
async function settle(
  { desired, provider, store, show }: OpenTarget,
  saved: SavedPlan | undefined,
  overrides: ReadonlySet<GuardName>,
  options: CommandOptions,
  io: CommandIo,
): Promise<SettledPlan> {
  const ports = { provider, store };
  const adoption = parseAdoption(options.adopt);
  const settled =
    saved === undefined
      ? await settleFresh(desired, ports, { checkStore: options.checkStore, adoption })
      : await settleSaved(saved, desired, ports, adoption);
  tellIdleAdoption(settled.plan, adoption, io);
  refuseObstacles(settled.plan, overrides, { show }, options, io);
  return settled;
}

function doneBefore(address: ChangeResult['address'], saved: SavedPlan | undefined): ChangeResult {
  const op = saved?.changes.find((change) => change.address === address)?.op ?? 'update';
  return { address, op, outcome: 'done-before', duration: 0 };
}

/** Shows the plan and asks, on a terminal; elsewhere somebody must have said yes before: by the plan that he saved. */
async function confirm(
  plan: Plan,
  saved: SavedPlan | undefined,
  options: CommandOptions,
  io: CommandIo,
): Promise<void> {
  const approved = options.autoApprove || saved !== undefined;
  if (!approved && !io.stdin.isTerminal) {
    const count = plan.changes.length === 1 ? '1 change is' : `${plan.changes.length} changes are`;
    throw new GrantryError('NOT_CONFIRMED', `${count} pending in ${plan.target}, and nobody can be asked here`, {
      hint: 'Save a plan with grantry plan --out and apply that, or run apply with --auto-approve.',
    });
  }
  // Whatever guard it breaks was overridden: else the plan had been refused before.
  if (plan.guards.length > 0) {
    io.stderr.write(`Overridden for this run: guard ${plan.guards.map(({ guard }) => guard).join(', ')}.\n`);
  }
  // Whoever is asked must see what he is asked about right above.
  if (!approved) await io.stdin.turn();
  io.stderr.write(renderPlan({ ...plan, guards: [] }, { format: 'text', style: makeStyle(io.stderr) }));
  const purged = options.purgeStore ? plan.changes.filter((change) => change.op === 'delete' && change.delivered) : [];
  if (purged.length > 0) {
    const documents = purged.length === 1 ? 'The document' : 'The documents';
    io.stderr.write(`${documents} of what is deleted will be destroyed, with all versions (--purge-store).\n`);
  }
  if (approved) return;
  await askForYes(`Apply these changes to ${plan.target}?`, io);
}

/** Proves every client that changed, and those of Apis that changed: their tokens are others now. */
async function proveAffected(
  { input, desired, done }: SettledPlan,
  { applied }: CarriedOut,
  { provider, store, ports }: OpenTarget,
  options: CommandOptions,
  io: CommandIo,
): Promise<Proofs> {
  const succeeded = applied.results.filter(({ op, outcome }) => outcome === 'done' && op !== 'delete');
  const names = affectedClients([...done, ...succeeded.map(({ address }) => address)], desired);
  for (const { address, outcome } of applied.results)
    if (outcome !== 'done') names.delete(address.replace(/^Client\//, ''));
  const facts = await provider.readGrants(desired, names).catch((error: unknown) => {
    if (error instanceof GrantryError) return error;
    throw error;
  });
  if (facts instanceof GrantryError) return { proofs: [], outage: facts };
  const expectations = expectationsOf(desired, provider.capabilities, names, facts);
  return proveWithProgress(expectations, input.endpoints, { store, ports }, options, io);
}

/** 0 only where all of the plan was done, and proven. */
function exitCodeFor(
  { changes }: Plan,
  { applied, written }: CarriedOut,
  { proofs, outage }: Proofs,
  io: CommandIo,
): number {
  const error = applied.firstError ?? outage?.code;
  if (error !== undefined) return written ? 1 : exitCodeOf(error);
  const done = applied.results.filter(({ outcome }) => outcome === 'done');
  return done.length === changes.length && !io.signal.aborted && proofs.every(isProven) ? 0 : 1;
}
