import { createInterface } from 'node:readline';
import { applyPlan } from '../apply/apply-plan.ts';
import type { Applied } from '../apply/apply-plan.ts';
import { trackWrites } from '../apply/track-writes.ts';
import { expectationsOf } from '../credentials/expectation.ts';
import { proveAll } from '../credentials/prove-all.ts';
import { isKind, nameOf } from '../model/address.ts';
import type { DesiredState } from '../model/desired.ts';
import { GrantryError, exitCodeOf } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { isProven } from '../model/report.ts';
import type { ApplyReport, ClientProof } from '../model/report.ts';
import type { Endpoints } from '../model/state.ts';
import { makeStyle, renderApply, renderPlan, renderProgress } from '../report/index.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { makePlan } from './plan.ts';
import { forEachTarget } from './targets.ts';
import type { OpenTarget } from './targets.ts';

/** Makes each target as the manifests say, and proves what changed. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  return forEachTarget(options, io, (target) => applyTarget(target, options, io));
}

async function applyTarget(target: OpenTarget, options: CommandOptions, io: CommandIo): Promise<number> {
  const { plan, input } = await makePlan(target, { checkStore: options.checkStore });
  const style = makeStyle(io.stdout);
  if (plan.conflicts.length > 0) {
    io.stdout.write(renderPlan(plan, { format: options.format, style }));
    throw new GrantryError('CONFLICT', 'something is in the way: nothing was changed', {
      hint: 'Every conflict is listed above, with a way out.',
    });
  }
  if (plan.changes.length > 0) await confirm(plan, options, io);
  const startedAt = new Date(target.ports.clock.now()).toISOString();
  const { applied, writes } = await carryOutPlan(plan, target, options, io);
  const proofs = options.proof ? await proveChanged(plan, applied, target, input.endpoints, options, io) : [];
  const report: ApplyReport = {
    target: plan.target,
    stack: plan.stack,
    provider: plan.provider,
    store: plan.store,
    startedAt,
    results: applied.results,
    proofs,
    interrupted: io.signal.aborted,
  };
  io.stdout.write(renderApply(report, { format: options.format, style }));
  return exitCodeFor(applied, proofs, writes, io);
}

/** Shows the plan and asks, on a terminal; elsewhere somebody must have said yes before. */
async function confirm(plan: Plan, options: CommandOptions, io: CommandIo): Promise<void> {
  if (!options.autoApprove && !io.stdin.isTerminal) {
    throw new GrantryError(
      'NOT_CONFIRMED',
      `${count(plan.changes.length)} pending in ${plan.target}, and nobody can be asked here`,
      {
        hint: 'Look at them with grantry plan, then run apply with --auto-approve.',
      },
    );
  }
  io.stderr.write(renderPlan(plan, { format: 'text', style: makeStyle(io.stderr) }));
  if (options.autoApprove) return;
  io.stderr.write(`Apply these changes to ${plan.target}? Only yes is yes: `);
  if ((await readLine(io))?.trim() === 'yes') return;
  throw new GrantryError('NOT_CONFIRMED', 'not confirmed: nothing was changed');
}

function count(changes: number): string {
  return changes === 1 ? '1 change is' : `${changes} changes are`;
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

async function carryOutPlan(
  plan: Plan,
  { provider, store, ports }: OpenTarget,
  options: CommandOptions,
  io: CommandIo,
): Promise<{ applied: Applied; writes: number }> {
  let writes = 0;
  const tracked = trackWrites({ provider, store }, { after: () => void (writes += 1) });
  const style = makeStyle(io.stderr);
  const applied = await applyPlan(
    plan,
    { ...tracked, clock: ports.clock },
    {
      inFlight: options.parallelism,
      stopped: () => io.signal.aborted,
      onResult: (result) => io.stderr.write(`${renderProgress(result, style)}\n`),
    },
  );
  return { applied, writes };
}

/** Proves every client that changed, and those of Apis that changed: their tokens are others now. */
async function proveChanged(
  plan: Plan,
  applied: Applied,
  { desired, store, ports }: OpenTarget,
  endpoints: Endpoints,
  options: CommandOptions,
  io: CommandIo,
): Promise<ClientProof[]> {
  const names = clientsToProve(plan, applied, desired);
  return proveAll(expectationsOf(desired, names), endpoints, store, ports, {
    inFlight: options.parallelism,
    stopped: () => io.signal.aborted,
    onProof: () => undefined,
  });
}

function clientsToProve(plan: Plan, applied: Applied, desired: DesiredState): Set<string> {
  const done = new Set(applied.results.filter(({ outcome }) => outcome === 'done').map(({ address }) => address));
  const failed = new Set(applied.results.filter(({ outcome }) => outcome !== 'done').map(({ address }) => address));
  const changed = plan.changes
    .filter(({ op, address }) => op !== 'delete' && done.has(address))
    .map(({ address }) => address);
  const apis = new Set(changed.filter((address) => isKind(address, 'Api')).map(nameOf));
  const callers = desired.clients.filter(({ access }) => access.some(({ api }) => apis.has(api)));
  const clients = changed.filter((address) => isKind(address, 'Client')).map(nameOf);
  return new Set([...clients, ...callers.map(({ name }) => name)].filter((name) => !failed.has(`Client/${name}`)));
}

function exitCodeFor(applied: Applied, proofs: readonly ClientProof[], writes: number, io: CommandIo): number {
  if (applied.firstError !== undefined) return writes === 0 ? exitCodeOf(applied.firstError) : 1;
  const skipped = applied.results.some(({ outcome }) => outcome === 'skipped');
  return skipped || io.signal.aborted || !proofs.every(isProven) ? 1 : 0;
}
