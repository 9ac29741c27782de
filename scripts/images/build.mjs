// npm run images [NAME…]: makes sure that images of these servers exist, and prints their names. Without a name: of Keycloak
// and Vault.
import { withLock } from '../lock.mjs';
import { canInstallPackages } from '../packages.mjs';
import { main, say, ScriptError, startedDirectly, step } from '../process.mjs';
import { hasImage, pull } from './docker.mjs';
import { ensureEngine } from './engine.mjs';
import { buildKeycloak, NEWEST_KEYCLOAK } from './keycloak.mjs';
import { buildKubernetes, KUBERNETES_VERSION } from './kubernetes.mjs';
import { buildOpenbao, OPENBAO_VERSION } from './openbao.mjs';
import { buildVault, VAULT_VERSION } from './vault.mjs';

const KEYCLOAK = { ...keycloakOf(NEWEST_KEYCLOAK), title: 'Keycloak', setting: 'KEYCLOAK_IMAGE' };
const VAULT = {
  title: 'Vault',
  setting: 'VAULT_IMAGE',
  official: 'hashicorp/vault:1.21',
  built: `grantry/vault:${VAULT_VERSION}`,
  build: buildVault,
};
const KUBERNETES = {
  title: 'Kubernetes',
  setting: 'KUBERNETES_IMAGE',
  built: `grantry/kubernetes:${KUBERNETES_VERSION}`,
  build: buildKubernetes,
};
const OPENBAO = {
  title: 'OpenBao',
  setting: 'OPENBAO_IMAGE',
  official: `openbao/openbao:${OPENBAO_VERSION}`,
  built: `grantry/openbao:${OPENBAO_VERSION}`,
  build: buildOpenbao,
};
const SERVERS = { keycloak: KEYCLOAK, vault: VAULT, openbao: OPENBAO, kubernetes: KUBERNETES };
const USUAL = ['keycloak', 'vault'];

/**
 * Names of images that exist or can be pulled: the settings, else what is on this machine, else the official images,
 * else images built from packages. An engine must answer.
 * @param {(keyof typeof SERVERS)[]} names
 * @returns {Promise<Record<keyof typeof SERVERS, string>>} of those that were named
 */
export async function ensureImages(names = USUAL) {
  const images = {};
  for (const name of names) images[name] = await ensureImage(SERVERS[name]);
  return images;
}

/** The same of one version of Keycloak, whatever KEYCLOAK_IMAGE says. */
export function ensureKeycloak(version) {
  return ensureImage(keycloakOf(version));
}

function keycloakOf(version) {
  return {
    title: `Keycloak ${version}`,
    official: `quay.io/keycloak/keycloak:${version}`,
    built: `grantry/keycloak:${version}`,
    build: (name) => buildKeycloak(name, version),
  };
}

async function ensureImage(server) {
  const given = server.setting && process.env[server.setting];
  if (given) return given;
  return (await localImage(server)) ?? withLock('images', () => pullOrBuild(server));
}

async function localImage({ official, built }) {
  if (official !== undefined && (await hasImage(official))) return official;
  return (await hasImage(built)) ? built : undefined;
}

async function pullOrBuild(server) {
  const local = await localImage(server); // another run may have made it meanwhile
  if (local) return local;
  const reason = server.official === undefined ? undefined : await pullOfficial(server.official);
  if (server.official !== undefined && reason === undefined) return server.official;
  if (!canInstallPackages()) {
    const why = reason === undefined ? 'there is no official one' : `${server.official} cannot be pulled`;
    throw new ScriptError(
      `There is no image of ${server.title}: ${why}.`,
      `Check that its registry can be reached${server.setting ? `, or name an image in ${server.setting}` : ''}. As root on a machine with apt-get it is built from packages instead.`,
    );
  }
  say(`  building ${server.title} from packages instead`);
  await server.build(server.built);
  return server.built;
}

/** Why it cannot be pulled; undefined: it was. */
async function pullOfficial(official) {
  const reason = await step(`pull ${official}`, () => pull(official));
  if (reason !== undefined) say(`  it cannot be pulled: ${reason}`);
  return reason;
}

if (startedDirectly(import.meta.url)) {
  await main(async () => {
    await ensureEngine();
    const named = process.argv.slice(2);
    const unknown = named.find((name) => !Object.hasOwn(SERVERS, name));
    if (unknown !== undefined) {
      throw new ScriptError(`There is no image of ${unknown}.`, `There are: ${Object.keys(SERVERS).join(', ')}.`);
    }
    const images = await ensureImages(named.length === 0 ? USUAL : named);
    for (const [name, image] of Object.entries(images)) process.stdout.write(`${SERVERS[name].setting}=${image}\n`);
  });
}
