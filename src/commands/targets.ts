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

/** One target with its two servers. */
export interface OpenTarget {
  readonly desired: DesiredState;
  readonly provider: Provider;
  readonly store: Store;
  readonly ports: Ports;
  /** Stands in front of every request to the two servers. */
  readonly gate: Gate;
}

/** What of several targets' exit codes is the command's: a failure before an outage before a refusal before changes. */
const PRECEDENCE = [1, 4, 3, 2, 0];

/**
 * Runs a command for every target that was selected. A target that fails with a GrantryError is reported and the others
 * go on; the worst exit code is the command's.
 */
export async function forEachTarget(
  options: CommandOptions,
  io: CommandIo,
  work: (target: OpenTarget) => Promise<number>,
): Promise<number> {
  const manifests = loadValidManifests(options, io);
  const states = resolveTargets(manifests, options.target, { env: io.env, cwd: io.cwd });
  await installProxy(io.env);
  const codes = new Set<number>();
  for (const desired of states) codes.add(await workOn(desired, io, work, states.length > 1));
  return PRECEDENCE.find((code) => codes.has(code)) ?? 0;
}

async function workOn(
  desired: DesiredState,
  io: CommandIo,
  work: (target: OpenTarget) => Promise<number>,
  oneOfSeveral: boolean,
): Promise<number> {
  try {
    const ports = { ...systemPorts(), env: io.env };
    const gate = new Gate();
    const gated = { ...ports, beforeSend: gate.pass, onWrite: gate.noteWrite };
    const [provider, store] = await Promise.all([
      openProvider(desired.target.provider, gated),
      openStore(desired.target.store, gated),
    ]);
    return await work({ desired, provider: guardEndpoints(provider, desired, io), store, ports, gate });
  } catch (error) {
    if (!oneOfSeveral || !(error instanceof GrantryError)) throw error;
    io.stderr.write(
      `${desired.target.name}: error: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`,
    );
    return exitCodeOf(error.code);
  }
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
