import type { OnTargets } from '../manifest/load.ts';
import { resolveTargets } from '../manifest/resolve.ts';
import { GrantryError, exitCodeOf } from '../model/errors.ts';
import type { DesiredState } from '../model/desired.ts';
import { installProxy } from '../platform/proxy.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { EarlyTargets } from './early-targets.ts';
import { loadValidManifests } from './load-valid.ts';
import type { Servers } from './open-target.ts';
import { Reports, mayMeanSeveral } from './reports.ts';

/** One target with its two servers. */
export interface OpenTarget extends Servers {
  readonly desired: DesiredState;
  /** Writes the target's report, as it was rendered. */
  readonly show: (report: string) => void;
}

/** What of several targets' exit codes is the command's: a failure before an outage before a refusal before changes. */
const PRECEDENCE = [1, 4, 3, 2, 0];

/** What a command asks of its targets. */
export interface TargetNeeds {
  /** False: grantry's own account at the provider is not used. */
  readonly providerAccount?: boolean;
  /** Everything at the provider is going to be read, without secrets. */
  readonly readsAll?: boolean;
  /** Why there may be no more than one target; undefined where there may be. */
  readonly onlyOne?: string | undefined;
}

/**
 * Runs a command for every target that was selected. Where several may be, one that fails with a GrantryError is
 * reported and the others go on; the worst exit code is the command's.
 */
export async function forEachTarget(
  options: CommandOptions,
  io: CommandIo,
  { providerAccount = true, readsAll = false, onlyOne }: TargetNeeds,
  work: (target: OpenTarget) => Promise<number>,
): Promise<number> {
  await installProxy(io.env);
  const early = new EarlyTargets(options.target, io);
  const onTargets: OnTargets = async (targets) => {
    if (readsAll) await early.begin(targets);
  };
  const states = await loadStates(options, io, providerAccount, onTargets).catch((error: unknown) => {
    early.abandon();
    throw error;
  });
  if (onlyOne !== undefined && states.length > 1) {
    const names = states.map(({ target }) => target.name).join(', ');
    throw new GrantryError('INVALID_INPUT', `${onlyOne}, and ${states.length} are selected: ${names}`, {
      hint: 'Select one with -t. Nothing was read or changed.',
    });
  }
  const [first] = states;
  if (first !== undefined && !mayMeanSeveral(options.target)) {
    return work({ ...(await early.take(first.target)), desired: first, show: (report) => io.stdout.write(report) });
  }
  const reports = new Reports(options, io);
  try {
    const codes = new Set<number>();
    for (const desired of states) codes.add(await workOn(desired, early, reports, work));
    return PRECEDENCE.find((code) => codes.has(code)) ?? 0;
  } finally {
    reports.end();
  }
}

async function loadStates(
  options: CommandOptions,
  io: CommandIo,
  providerAccount: boolean,
  onTargets: OnTargets,
): Promise<DesiredState[]> {
  const manifests = await loadValidManifests(options, io, onTargets);
  return resolveTargets(manifests, options.target, { env: io.env, cwd: io.cwd, providerAccount });
}

async function workOn(
  desired: DesiredState,
  early: EarlyTargets,
  reports: Reports,
  work: (target: OpenTarget) => Promise<number>,
): Promise<number> {
  try {
    return await work({ ...(await early.take(desired.target)), desired, show: (report) => reports.show(report) });
  } catch (error) {
    reports.fail(desired.target.name, error);
    if (!(error instanceof GrantryError)) throw error;
    return exitCodeOf(error.code);
  }
}
