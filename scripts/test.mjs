// npm test: everything, from a fresh clone with nothing installed but Node, and what must hold on every version of Keycloak
// on the oldest one too. Arguments are passed on to vitest; with any, only what they choose is run.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureImages, ensureKeycloak } from './images/build.mjs';
import { hasImage, pull } from './images/docker.mjs';
import { ensureEngine } from './images/engine.mjs';
import { OLDEST_KEYCLOAK } from './images/keycloak.mjs';
import { ensureMoto } from './images/moto.mjs';
import { capture, checkout, main, passThrough, say } from './process.mjs';
import { testVersion } from './test-version.mjs';

const RUN = `${hostname()}:${process.pid}`;
const LABEL = 'grantry.test.run'; // test/support/servers/servers.ts puts it on its containers
/** The servers that tests are for; a run of some tests may need fewer. */
const SERVERS = (process.env.GRANTRY_TEST_SERVERS ?? 'keycloak,vault,openbao,kubernetes').split(',');
/** The image of testcontainers 11.14 that removes containers of a run that was killed. */
const RYUK = process.env.RYUK_CONTAINER_IMAGE || 'testcontainers/ryuk:0.14.0';

await main(async () => {
  await ensureDependencies();
  await ensureEngine();
  const { keycloak, vault, openbao, kubernetes } = await ensureImages(SERVERS);
  const moto = await ensureMoto();
  // What is missing shall show before the tests, not after them.
  const isWhole = process.argv.length === 2;
  if (isWhole) await ensureKeycloak(OLDEST_KEYCLOAK);
  await build();
  await removeContainers(isStray);
  let own;
  const folder = mkdtempSync(join(tmpdir(), 'grantry-test-'));
  const report = join(folder, 'report.json');
  try {
    const code = await passThrough(process.execPath, vitest(report), {
      env: {
        ...process.env,
        KEYCLOAK_IMAGE: keycloak,
        VAULT_IMAGE: vault,
        OPENBAO_IMAGE: openbao,
        KUBERNETES_IMAGE: kubernetes,
        MOTO_SERVER: moto,
        GRANTRY_TEST_RUN: RUN,
        TESTCONTAINERS_RYUK_DISABLED: (await ryukIsThere(keycloak, vault)) ? 'false' : 'true',
      },
    });
    own = countsOf(code, read(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await removeContainers((run) => run === RUN);
  }
  return conclude(isWhole ? [own, await testVersion(OLDEST_KEYCLOAK)] : [own]);
});

function vitest(report) {
  const program = join(checkout, 'node_modules/vitest/vitest.mjs');
  return [
    program,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
}

/** Images that were built here mean that no registry can be reached: then Ryuk is not asked for. */
async function ryukIsThere(...images) {
  if (process.env.TESTCONTAINERS_RYUK_DISABLED === 'true') return false;
  if (await hasImage(RYUK)) return true;
  return !images.some((image) => image.startsWith('grantry/')) && (await pull(RYUK)) === undefined;
}

/** Left behind by a run of this machine that is no more. */
function isStray(run) {
  const [host, pid] = run.split(':');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

async function removeContainers(chosen) {
  const format = `{{.ID}} {{.Label "${LABEL}"}}`;
  const { stdout } = await capture('docker', ['ps', '-a', '--filter', `label=${LABEL}`, '--format', format]);
  const ids = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([id, run]) => id && run && chosen(run))
    .map(([id]) => id);
  if (ids.length > 0) await capture('docker', ['rm', '-f', '-v', ...ids]);
}

function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whatever went wrong outside a test (a file, the setup, vitest itself) counts as failed. */
function countsOf(code, results) {
  const { numPassedTests: passed = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = results ?? {};
  const brokenFiles = (results?.testResults ?? []).filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  let failed = numFailedTests + brokenFiles.length;
  if (failed === 0 && (code !== 0 || passed === 0)) {
    failed = 1;
    say(passed === 0 ? 'No test passed: see above.' : 'Something failed outside the tests: see above.');
  }
  return { passed, failed, skipped: numPendingTests + numTodoTests, failures: failuresOf(results) };
}

/** File, title and first line of what went wrong, for a log of which only the end is kept. */
function failuresOf(results) {
  return (results?.testResults ?? [])
    .filter((file) => file.status === 'failed')
    .flatMap((file) => {
      const path = relative(checkout, file.name);
      const tests = file.assertionResults.filter((test) => test.status === 'failed');
      if (tests.length === 0) return [`${path}: ${firstLine(file.message)}`];
      return tests.map((test) => `${path}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
    });
}

function firstLine(text = '') {
  return text.split('\n', 1)[0];
}

/** Says what ran in one line, and to the script that asked for it. */
function conclude(runs) {
  const sum = (key) => runs.reduce((total, counts) => total + counts[key], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  const failures = runs.flatMap((counts) => counts.failures);
  const { GRANTRY_TEST_COUNTS: file } = process.env;
  if (file) writeFileSync(file, JSON.stringify({ passed, failed, skipped, failures }));
  for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return failed > 0 ? 1 : 0;
}
