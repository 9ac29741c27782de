/** A planted tenant, a folder with a Target, and the command line in this process. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import type { Auth0Emulator } from '../../../../demo/auth0/emulator/emulator.ts';
import { objectOr } from '../../../../demo/auth0/emulator/json.ts';
import { runCommandLine } from '../../../../src/cli/command-line/program.ts';
import { COMMANDS } from '../../../../src/commands/index.ts';
import { auth0 } from '../../../../src/providers/auth0/description.ts';
import type { ProviderDescription } from '../../../../src/providers/description.ts';
import { STORES } from '../../../../src/stores/registry.ts';
import { captureIo } from '../../process/captured-io.ts';
import { fetchFrom } from '../fetch-from.ts';
import { logIn } from '../management-client.ts';
import type { ManagementClient } from '../management-client.ts';
import { startAuth0Emulator } from '../start-emulator.ts';
import type { MadeTenant } from './made-tenant.ts';
import { plantTenant } from './plant-tenant.ts';
import type { PlantedApplication } from './plant-tenant.ts';

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class TenantSite {
  readonly emulator: Auth0Emulator;
  readonly hand: ManagementClient;
  readonly applications: readonly PlantedApplication[];
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(
    emulator: Auth0Emulator,
    parts: {
      hand: ManagementClient;
      applications: readonly PlantedApplication[];
      folder: string;
      env: Readonly<Record<string, string>>;
    },
  ) {
    this.emulator = emulator;
    ({ hand: this.hand, applications: this.applications } = parts);
    this.#folder = parts.folder;
    this.#env = parts.env;
  }

  static async open(made: MadeTenant): Promise<TenantSite> {
    const emulator = await startAuth0Emulator({ domain: 'acme-test.eu.auth0.com' });
    const hand = await logIn(emulator);
    const applications = await plantTenant(hand, made);
    const folder = mkdtempSync(join(tmpdir(), 'grantry-tenant-'));
    mkdirSync(join(folder, 'manifests'));
    writeFileSync(join(folder, 'manifests/targets.yaml'), targetYaml(emulator));
    const env = { AUTH0_SECRET: emulator.clientSecret, AGE_KEY: await generateX25519Identity() };
    emulator.reset();
    return new TenantSite(emulator, { hand, applications, folder, env });
  }

  async close(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.emulator.close();
  }

  async run(...args: readonly string[]): Promise<RunResult> {
    const backends = { providers: [emulated(this.emulator)], stores: STORES };
    const { io, written } = captureIo({ env: this.#env, cwd: this.#folder, backends });
    const code = await runCommandLine(COMMANDS, args, io);
    return { code, ...written };
  }

  /** Writes manifests beside the Target. */
  declare(manifests: string): void {
    writeFileSync(join(this.#folder, 'manifests/all.yaml'), manifests);
  }

  /** All manifests, by their names. */
  files(): Record<string, string> {
    const folder = join(this.#folder, 'manifests');
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  }

  /** All that the tenant holds but for the marks of grantry. */
  unmarked(): unknown {
    const { clients, credentials, grants, resourceServers } = this.emulator.state;
    return structuredClone({
      clients: [...clients.values()].map(({ id, fields }) => ({ id, fields: withoutMarks(fields) })),
      credentials: [...credentials.values()],
      grants: grants.values(),
      resourceServers: [...resourceServers.values()],
    });
  }
}

type Fields = Parameters<typeof objectOr>[0];

function withoutMarks(fields: Fields): unknown {
  const { client_metadata: metadata, ...rest } = objectOr(fields);
  const kept = Object.entries(objectOr(metadata)).filter(([key]) => !key.startsWith('grantry_'));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

function emulated(emulator: Auth0Emulator): ProviderDescription {
  const opener = auth0.opener();
  return {
    ...auth0,
    opener: () => ({ open: (settings, ports) => opener.open(settings, { ...ports, fetch: fetchFrom(emulator) }) }),
  };
}

function targetYaml({ domain, clientId }: Auth0Emulator): string {
  const auth = { clientId, clientSecret: '${env:AUTH0_SECRET}' };
  return JSON.stringify({
    apiVersion: 'grantry/v1',
    kind: 'Target',
    metadata: { name: 'dev' },
    spec: {
      stack: 'acme',
      provider: { auth0: { domain, requestsPerSecond: 100, auth } },
      store: { file: { path: 'secrets', identity: '${env:AGE_KEY}' } },
    },
  });
}
