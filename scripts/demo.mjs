// npm run demo: the whole story, from a fresh clone with nothing installed but Node; with --provider auth0 on an emulated tenant.
// The servers are containers where an engine answers. Where none does, the command itself runs Keycloak on a JDK, or says
// that it needs one of the two; only root on a Debian-like machine, which has neither, gets what is missing installed.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { demoAuth0, takeProvider } from './demo-auth0.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureImages } from './images/build.mjs';
import { engineAnswers, ensureEngine } from './images/engine.mjs';
import { canInstallPackages, ensurePrograms } from './packages.mjs';
import { checkout, main, passThrough } from './process.mjs';

await main(async () => {
  const { provider, rest } = takeProvider(process.argv.slice(2));
  await ensureDependencies();
  await build();
  if (provider === 'auth0') return demoAuth0();
  const env = { ...process.env };
  if ((await engineAnswers()) || (await madeReady())) {
    const { keycloak, vault } = await ensureImages();
    env.KEYCLOAK_IMAGE = keycloak;
    env.VAULT_IMAGE = vault;
  }
  return passThrough(process.execPath, [join(checkout, 'dist/main.js'), 'demo', ...rest], { env });
});

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
