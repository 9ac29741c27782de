/** A folder of manifests, a realm and a Vault mount of its own behind counting proxies, and the built CLI that works on them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { runCli, startCli } from './cli.ts';
import type { CliOptions, CliResult, RunningCli } from './cli.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountingProxy, RecordedRequest } from '../servers/counting-proxy.ts';
import { createRealm } from '../servers/realm.ts';
import type { ServiceAccount, TestRealm } from '../servers/realm.ts';
import { takeSnapshot } from '../servers/snapshot.ts';
import { createVault } from '../servers/vault.ts';
import type { TestVault } from '../servers/vault.ts';

/** What of a Target differs from the site's own. */
export interface TargetOptions {
  readonly name?: string;
  readonly stack?: string;
  /** Keys of `provider.keycloak`. */
  readonly keycloak?: Readonly<Record<string, unknown>>;
  /** Keys of `store.vault`. */
  readonly vault?: Readonly<Record<string, unknown>>;
  readonly guards?: Readonly<Record<string, unknown>>;
  readonly rotate?: Readonly<Record<string, unknown>>;
  /** In place of Keycloak. */
  readonly provider?: Readonly<Record<string, unknown>>;
}

export class Site {
  readonly realm: TestRealm;
  readonly vault: TestVault;
  /** In front of Keycloak and of Vault; the Target names these. */
  readonly keycloak: CountingProxy;
  readonly store: CountingProxy;
  /** With the rights that docs/keycloak.md asks for. */
  readonly account: ServiceAccount;
  /** Working directory of the CLI; `manifests/` is in it. */
  readonly folder: string;
  readonly #moreEnv: Record<string, string> = {};

  private constructor(parts: Pick<Site, 'realm' | 'vault' | 'keycloak' | 'store' | 'account' | 'folder'>) {
    ({
      realm: this.realm,
      vault: this.vault,
      keycloak: this.keycloak,
      store: this.store,
      account: this.account,
      folder: this.folder,
    } = parts);
  }

  /** `settings` are those of the realm. */
  static async open(settings: Readonly<Record<string, unknown>> = {}): Promise<Site> {
    const [realm, vault] = await Promise.all([createRealm(inject('keycloak'), settings), createVault(inject('vault'))]);
    const account = await realm.serviceAccount(['manage-clients', 'manage-users', 'manage-realm']);
    const [keycloak, store] = await Promise.all([startCountingProxy(realm.url), startCountingProxy(vault.url)]);
    const folder = mkdtempSync(join(tmpdir(), 'grantry-e2e-'));
    mkdirSync(join(folder, 'manifests'));
    return new Site({ realm, vault, keycloak, store, account, folder });
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await Promise.all([this.keycloak.close(), this.store.close(), this.realm.remove(), this.vault.remove()]);
  }

  /** Replaces the manifests and the Targets: one called `dev` without `targets`. */
  declare(manifests: string, ...targets: readonly TargetOptions[]): void {
    const documents = (targets.length === 0 ? [{}] : targets).map((target) => JSON.stringify(this.target(target)));
    writeFileSync(join(this.folder, 'manifests/all.yaml'), manifests);
    writeFileSync(join(this.folder, 'manifests/targets.yaml'), documents.join('\n---\n'));
  }

  target({ name = 'dev', stack = 'acme', keycloak, vault, guards, rotate, provider }: TargetOptions): object {
    const realm = {
      url: this.keycloak.url,
      realm: this.realm.name,
      auth: { clientId: this.account.clientId, clientSecret: '${env:KEYCLOAK_SECRET}' },
      ...keycloak,
    };
    const store = {
      address: this.store.url,
      mount: this.vault.mount,
      prefix: 'm2m',
      auth: { token: '${env:VAULT_TOKEN}' },
      ...vault,
    };
    const optional = { guards, rotate };
    const spec = { stack, provider: provider ?? { keycloak: realm }, store: { vault: store }, ...optional };
    return {
      apiVersion: 'grantry/v1',
      kind: 'Target',
      metadata: { name },
      // What is undefined is left out of JSON.
      spec,
    };
  }

  run(args: string, options: CliOptions = {}): Promise<CliResult> {
    return runCli(args.split(' '), this.#options(options));
  }

  start(args: string, options: CliOptions = {}): RunningCli {
    return startCli(args.split(' '), this.#options(options));
  }

  get env(): Record<string, string> {
    return { KEYCLOAK_SECRET: this.account.clientSecret, VAULT_TOKEN: this.vault.rootToken, ...this.#moreEnv };
  }

  /** For every run from now on. */
  addEnv(more: Readonly<Record<string, string>>): void {
    Object.assign(this.#moreEnv, more);
  }

  #options(options: CliOptions): CliOptions {
    return { cwd: this.folder, ...options, env: { ...this.env, ...options.env } };
  }

  /** Everything that was written through the proxies since they were reset. */
  writes(): RecordedRequest[] {
    return [...this.keycloak.writes(), ...this.store.writes()];
  }

  /**
   * Runs the CLI and sees that neither server is another afterwards, nor did anything that changes something but the lock.
   * An apply that `begins` and then fails has noted that in the ledger.
   */
  async runInVain(args: string, options: CliOptions = {}, { begins = false } = {}): Promise<CliResult> {
    const isRecord = (name: string): boolean =>
      name.includes('/.grantry/lock/') || (begins && name.includes('/.grantry/ledger/'));
    const look = async (): Promise<[string, string][]> =>
      Object.entries(await this.snapshot()).filter(([name]) => !isRecord(name));
    const before = await look();
    const asked = this.writes().length;
    const result = await this.run(args, options);
    const done = this.writes()
      .slice(asked)
      .filter(({ upstreamStatus }) => upstreamStatus !== undefined && upstreamStatus < 300)
      .filter(({ path }) => !isRecord(path));
    expect(done).toEqual([]);
    expect(Object.fromEntries(await look())).toEqual(Object.fromEntries(before));
    return result;
  }

  /** Forgets the proxies' requests and faults. */
  reset(): void {
    this.keycloak.reset();
    this.store.reset();
  }

  /** What is there now, on both servers, one digest for each object. */
  snapshot(): Promise<Record<string, string>> {
    return takeSnapshot(this.realm, this.vault);
  }
}
