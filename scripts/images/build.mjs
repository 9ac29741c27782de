// npm run images: makes sure that images of Keycloak and Vault exist, and prints their names.
import { withLock } from '../lock.mjs';
import { canInstallPackages } from '../packages.mjs';
import { main, say, ScriptError, startedDirectly, step } from '../process.mjs';
import { hasImage, pull } from './docker.mjs';
import { ensureEngine } from './engine.mjs';
import { buildKeycloak, KEYCLOAK_VERSION } from './keycloak.mjs';
import { buildVault, VAULT_VERSION } from './vault.mjs';

const KEYCLOAK = {
  title: 'Keycloak',
  setting: 'KEYCLOAK_IMAGE',
  official: `quay.io/keycloak/keycloak:${KEYCLOAK_VERSION}`,
  built: `grantry/keycloak:${KEYCLOAK_VERSION}`,
  build: buildKeycloak,
};
const VAULT = {
  title: 'Vault',
  setting: 'VAULT_IMAGE',
  official: 'hashicorp/vault:1.21',
  built: `grantry/vault:${VAULT_VERSION}`,
  build: buildVault,
};

/**
 * Names of images that exist or can be pulled: the settings, else what is on this machine, else the official images,
 * else images built from packages. An engine must answer.
 * @returns {Promise<{ keycloak: string, vault: string }>}
 */
export async function ensureImages() {
  return { keycloak: await ensureImage(KEYCLOAK), vault: await ensureImage(VAULT) };
}

async function ensureImage(server) {
  const given = process.env[server.setting];
  if (given) return given;
  return (await localImage(server)) ?? withLock('images', () => pullOrBuild(server));
}

async function localImage({ official, built }) {
  if (await hasImage(official)) return official;
  return (await hasImage(built)) ? built : undefined;
}

async function pullOrBuild(server) {
  const local = await localImage(server); // another run may have made it meanwhile
  if (local) return local;
  const reason = await step(`pull ${server.official}`, () => pull(server.official));
  if (reason === undefined) return server.official;
  say(`  it cannot be pulled: ${reason}`);
  if (!canInstallPackages()) {
    throw new ScriptError(
      `There is no image of ${server.title}: ${server.official} cannot be pulled.`,
      `Check that its registry can be reached, or name an image in ${server.setting}. As root on a machine with apt-get it is built from packages instead.`,
    );
  }
  say(`  building ${server.title} from packages instead`);
  await server.build(server.built);
  return server.built;
}

if (startedDirectly(import.meta.url)) {
  await main(async () => {
    await ensureEngine();
    const { keycloak, vault } = await ensureImages();
    process.stdout.write(`KEYCLOAK_IMAGE=${keycloak}\nVAULT_IMAGE=${vault}\n`);
  });
}
