import type { OnTargets } from '../manifest/load.ts';
import { resolveTargets } from '../manifest/resolve.ts';
import type { Manifests } from '../manifest/types.ts';
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

/** One target whose servers need not have been asked anything yet. */
export interface TargetAtHand extends Pick<OpenTarget, 'desired' | 'show'> {
  readonly open: () => Promise<OpenTarget>;
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
  needs: TargetNeeds,
  work: (target: OpenTarget) => Promise<number>,
): Promise<number> {
  const selected = await resolveSelected(options, io, needs);
  return forEachSelected(selected, options, io, async ({ open }) => work(await open()));
}

/** The manifests, and what they ask for in the targets that were selected. */
export interface SelectedTargets {
  readonly manifests: Manifests;
  readonly states: readonly DesiredState[];
  readonly servers: EarlyTargets;
}

/** Loads the manifests and resolves them for the targets that are selected. */
export async function resolveSelected(
  options: CommandOptions,
  io: CommandIo,
  { providerAccount = true, readsAll = false, onlyOne }: TargetNeeds,
): Promise<SelectedTargets> {
  await installProxy(io.env);
  const servers = new EarlyTargets(options.target, io);
  const onTargets: OnTargets = async (targets) => {
    if (readsAll) await servers.begin(targets);
  };
  const loaded = await loadStates(options, io, providerAccount, onTargets).catch((error: unknown) => {
    servers.abandon();
    throw error;
  });
  if (onlyOne !== undefined && loaded.states.length > 1) {
    const names = loaded.states.map(({ target }) => target.name).join(', ');
    throw new GrantryError('INVALID_INPUT', `${onlyOne}, and ${loaded.states.length} are selected: ${names}`, {
      hint: 'Select one with -t. Nothing was read or changed.',
    });
  }
  return { ...loaded, servers };
}

/** Runs a command for each of these targets, as `forEachTarget` does; it opens the servers of those that need them. */
export async function forEachSelected(
  { states, servers }: SelectedTargets,
  options: CommandOptions,
  io: CommandIo,
  work: (target: TargetAtHand) => Promise<number>,
): Promise<number> {
  const [first] = states;
  if (first !== undefined && !mayMeanSeveral(options.target)) {
    return work(atHand(first, servers, (report) => io.stdout.write(report)));
  }
  const reports = new Reports(options, io);
  try {
    const codes = new Set<number>();
    for (const desired of states) codes.add(await workOn(desired, servers, reports, work));
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
): Promise<Omit<SelectedTargets, 'servers'>> {
  const manifests = await loadValidManifests(options, io, onTargets);
  return {
    manifests,
    states: resolveTargets(manifests, options.target, { env: io.env, cwd: io.cwd, providerAccount }),
  };
}

async function workOn(
  desired: DesiredState,
  servers: EarlyTargets,
  reports: Reports,
  work: (target: TargetAtHand) => Promise<number>,
): Promise<number> {
  try {
    return await work(atHand(desired, servers, (report) => reports.show(report)));
  } catch (error) {
    reports.fail(desired.target.name, error);
    if (!(error instanceof GrantryError)) throw error;
    return exitCodeOf(error.code);
  }
}

function atHand(desired: DesiredState, servers: EarlyTargets, show: OpenTarget['show']): TargetAtHand {
  return { desired, show, open: async () => ({ ...(await servers.take(desired.target)), desired, show }) };
}
