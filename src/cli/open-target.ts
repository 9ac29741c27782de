import { backendsOf } from './backends.ts';
import type { Servers, ServersApart } from '../engine/run/open-target.ts';
import { checkEncrypted } from '../manifest/resolve/hosts.ts';
import { checkHostAllowed, readAllowedHosts } from '../platform/allowed-hosts.ts';
import { ofKind } from '../model/values/of-kind.ts';
import type { Endpoints } from '../model/state.ts';
import type { BackendSettings, Target } from '../model/target.ts';
import { monotonic } from '../platform/clock.ts';
import { WriteGuard } from '../platform/write-guard.ts';
import { systemPorts } from '../platform/ports.ts';
import type { HttpPorts } from '../platform/ports.ts';
import type { ProviderOpener } from '../providers/description.ts';
import { makeProviderOpener } from '../providers/open.ts';
import type { Provider } from '../providers/provider.ts';
import type { StoreOpener } from '../stores/description.ts';
import { makeStoreOpener } from '../stores/open.ts';
import type { Store } from '../stores/store.ts';
import type { RegisteredBackends } from './backends.ts';
import type { CommandIo } from './context.ts';
import { Waiting } from './output/waiting.ts';

/** What opens the servers of a run's targets, which share logins. */
export interface Openers {
  readonly provider: ProviderOpener;
  readonly store: StoreOpener;
}

export function makeOpeners({ providers, stores }: RegisteredBackends): Openers {
  return { provider: makeProviderOpener(providers), store: makeStoreOpener(stores) };
}

export interface OpenOptions {
  readonly openers: Openers;
  /** Watches the requests of the run. */
  readonly waiting: Waiting;
  /** How the servers are reached. */
  readonly ports: HttpPorts;
}

/** Opens the servers of a run's targets, which share logins: all of a target's at once, or each for itself. */
export interface TargetOpener {
  readonly open: (target: Target) => Promise<Servers>;
  readonly openApart: (target: Target) => ServersApart;
}

export function makeOpener(io: CommandIo): TargetOpener {
  const options = {
    openers: makeOpeners(backendsOf(io)),
    waiting: new Waiting(io.stderr, monotonic),
    ports: systemPorts(io.env),
  };
  return {
    open: (target) => openTarget(target, io, options),
    openApart: (target) => openApart(target, io, options),
  };
}

/** Opens the provider of a target alone, for what has no business at its store. */
export async function openProvider(target: Target, io: CommandIo): Promise<Provider> {
  const waiting = new Waiting(io.stderr, monotonic);
  const ports = { ...waiting.watch(systemPorts(io.env)), env: io.env };
  const { provider: opener } = makeOpeners(backendsOf(io));
  return guardEndpoints(await opener.open(target.provider, ports), target, io);
}

/** Connects to the servers of a target. */
export async function openTarget(
  target: Target,
  io: CommandIo,
  { openers, waiting, ports: given }: OpenOptions,
): Promise<Servers> {
  const ports = { ...waiting.watch(given), env: io.env };
  const writeGuard = new WriteGuard();
  const guarded = { ...ports, beforeSend: writeGuard.pass, onWrite: writeGuard.noteWrite };
  const { formerStore } = target;
  const [provider, store, former] = await Promise.all([
    openers.provider.open(target.provider, guarded),
    openers.store.open(target.store, guarded),
    formerStore === undefined ? undefined : openers.store.open(formerStore, guarded),
  ]);
  const opened = { provider: guardEndpoints(provider, target, io), store, ports, writeGuard };
  return former === undefined ? opened : { ...opened, formerStore: former };
}

/** The servers of a target, to look at what is missing there: what is wrong with one of them does not matter to the others. */
function openApart(target: Target, io: CommandIo, { openers, waiting, ports: given }: OpenOptions): ServersApart {
  const ports = { ...waiting.watch(given), env: io.env };
  const { formerStore } = target;
  const openStore = (settings: BackendSettings): Promise<Store> =>
    openers.store.open(settings, ports, { forChecks: true });
  return {
    provider: async () => guardEndpoints(await openers.provider.open(target.provider, ports), target, io),
    store: () => openStore(target.store),
    ...(formerStore === undefined ? {} : { formerStore: () => openStore(formerStore) }),
  };
}

/** A provider names its endpoints itself; a credential goes there only if it may go to that host, and not in clear. */
function guardEndpoints(provider: Provider, { name, provider: settings }: Target, io: CommandIo): Provider {
  const server = ofKind(backendsOf(io).providers, settings.kind).server(settings);
  const check = (endpoints: Endpoints): Endpoints => {
    const allowed = readAllowedHosts(io.env);
    const { token, introspection } = endpoints;
    for (const [what, url] of Object.entries({ token, introspection })) {
      if (url === undefined) continue;
      checkHostAllowed(url, `the ${what} endpoint of Target ${name}`, allowed);
      checkEncrypted(url, `the ${what} endpoint of Target ${name}`, server);
    }
    return endpoints;
  };
  const endpoints = provider.endpoints.bind(provider);
  // Not a copy: a provider may be of a class.
  return Object.assign(provider, { endpoints: async () => check(await endpoints()) });
}
