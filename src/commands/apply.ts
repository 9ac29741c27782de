import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { affectedClients, settleFresh, settleSaved, trustsFile } from '../apply/settle-plan.ts';
import type { SettledPlan } from '../apply/settle-plan.ts';
import { expectationsOf } from '../credentials/expectation.ts';
import { proveAll } from '../credentials/prove-all.ts';
import { GrantryError, exitCodeOf } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { isProven } from '../model/report.ts';
import type { ApplyReport, ChangeResult, ClientProof } from '../model/report.ts';
import type { SavedPlan } from '../model/saved-plan.ts';
import { parseAdoption } from '../plan/adoption.ts';
import { readSavedPlan } from '../plan/read-plan.ts';
import { makeStyle, renderApply, renderPlan } from '../report/index.ts';
import { carryOutPlan } from './carry-out-plan.ts';
import type { CarriedOut } from './carry-out-plan.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { parseOverrides, refuseObstacles } from './obstacles.ts';
import { forEachTarget } from './targets.ts';
import type { OpenTarget } from './targets.ts';

/** Makes each target as the manifests say, or as a saved plan says, and proves what changed. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  const overrides = parseOverrides(options.overrideGuard);
  const [file] = options.args;
  const saved = file === undefined ? undefined : readSavedPlan(readPlanFile(file, io), file);
  return forEachTarget(options, io, async (target) => {
    const settled = await settle(target, saved, options, io);
    const { plan } = settled;
    if (saved === undefined) refuseObstacles(plan, overrides, options, io);
    else refuseObstacles({ ...plan, conflicts: [...plan.conflicts, ...saved.conflicts] }, overrides, options, io);
    if (plan.changes.length > 0) await confirm(plan, saved, options, io);
    const startedAt = new Date(target.ports.clock.now()).toISOString();
    const carried = await carryOutPlan(settled, target, options, io);
    const proofs = options.proof ? await proveAffected(settled, carried, target, options, io) : [];
    const report: ApplyReport = {
      target: plan.target,
      stack: plan.stack,
      provider: plan.provider,
      store: plan.store,
      startedAt,
      results: [...settled.done.map((address) => doneBefore(address, saved)), ...carried.applied.results],
      proofs,
      interrupted: io.signal.aborted,
      overriddenGuards: plan.guards.map(({ guard }) => guard),
      audit: carried.audit,
    };
    io.stdout.write(renderApply(report, { format: options.format, style: makeStyle(io.stdout) }));
    return exitCodeFor(carried, proofs, io);
  });
}

function readPlanFile(file: string, { cwd }: CommandIo): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch {
    throw new GrantryError('INVALID_INPUT', `the plan ${file} cannot be read`, {
      hint: 'Make one with: grantry plan -t TARGET --out plan.json',
    });
  }
}

async function settle(
  { desired, provider, store }: OpenTarget,
  saved: SavedPlan | undefined,
  options: CommandOptions,
  io: CommandIo,
): Promise<SettledPlan> {
  const ports = { provider, store };
  if (saved === undefined) {
    return settleFresh(desired, ports, { checkStore: options.checkStore, adoption: parseAdoption(options.adopt) });
  }
  if (trustsFile(desired)) {
    io.stderr.write('There are no manifests here to hold the plan against: what the file says is trusted.\n');
  }
  return settleSaved(saved, desired, ports);
}

function doneBefore(address: ChangeResult['address'], saved: SavedPlan | undefined): ChangeResult {
  const op = saved?.changes.find((change) => change.address === address)?.op ?? 'update';
  return { address, op, outcome: 'done', reason: 'was done before', duration: 0 };
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
  io.stderr.write(renderPlan(plan, { format: 'text', style: makeStyle(io.stderr) }));
  if (approved) return;
  io.stderr.write(`Apply these changes to ${plan.target}? Only yes is yes: `);
  if ((await readLine(io))?.trim() === 'yes') return;
  throw new GrantryError('NOT_CONFIRMED', 'not confirmed: nothing was changed');
}

/** One line of the terminal; undefined when it ends, or when the user stops the command. */
async function readLine({ stdin, signal }: CommandIo): Promise<string | undefined> {
  const lines = createInterface({ input: stdin.stream, signal });
  try {
    for await (const line of lines) return line;
    return undefined;
  } catch {
    return undefined;
  } finally {
    lines.close();
  }
}

/** Proves every client that changed, and those of Apis that changed: their tokens are others now. */
async function proveAffected(
  { input, desired, done }: SettledPlan,
  { applied }: CarriedOut,
  { store, ports }: OpenTarget,
  options: CommandOptions,
  io: CommandIo,
): Promise<ClientProof[]> {
  const succeeded = applied.results.filter(({ op, outcome }) => outcome === 'done' && op !== 'delete');
  const names = affectedClients([...done, ...succeeded.map(({ address }) => address)], desired);
  for (const { address, outcome } of applied.results)
    if (outcome !== 'done') names.delete(address.replace(/^Client\//, ''));
  return proveAll(expectationsOf(desired, names), input.endpoints, store, ports, {
    inFlight: options.parallelism,
    stopped: () => io.signal.aborted,
    onProof: () => undefined,
  });
}

function exitCodeFor({ applied, writes }: CarriedOut, proofs: readonly ClientProof[], io: CommandIo): number {
  if (applied.firstError !== undefined) return writes === 0 ? exitCodeOf(applied.firstError) : 1;
  const skipped = applied.results.some(({ outcome }) => outcome === 'skipped');
  return skipped || io.signal.aborted || !proofs.every(isProven) ? 1 : 0;
}
