import type { Servers } from '../engine/run/open-target.ts';
import { checkEncrypted, checkHostAllowed, readAllowedHosts } from '../manifest/resolve/hosts.ts';
import { isSameKeycloakLogin, isSameVaultLogin } from '../model/same-login.ts';
import type { Endpoints } from '../model/state.ts';
import type { Target } from '../model/target.ts';
import { monotonic } from '../platform/clock.ts';
import { WriteGuard } from '../platform/write-guard.ts';
import { systemPorts } from '../platform/ports.ts';
import type { HttpPorts } from '../platform/ports.ts';
import { KeyedCache } from '../platform/keyed-cache.ts';
import { openProvider } from '../providers/open.ts';
import type { KeycloakLogins } from '../providers/open.ts';
import type { Provider } from '../providers/provider.ts';
import { openStore } from '../stores/open.ts';
import type { VaultLogins } from '../stores/vault/index.ts';
import type { CommandIo } from './context.ts';
import { Waiting } from './output/waiting.ts';

/** The logins of a run, which its targets share. */
export interface Logins {
  readonly keycloak: KeycloakLogins;
  readonly vault: VaultLogins;
}

export function makeLogins(): Logins {
  return { keycloak: new KeyedCache(isSameKeycloakLogin), vault: new KeyedCache(isSameVaultLogin) };
}

export interface OpenOptions {
  readonly logins: Logins;
  /** Watches the requests of the run. */
  readonly waiting: Waiting;
  /** How the servers are reached. */
  readonly ports: HttpPorts;
}

/** Opens the servers of a run's targets, which share logins. */
export function makeOpener(io: CommandIo): (target: Target) => Promise<Servers> {
  const options = {
    logins: makeLogins(),
    waiting: new Waiting(io.stderr, monotonic),
    ports: systemPorts(io.env),
  };
  return (target) => openTarget(target, io, options);
}

/** Connects to the servers of a target. */
export async function openTarget(
  target: Target,
  io: CommandIo,
  { logins, waiting, ports: given }: OpenOptions,
): Promise<Servers> {
  const ports = { ...waiting.watch(given), env: io.env };
  const writeGuard = new WriteGuard();
  const guarded = { ...ports, beforeSend: writeGuard.pass, onWrite: writeGuard.noteWrite };
  const [provider, store] = await Promise.all([
    openProvider(target.provider, guarded, logins.keycloak),
    openStore(target.store, guarded, logins.vault),
  ]);
  return { provider: guardEndpoints(provider, target, io), store, ports, writeGuard };
}

/** A provider names its endpoints itself; a credential goes there only if it may go to that host, and not in clear. */
function guardEndpoints(provider: Provider, { name, provider: settings }: Target, io: CommandIo): Provider {
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
