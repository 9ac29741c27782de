/** A planted realm, a folder with a Target, and the command line in this process. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line/program.ts';
import { COMMANDS } from '../../../src/commands/index.ts';
import { captureIo } from '../process/captured-io.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountingProxy } from '../servers/counting-proxy.ts';
import { startOidcIssuer } from '../servers/oidc-issuer.ts';
import type { OidcIssuer } from '../servers/oidc-issuer.ts';
import { createRealm } from '../servers/realm.ts';
import type { TestRealm } from '../servers/realm.ts';
import { createVault } from '../servers/vault.ts';
import type { TestVault } from '../servers/vault.ts';
import { ISSUER_ALIAS, plantRealm } from './planted-realm.ts';
import type { PlantedClient } from './planted-realm.ts';
import type { MadeRealm } from './made-realm.ts';
import { makeProver, tokensOf } from './tokens-of.ts';
import type { Tokens } from './tokens-of.ts';

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ALL_ROLES = ['manage-clients', 'manage-users', 'manage-realm', 'view-identity-providers', 'view-events'];

export class ImportSite {
  readonly realm: TestRealm;
  /** In front of Keycloak; the Target names it. */
  readonly keycloak: CountingProxy;
  readonly clients: readonly PlantedClient[];
  readonly folder: string;
  readonly #vault: TestVault;
  readonly #issuer: OidcIssuer;
  readonly #prove: () => Promise<string>;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(parts: {
    realm: TestRealm;
    keycloak: CountingProxy;
    clients: readonly PlantedClient[];
    folder: string;
    vault: TestVault;
    issuer: OidcIssuer;
    prove: () => Promise<string>;
    env: Readonly<Record<string, string>>;
  }) {
    ({ realm: this.realm, keycloak: this.keycloak, clients: this.clients, folder: this.folder } = parts);
    this.#vault = parts.vault;
    this.#issuer = parts.issuer;
    this.#prove = parts.prove;
    this.#env = parts.env;
  }

  /** `roles`: those of the account in the Target. */
  static async open(made: MadeRealm, roles: readonly string[] = ALL_ROLES): Promise<ImportSite> {
    const [realm, vault, issuer] = await Promise.all([
      createRealm(inject('keycloak')),
      createVault(inject('vault')),
      startOidcIssuer(),
    ]);
    const account = await realm.serviceAccount(roles, 'grantry');
    const clients = await plantRealm(realm, made, issuer);
    const keycloak = await startCountingProxy(realm.url);
    const folder = mkdtempSync(join(tmpdir(), 'grantry-import-'));
    mkdirSync(join(folder, 'manifests'));
    writeFileSync(join(folder, 'manifests/targets.yaml'), targetYaml(realm, keycloak, vault));
    const env = { KEYCLOAK_SECRET: account.clientSecret, VAULT_TOKEN: vault.rootToken };
    const prove = await makeProver(realm.tokenUrl);
    return new ImportSite({ realm, keycloak, clients, folder, vault, issuer, prove, env });
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await Promise.all([this.keycloak.close(), this.#issuer.close(), this.realm.remove(), this.#vault.remove()]);
  }

  async run(...args: readonly string[]): Promise<RunResult> {
    const { io, written } = captureIo({ env: this.#env, cwd: this.folder });
    const code = await runCommandLine(COMMANDS, args, io);
    return { code, ...written };
  }

  /** Of the server itself, past the proxy: the name of the server stands in tokens. */
  tokens(): Promise<Tokens> {
    return tokensOf(this.clients, { realm: this.realm, issuer: this.#issuer, prove: this.#prove });
  }

  /** All manifests, by their names. */
  files(): Record<string, string> {
    const names = readdirSync(join(this.folder, 'manifests')).toSorted();
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(this.folder, 'manifests', name), 'utf8')]));
  }
}

function targetYaml(realm: TestRealm, keycloak: CountingProxy, vault: TestVault): string {
  return JSON.stringify({
    apiVersion: 'grantry/v1',
    kind: 'Target',
    metadata: { name: 'dev' },
    spec: {
      stack: 'acme',
      provider: {
        keycloak: {
          url: keycloak.url,
          realm: realm.name,
          auth: { clientId: 'grantry', clientSecret: '${env:KEYCLOAK_SECRET}' },
          issuers: { workloads: { alias: ISSUER_ALIAS } },
        },
      },
      store: {
        vault: {
          address: inject('vault').url,
          mount: vault.mount,
          prefix: 'm2m',
          auth: { token: '${env:VAULT_TOKEN}' },
        },
      },
    },
  });
}
