// A real Keycloak and a real Vault: those given by BENCH_KEYCLOAK="URL USER PASSWORD" and BENCH_VAULT="URL TOKEN",
// where what was seeded stays for the next run, or throw-away containers.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { ensureImages } from '../../scripts/images/build.mjs';
import { ensureEngine } from '../../scripts/images/engine.mjs';
import { ScriptError, step } from '../../scripts/process.mjs';

const START_TIMEOUT_MS = 240_000;

/** By default 10,000 entries, which ten thousand clients overflow: then nothing is ever warm, for nobody. */
const CACHE = '--cache-embedded-realms-max-count=100000';

/**
 * @typedef {{ url: string, username: string, password: string }} Keycloak
 * @typedef {{ url: string, token: string }} Vault
 * @returns {Promise<{ keycloak: Keycloak, vault: Vault, close: () => Promise<void> }>}
 */
export async function openServers() {
  const { BENCH_KEYCLOAK: keycloak, BENCH_VAULT: vault } = process.env;
  if (keycloak === undefined && vault === undefined) return startServers();
  const [url, username, password] = (keycloak ?? '').split(' ');
  const [vaultUrl, token] = (vault ?? '').split(' ');
  if (!url || !username || !password || !vaultUrl || !token) {
    throw new ScriptError(
      'Of the servers for the benchmark only some are given.',
      'Set both BENCH_KEYCLOAK="URL USER PASSWORD" and BENCH_VAULT="URL TOKEN", or neither.',
    );
  }
  return { keycloak: { url, username, password }, vault: { url: vaultUrl, token }, close: async () => undefined };
}

async function startServers() {
  await ensureEngine();
  const images = await ensureImages();
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  const { GenericContainer, Wait } = await import('testcontainers');
  const [username, password, token] = ['bench-admin', newPassword(), newPassword()];
  const started = [];
  const close = async () => void (await Promise.all(started.map((container) => container.stop())));
  const start = async (container) =>
    started.push(await container.withLabels(labels()).withStartupTimeout(START_TIMEOUT_MS).start());
  const keycloak = new GenericContainer(images.keycloak)
    .withCommand(['start-dev', '--features=client-secret-rotation', CACHE])
    .withEnvironment({ KC_BOOTSTRAP_ADMIN_USERNAME: username, KC_BOOTSTRAP_ADMIN_PASSWORD: password })
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp('/realms/master', 8080));
  const vault = new GenericContainer(images.vault)
    .withCommand(['server', '-dev', `-dev-root-token-id=${token}`, '-dev-listen-address=0.0.0.0:8200'])
    .withEnvironment({ SKIP_SETCAP: 'true' })
    .withExposedPorts(8200)
    .withWaitStrategy(Wait.forHttp('/v1/sys/health', 8200));
  closeWhenInterrupted(close);
  try {
    await step('start Keycloak', () => start(keycloak));
    await step('start Vault', () => start(vault));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    keycloak: { url: urlOf(started[0], 8080), username, password },
    vault: { url: urlOf(started[1], 8200), token },
    close,
  };
}

function urlOf(container, port) {
  return `http://localhost:${container.getMappedPort(port)}`;
}

function newPassword() {
  return randomBytes(18).toString('base64url');
}

/** The label by which scripts/test.mjs finds containers that a run left behind. */
function labels() {
  return { 'grantry.test.run': `${hostname()}:${process.pid}` };
}

function closeWhenInterrupted(close) {
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.once(signal, () => {
      close().finally(() => process.exit(code));
    });
  }
}
