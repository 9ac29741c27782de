import { GrantryError } from '../../src/model/errors.ts';
import { startContainer, whyContainerEnded } from './docker.ts';
import type { Container } from './docker.ts';
import { keycloakVariables, randomPassword, START_COMMAND } from './keycloak-settings.ts';
import type { StartedKeycloak, StartedServer, StartedServers, StartedStore, StartSetting } from '../setting.ts';
import { waitUntilReady } from '../wait.ts';

const ROOT_TOKEN_VARIABLE = 'VAULT_DEV_ROOT_TOKEN_ID';

/** Starts Keycloak and Vault as containers, side by side. */
export async function startContainers(setting: StartSetting): Promise<StartedServers> {
  const failed = new AbortController();
  const both = stopToo(setting, failed.signal);
  const giveUp = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  // Both are waited for even when one fails: the other may have a container in the making, which must go too.
  const [keycloak, store] = await Promise.allSettled([
    startKeycloak(both).catch(giveUp),
    startVault(both).catch(giveUp),
  ]);
  if (keycloak.status === 'fulfilled' && store.status === 'fulfilled') {
    return { keycloak: keycloak.value, store: store.value };
  }
  const reasons = [keycloak, store].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  throw reasons.find((reason) => reason instanceof GrantryError) ?? reasons[0];
}

function stopToo(setting: StartSetting, signal: AbortSignal): StartSetting {
  const either = AbortSignal.any([setting.io.signal, signal]);
  return { ...setting, io: { ...setting.io, signal: either }, ports: { ...setting.ports, signal: either } };
}

/** The images that are used; each can be named in the environment. */
export function imagesOf({ io: { env } }: Pick<StartSetting, 'io'>): { keycloak: string; vault: string } {
  return {
    keycloak: env['KEYCLOAK_IMAGE'] || 'quay.io/keycloak/keycloak:26.7.4',
    vault: env['VAULT_IMAGE'] || 'hashicorp/vault:1.21',
  };
}

async function startKeycloak(setting: StartSetting): Promise<StartedKeycloak> {
  const adminPassword = randomPassword();
  const container = await startContainer(
    {
      title: 'Keycloak',
      image: imagesOf(setting).keycloak,
      port: 8080,
      command: [...START_COMMAND],
      env: {
        ...keycloakVariables(adminPassword),
      },
    },
    setting,
  );
  await waitFor('Keycloak', container, '/realms/master', [adminPassword], setting);
  const kcadm = '/opt/keycloak/bin/kcadm.sh';
  return {
    ...describe(container),
    adminPassword,
    kcadm: { command: `docker exec -e KC_CLI_PASSWORD ${container.id} ${kcadm}`, server: 'http://localhost:8080' },
  };
}

async function startVault(setting: StartSetting): Promise<StartedStore> {
  const rootToken = randomPassword();
  const container = await startContainer(
    {
      title: 'Vault',
      image: imagesOf(setting).vault,
      port: 8200,
      // Not the entry point of the official image, which puts the token into the server's arguments.
      options: ['--entrypoint', 'vault'],
      command: ['server', '-dev'],
      env: { [ROOT_TOKEN_VARIABLE]: rootToken, VAULT_DEV_LISTEN_ADDRESS: '0.0.0.0:8200' },
    },
    setting,
  );
  await waitFor('Vault', container, '/v1/sys/health', [rootToken], setting);
  const server = describe(container);
  return { kind: 'vault', ...server, rootToken, printRootToken: server.printVariable(ROOT_TOKEN_VARIABLE) };
}

async function waitFor(
  title: string,
  { id, address }: Container,
  path: string,
  hidden: readonly string[],
  { io, ports, progress }: StartSetting,
): Promise<void> {
  const begun = ports.clock.now();
  const whyNot = async (): Promise<string | undefined> => whyContainerEnded(id, io.env, hidden);
  await waitUntilReady({ title, url: `http://${address}${path}`, whyNot }, ports);
  progress.finish(title, begun);
}

function describe({ id, address }: Container): StartedServer {
  return {
    url: `http://${address}`,
    printVariable: (name) =>
      `docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' ${id} | sed -n 's/^${name}=//p'`,
    stopCommand: `docker rm -f -v ${id}`,
  };
}
