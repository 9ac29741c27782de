// npm run demo: the whole story, from a fresh clone with nothing installed but Node; with --provider auth0 on an emulated tenant.
// Keycloak and Vault are containers where an engine answers. Where none does, the command itself runs Keycloak on a JDK, or says
// that it needs one of the two; only root on a Debian-like machine, which has neither, gets what is missing installed.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureImages } from './images/build.mjs';
import { engineAnswers, ensureEngine } from './images/engine.mjs';
import { canInstallPackages, ensurePrograms } from './packages.mjs';
import { checkout, main, passThrough } from './process.mjs';

await main(async () => {
  const args = process.argv.slice(2);
  await ensureDependencies();
  await build();
  const env = { ...process.env };
  if (needsServers(args) && ((await engineAnswers()) || (await madeReady()))) {
    const { keycloak, vault } = await ensureImages();
    env.KEYCLOAK_IMAGE = keycloak;
    env.VAULT_IMAGE = vault;
  }
  return passThrough(process.execPath, [join(checkout, 'dist/main.js'), 'demo', ...args], { env });
});

/** Whether the command line asks for the story on Keycloak; what is wrong with it the command itself says. */
function needsServers(args) {
  const at = args.indexOf('--provider');
  const given = args.find((arg) => arg.startsWith('--provider='))?.slice('--provider='.length);
  const provider = given ?? (at === -1 ? 'keycloak' : args[at + 1]);
  return provider === 'keycloak' && !args.includes('--help') && !args.includes('-h');
}

/** Installs what the demo lacks where that can be done; true when there is an engine now. */
async function madeReady() {
  if (!canInstallPackages()) return false;
  const { findJdk } = await import(pathToFileURL(join(checkout, 'dist/demo/kit.js')).href);
  if (findJdk(process.env) === undefined) {
    await ensureEngine();
    return true;
  }
  if (process.env.KEYCLOAK_HOME === undefined) await ensurePrograms(['mvn'], 'to fetch the Keycloak distribution');
  return false;
}
