import { resolveTargets } from '../manifest/resolve.ts';
import { checkEncrypted, checkHostAllowed, readAllowedHosts } from '../manifest/hosts.ts';
import { GrantryError, exitCodeOf } from '../model/errors.ts';
import type { DesiredState } from '../model/desired.ts';
import type { Endpoints } from '../model/state.ts';
import { Gate } from '../platform/gate.ts';
import { installProxy } from '../platform/proxy.ts';
import { systemPorts } from '../platform/ports.ts';
import type { Ports } from '../platform/ports.ts';
import { openProvider } from '../providers/open.ts';
import type { Provider } from '../providers/provider.ts';
import { openStore } from '../stores/open.ts';
import type { Store } from '../stores/store.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { loadValidManifests } from './load-valid.ts';
import { Reports, mayMeanSeveral } from './reports.ts';

/** One target with its two servers. */
export interface OpenTarget {
  readonly desired: DesiredState;
  readonly provider: Provider;
  readonly store: Store;
  readonly ports: Ports;
  /** Stands in front of every request to the two servers. */
  readonly gate: Gate;
  /** Writes the target's report, as it was rendered. */
  readonly show: (report: string) => void;
}

/** What of several targets' exit codes is the command's: a failure before an outage before a refusal before changes. */
const PRECEDENCE = [1, 4, 3, 2, 0];

/** What a command asks of its targets. */
export interface TargetNeeds {
  /** False: grantry's own account at the provider is not used. */
  readonly providerAccount?: boolean;
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
  { providerAccount = true, onlyOne }: TargetNeeds,
  work: (target: OpenTarget) => Promise<number>,
): Promise<number> {
  const manifests = loadValidManifests(options, io);
  const states = resolveTargets(manifests, options.target, { env: io.env, cwd: io.cwd, providerAccount });
  if (onlyOne !== undefined && states.length > 1) {
    const names = states.map(({ target }) => target.name).join(', ');
    throw new GrantryError('INVALID_INPUT', `${onlyOne}, and ${states.length} are selected: ${names}`, {
      hint: 'Select one with -t. Nothing was read or changed.',
    });
  }
  await installProxy(io.env);
  const [first] = states;
  if (first !== undefined && !mayMeanSeveral(options.target)) {
    return work(await open(first, io, (report) => io.stdout.write(report)));
  }
  const reports = new Reports(options, io);
  try {
    const codes = new Set<number>();
    for (const desired of states) codes.add(await workOn(desired, io, reports, work));
    return PRECEDENCE.find((code) => codes.has(code)) ?? 0;
  } finally {
    reports.end();
  }
}

async function workOn(
  desired: DesiredState,
  io: CommandIo,
  reports: Reports,
  work: (target: OpenTarget) => Promise<number>,
): Promise<number> {
  try {
    return await work(await open(desired, io, (report) => reports.show(report)));
  } catch (error) {
    reports.fail(desired.target.name, error);
    if (!(error instanceof GrantryError)) throw error;
    return exitCodeOf(error.code);
  }
}

async function open(desired: DesiredState, io: CommandIo, show: OpenTarget['show']): Promise<OpenTarget> {
  const ports = { ...systemPorts(), env: io.env };
  const gate = new Gate();
  const gated = { ...ports, beforeSend: gate.pass, onWrite: gate.noteWrite };
  const [provider, store] = await Promise.all([
    openProvider(desired.target.provider, gated),
    openStore(desired.target.store, gated),
  ]);
  return { desired, provider: guardEndpoints(provider, desired, io), store, ports, gate, show };
}

/** A provider names its endpoints itself; a credential goes there only if it may go to that host, and not in clear. */
function guardEndpoints(provider: Provider, desired: DesiredState, io: CommandIo): Provider {
  const { name, provider: settings } = desired.target;
  const serverUrl = settings.kind === 'keycloak' ? settings.url : `https://${settings.domain}`;
  const check = (endpoints: Endpoints): Endpoints => {
    const allowed = readAllowedHosts(io.env);
    const { token, introspection } = endpoints;
    for (const [what, url] of Object.entries({ token, introspection })) {
      if (url === undefined) continue;
      checkHostAllowed(url, `the ${what} endpoint of Target ${name}`, allowed);
      checkEncrypted(url, `the ${what} endpoint of Target ${name}`, serverUrl);
    }
    return endpoints;
  };
  return { ...provider, endpoints: async () => check(await provider.endpoints()) };
}
