// npm run demo: the whole story, from a fresh clone with nothing installed but Node.
// The servers are containers where an engine answers; where none does, the command itself finds another way or says why not.
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureImages } from './images/build.mjs';
import { engineAnswers } from './images/engine.mjs';
import { checkout, main, passThrough } from './process.mjs';

await main(async () => {
  await ensureDependencies();
  await build();
  const env = { ...process.env };
  if (await engineAnswers()) {
    const { keycloak, vault } = await ensureImages();
    env.KEYCLOAK_IMAGE = keycloak;
    env.VAULT_IMAGE = vault;
  }
  return passThrough(process.execPath, [join(checkout, 'dist/main.js'), 'demo', ...process.argv.slice(2)], { env });
});
