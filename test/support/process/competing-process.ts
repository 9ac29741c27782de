/** A run of the built CLI with proxies of its own before Keycloak and Vault, so that it is known who wrote what, and when. */
import type { CliOptions, RunningCli } from './cli.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountingProxy, RecordedRequest } from '../servers/counting-proxy.ts';
import type { Site, TargetOptions } from './site.ts';

export class CompetingProcess {
  readonly name: string;
  readonly keycloak: CountingProxy;
  readonly vault: CountingProxy;
  readonly #site: Site;

  private constructor(name: string, site: Site, keycloak: CountingProxy, vault: CountingProxy) {
    this.name = name;
    this.#site = site;
    this.keycloak = keycloak;
    this.vault = vault;
  }

  static async join(site: Site, name: string): Promise<CompetingProcess> {
    const [keycloak, vault] = await Promise.all([
      startCountingProxy(site.realm.url),
      startCountingProxy(site.vault.url),
    ]);
    return new CompetingProcess(name, site, keycloak, vault);
  }

  async close(): Promise<void> {
    await Promise.all([this.keycloak.close(), this.vault.close()]);
  }

  /** The same realm, mount and stack as every process's, through its own proxies. */
  get target(): TargetOptions {
    return {
      name: this.name,
      keycloak: { url: this.keycloak.url },
      vault: { address: this.vault.url },
      guards: { maxDeletes: 999, maxDeletePercent: 100 },
    };
  }

  /** Forgets what was recorded; from now on every write to Keycloak takes so long at least. */
  reset(delayMs: number): void {
    this.keycloak.reset();
    this.vault.reset();
    this.keycloak.inject({ match: isKeycloakWrite, times: 9999, fault: { kind: 'delay', ms: delayMs } });
  }

  /** Its run of CI goes by its name. */
  apply(flags = '', options: CliOptions = {}): RunningCli {
    const ci = { GITHUB_ACTOR: this.name, GITHUB_SERVER_URL: 'https://ci.test', GITHUB_REPOSITORY: 'acme/access' };
    const env = { ...ci, GITHUB_RUN_ID: `run-of-${this.name}`, ...options.env };
    const args = `apply -t ${this.name} --auto-approve --parallelism 2 ${flags}`.trim();
    return this.#site.start(args, { ...options, env });
  }

  /** Its writes to either server, without those of the lock itself, as they came. */
  writes(): RecordedRequest[] {
    return [...this.keycloak.writes(), ...this.vault.writes()]
      .filter(({ path }) => !isLock(path))
      .toSorted((a, b) => a.receivedAt - b.receivedAt);
  }

  /** Its writes of the lock that Vault took. */
  lockWrites(): RecordedRequest[] {
    return this.vault.writes().filter(({ path, status }) => isLock(path) && path.includes('/data/') && status === 200);
  }
}

function isLock(path: string): boolean {
  return path.includes('/.grantry/lock/');
}

/**
 * Who wrote, in order: `[ann, ben]` when all writes of the one were answered before the first of the other came. A name
 * that occurs twice is an interleaving.
 */
export function turnsOf(processes: readonly CompetingProcess[]): string[] {
  const moments = processes
    .flatMap((process) => process.writes().map((write) => ({ name: process.name, write })))
    .flatMap(({ name, write }) => [
      { name, at: write.receivedAt },
      { name, at: write.answeredAt ?? write.receivedAt },
    ])
    .toSorted((a, b) => a.at - b.at);
  return moments.map(({ name }) => name).filter((name, at, names) => name !== names[at - 1]);
}

function isKeycloakWrite({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method !== 'GET' && path.startsWith('/admin/');
}
