/**
 * Global setup of the tests against real servers: one Keycloak, one Vault and one OpenBao for the whole run, started together.
 * Test files read them by `inject('keycloak')` and so on, and work in a realm and a mount of their own.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { GenericContainer, Wait } from 'testcontainers';
import type { StartedTestContainer } from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { adminClient } from './realm.ts';
import type { KeycloakServer } from './realm.ts';

export interface VaultServer {
  readonly url: string;
  readonly rootToken: string;
}

export type { ProvidedContext } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    keycloak: KeycloakServer;
    vault: VaultServer;
    openbao: VaultServer;
    /** For the few tests that need a Vault of their own: see `startVault`. */
    vaultImage: string;
    /** For its command line. */
    openbaoImage: string;
    /** For those that need a Keycloak of their own: see `startKeycloakWith`. */
    keycloakImage: string;
  }
}

/** Of a busy machine: a Keycloak puts itself together anew when it starts. */
const START_TIMEOUT_MS = 480_000;

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const images = imageNames();
  // scripts/test.mjs decides this; on its own a run stops its containers below and needs no Ryuk.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const containers: StartedTestContainer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(containers.map((container) => container.stop()));
  };
  // All are waited for even when one fails: the others may still be starting and must be stopped too.
  const [keycloak, vault, openbao] = await Promise.allSettled([
    startKeycloak(images.keycloak, containers),
    startShared('GRANTRY_TEST_VAULT', () => startVault(images.vault), containers),
    startShared('GRANTRY_TEST_OPENBAO', () => startOpenbao(images.openbao), containers),
  ]);
  if (keycloak.status === 'fulfilled' && vault.status === 'fulfilled' && openbao.status === 'fulfilled') {
    project.provide('keycloak', keycloak.value);
    project.provide('vault', vault.value);
    project.provide('openbao', openbao.value);
    project.provide('vaultImage', images.vault);
    project.provide('openbaoImage', images.openbao);
    project.provide('keycloakImage', images.keycloak);
    return stop;
  }
  await stop();
  throw new Error('the servers for the tests do not start', {
    cause: [keycloak, vault, openbao].find((server) => server.status === 'rejected')?.reason,
  });
}

function imageNames(): { keycloak: string; vault: string; openbao: string } {
  const { KEYCLOAK_IMAGE: keycloak, VAULT_IMAGE: vault, OPENBAO_IMAGE: openbao } = process.env;
  if (keycloak !== undefined && vault !== undefined && openbao !== undefined) return { keycloak, vault, openbao };
  const printed = execFileSync(process.execPath, ['scripts/images/build.mjs', 'keycloak', 'vault', 'openbao'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const name = (setting: string): string => new RegExp(`^${setting}=(.+)$`, 'm').exec(printed)?.[1] ?? '';
  return { keycloak: name('KEYCLOAK_IMAGE'), vault: name('VAULT_IMAGE'), openbao: name('OPENBAO_IMAGE') };
}

/** The label by which scripts/test.mjs finds containers that a run left behind. */
function labels(): Record<string, string> {
  return { 'grantry.test.run': process.env['GRANTRY_TEST_RUN'] ?? `${hostname()}:${process.pid}` };
}

/** A server that runs already, for quick rounds while developing: `GRANTRY_TEST_KEYCLOAK="URL USER PASSWORD"`. */
function given(variable: string): string[] | undefined {
  return process.env[variable]?.split(' ');
}

async function startKeycloak(image: string, started: StartedTestContainer[]): Promise<KeycloakServer> {
  const [givenUrl, givenUser, givenPassword] = given('GRANTRY_TEST_KEYCLOAK') ?? [];
  if (givenUrl !== undefined) {
    return prepareKeycloak({ url: givenUrl, username: givenUser ?? '', password: givenPassword ?? '' });
  }
  const features = ['--features=client-secret-rotation', '--proxy-headers=xforwarded'];
  const { server, container } = await startKeycloakWith(image, features);
  started.push(container);
  return server;
}

/** A Keycloak with these options; the caller stops its container. */
export async function startKeycloakWith(
  image: string,
  options: readonly string[],
): Promise<{ server: KeycloakServer; container: StartedTestContainer }> {
  const username = 'test-admin';
  const password = randomBytes(18).toString('base64url');
  const container = await start(
    'Keycloak',
    image,
    new GenericContainer(image)
      .withCommand(['start-dev', ...options])
      .withEnvironment({ KC_BOOTSTRAP_ADMIN_USERNAME: username, KC_BOOTSTRAP_ADMIN_PASSWORD: password })
      .withExposedPorts(8080)
      // It fetches the keys of issuers that run in a test: see oidc-issuer.ts.
      .withExtraHosts([{ host: 'host.docker.internal', ipAddress: 'host-gateway' }])
      .withWaitStrategy(Wait.forHttp('/realms/master', 8080)),
  );
  const server = { url: `http://localhost:${container.getMappedPort(8080)}`, username, password };
  return { server: await prepareKeycloak(server), container };
}

/** Tokens of its administrator live for an hour: sixty seconds, the default, would end in the middle of a test file. */
async function prepareKeycloak(server: Omit<KeycloakServer, 'version'>): Promise<KeycloakServer> {
  const admin = await adminClient(server);
  await admin.realms.update({ realm: 'master' }, { accessTokenLifespan: 3600 });
  const { systemInfo } = await admin.serverInfo.find();
  if (systemInfo?.version === undefined) throw new Error(`Keycloak ${server.url} does not say its version`);
  return { ...server, version: systemInfo.version };
}

/** A Vault or an OpenBao of its own. */
interface StartedVault {
  readonly server: VaultServer;
  readonly container: StartedTestContainer;
}

async function startShared(
  variable: string,
  startOne: () => Promise<StartedVault>,
  started: StartedTestContainer[],
): Promise<VaultServer> {
  const [givenUrl, givenToken] = given(variable) ?? [];
  if (givenUrl !== undefined) return { url: givenUrl, rootToken: givenToken ?? '' };
  const { server, container } = await startOne();
  started.push(container);
  return server;
}

/** A Vault with its data in memory; the caller stops its container. */
export function startVault(image: string): Promise<StartedVault> {
  return startInMemory('Vault', image);
}

/** The same of OpenBao. */
export function startOpenbao(image: string): Promise<StartedVault> {
  return startInMemory('OpenBao', image);
}

async function startInMemory(title: string, image: string): Promise<StartedVault> {
  const rootToken = randomBytes(18).toString('base64url');
  const container = await start(
    title,
    image,
    new GenericContainer(image)
      .withCommand(['server', '-dev', `-dev-root-token-id=${rootToken}`, '-dev-listen-address=0.0.0.0:8200'])
      .withEnvironment({ SKIP_SETCAP: 'true' })
      .withExposedPorts(8200)
      .withWaitStrategy(Wait.forHttp('/v1/sys/health', 8200)),
  );
  return { server: { url: `http://localhost:${container.getMappedPort(8200)}`, rootToken }, container };
}

/** Starts a container; when it does not come up the error carries the end of its log. */
export async function start(title: string, image: string, container: GenericContainer): Promise<StartedTestContainer> {
  const lines: string[] = [];
  try {
    return await container
      .withLabels(labels())
      .withStartupTimeout(START_TIMEOUT_MS)
      .withLogConsumer((stream) => {
        stream.on('data', (line: unknown) => {
          lines.push(String(line).trimEnd());
          if (lines.length > 20) lines.shift();
        });
      })
      .start();
  } catch (error) {
    throw new Error(`${title} (image ${image}) does not start; the end of its log:\n${lines.join('\n')}`, {
      cause: error,
    });
  }
}
