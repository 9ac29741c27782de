import { backendsOf } from './backends.ts';
import pLimit from 'p-limit';
import { resolveTargets } from '../manifest/resolve/resolve.ts';
import type { Manifests } from '../manifest/manifests.ts';
import { GrantryError, exitCodeOf } from '../model/errors.ts';
import { today } from './today.ts';
import type { DesiredState } from '../model/desired.ts';
import type { OpenTarget, SelectedTarget } from '../engine/run/open-target.ts';
import type { FormatOptions, TargetOptions } from './command-line/options.ts';
import type { CommandIo } from './context.ts';
import { loadValidManifests } from './load-valid.ts';
import { makeOpener } from './open-target.ts';
import type { TargetOpener } from './open-target.ts';
import { describeProvider } from '../providers/open.ts';
import { describeStore } from '../stores/open.ts';
import { OrderedOutput } from './output/ordered-output.ts';
import { Reports, mayMeanSeveral } from './output/reports.ts';
import { SerialByKey } from './output/serial-by-key.ts';
import { withLane } from './output/with-lane.ts';

/** What of several targets' exit codes is the command's: a failure before an outage before a refusal before changes. */
const PRECEDENCE = [1, 4, 3, 2, 0];

/** What a command asks of its targets. */
export interface TargetNeeds {
  /** `optional`: grantry's own account at the provider is used if the environment has what it takes. */
  readonly providerAccount?: 'required' | 'optional';
  /** `unused`: the store is never opened, and what it takes need not be in the environment. */
  readonly store?: 'required' | 'unused';
  /** Why there may be no more than one target; undefined where there may be. */
  readonly onlyOne?: string | undefined;
}

/** Targets that are worked on at the same time. More would only wait for each other: they have few servers, or one. */
const TARGETS_AT_A_TIME = 4;

/**
 * Runs a command for every target that was selected. Where several may be, one that fails with a GrantryError is
 * reported and the others go on; the worst exit code is the command's. `work` writes and asks by the io that it is given only:
 * several targets are worked on at the same time.
 */
export async function forEachTarget(
  options: TargetOptions & FormatOptions,
  io: CommandIo,
  needs: TargetNeeds,
  work: (target: OpenTarget, io: CommandIo) => Promise<number>,
): Promise<number> {
  const selected = await resolveSelected(options, io, needs);
  return forEachSelected(selected, options, io, async ({ open }, ownIo) => work(await open(), ownIo));
}

/** The manifests, and what they ask for in the targets that were selected. */
export interface SelectedTargets {
  readonly manifests: Manifests;
  readonly states: readonly DesiredState[];
  readonly opener: TargetOpener;
}

/** Loads the manifests and resolves them for the targets that are selected. */
export async function resolveSelected(
  options: TargetOptions & FormatOptions,
  io: CommandIo,
  { providerAccount = 'required', store = 'required', onlyOne }: TargetNeeds,
): Promise<SelectedTargets> {
  const manifests = loadValidManifests(options, io);
  const states = resolveTargets(manifests, options.target, {
    env: io.env,
    cwd: io.cwd,
    providerAccount,
    store,
    today: today(),
  });
  if (onlyOne !== undefined && states.length > 1) {
    const names = states.map(({ target }) => target.name).join(', ');
    throw new GrantryError('INVALID_INPUT', `${onlyOne}, and ${states.length} are selected: ${names}`, {
      hint: 'Select one with -t. Nothing was read or changed.',
    });
  }
  return { manifests, states, opener: makeOpener(io) };
}

/**
 * Runs a command for each of these targets, as `forEachTarget` does; it opens the servers of those that need them. What
 * they write is kept apart and in the order of their names; each text on standard output is a whole report.
 */
export async function forEachSelected(
  { states, opener }: SelectedTargets,
  options: TargetOptions & FormatOptions,
  io: CommandIo,
  work: (target: SelectedTarget, io: CommandIo) => Promise<number>,
): Promise<number> {
  const [first] = states;
  if (first !== undefined && !mayMeanSeveral(options.target)) return work(closedTarget(first, opener, io), io);
  const reports = new Reports(options, io);
  const output = new OrderedOutput(states.length);
  const limit = pLimit(TARGETS_AT_A_TIME);
  // Those who share a lock must not find it held by one of us.
  const serial = new SerialByKey();
  const endings = await Promise.allSettled(
    states.map((desired, index) =>
      limit(async () => {
        const lane = output.lane(index);
        const target = closedTarget(desired, opener, io);
        const run = (): Promise<number> => work(target, withLane(io, reports, lane));
        const fail = (error: unknown): void => lane.write(() => reports.fail(desired.target.name, error));
        return serial.run(lockPlace(target), () => codeOf(run, fail)).finally(() => output.end(index));
      }),
    ),
  );
  const codes = endings.map((ending) => (ending.status === 'fulfilled' ? ending.value : 1));
  reports.end(states.map(({ target }, index) => ({ target: target.name, exitCode: codes[index] ?? 1 })));
  // A bug in one must not cost the others the end of what they had begun.
  const bug = endings.find((ending) => ending.status === 'rejected');
  if (bug !== undefined) throw bug.reason;
  return PRECEDENCE.find((code) => codes.includes(code)) ?? 0;
}

function lockPlace({ names, desired: { target } }: SelectedTarget): string {
  return JSON.stringify([names.store, target.stack]);
}

/** The exit code for one of several targets; `fail` hears of what is thrown. */
async function codeOf(run: () => Promise<number>, fail: (error: unknown) => void): Promise<number> {
  try {
    return await run();
  } catch (error) {
    fail(error);
    if (!(error instanceof GrantryError)) throw error;
    return exitCodeOf(error.code);
  }
}

function closedTarget(desired: DesiredState, opener: TargetOpener, io: CommandIo): SelectedTarget {
  const { provider, store, formerStore } = desired.target;
  const backends = backendsOf(io);
  const names = {
    provider: describeProvider(backends.providers, provider),
    store: describeStore(backends.stores, store),
    ...(formerStore === undefined ? {} : { formerStore: describeStore(backends.stores, formerStore) }),
  };
  return {
    desired,
    names,
    open: async () => ({ ...(await opener.open(desired.target)), desired }),
    openApart: () => opener.openApart(desired.target),
  };
}
