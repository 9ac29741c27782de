// npm run matrix: what must hold on every supported version of Keycloak, on each of them or on those that are named.
import { ensureDependencies } from './dependencies.mjs';
import { ensureEngine } from './images/engine.mjs';
import { KEYCLOAK_VERSIONS } from './images/keycloak.mjs';
import { main, ScriptError } from './process.mjs';
import { testVersion } from './test-version.mjs';

await main(async () => {
  const named = process.argv.slice(2);
  const unknown = named.filter((version) => !KEYCLOAK_VERSIONS.includes(version));
  if (unknown.length > 0) {
    throw new ScriptError(
      `not a version of the matrix: ${unknown.join(', ')}`,
      `It has ${KEYCLOAK_VERSIONS.join(', ')}.`,
    );
  }
  await ensureDependencies();
  await ensureEngine();
  const results = [];
  for (const version of named.length > 0 ? named : KEYCLOAK_VERSIONS) {
    results.push({ version, ...(await testVersion(version)) });
  }
  process.stdout.write('\n');
  for (const { version, passed, failed, skipped } of results) {
    const left = skipped > 0 ? `, ${skipped} skipped` : '';
    process.stdout.write(`Keycloak ${version.padEnd(8)} ${passed} passed, ${failed} failed${left}\n`);
  }
  return results.some(({ passed, failed }) => failed > 0 || passed === 0) ? 1 : 0;
});
