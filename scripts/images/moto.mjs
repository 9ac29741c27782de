// moto's server, which stands in for AWS Secrets Manager: there is no server of AWS's that a test could run. From PyPI, in a virtual
// environment of its own.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lock.mjs';
import { canInstallPackages, installPackages } from '../packages.mjs';
import { cache, capture, checkout, main, run, ScriptError, startedDirectly, step } from '../process.mjs';

const REQUIREMENTS = join(checkout, 'scripts/images/moto/requirements.txt');

/**
 * The program `moto_server`: the setting, else the one in the cache, which is installed where it is missing.
 * @returns {Promise<string>}
 */
export async function ensureMoto() {
  const given = process.env.MOTO_SERVER;
  if (given) return given;
  const hash = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = join(cache, `moto-${hash}`);
  if (!isInstalled(folder)) await withLock('moto', async () => isInstalled(folder) || install(folder));
  return join(folder, 'bin/moto_server');
}

/** Written last: what a killed run left behind is begun again. */
const COMPLETE = 'grantry-complete';

function isInstalled(folder) {
  return existsSync(join(folder, COMPLETE));
}

async function install(folder) {
  await ensurePython();
  mkdirSync(cache, { recursive: true });
  // Its scripts name their path, so it cannot be made elsewhere and moved.
  rmSync(folder, { recursive: true, force: true });
  await step('install moto, the stand-in for AWS Secrets Manager, from PyPI', async () => {
    await run('python3', ['-m', 'venv', folder], { log: 'moto-venv' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
    const hint = 'Check that PyPI can be reached, or name a moto_server in MOTO_SERVER.';
    await run(join(folder, 'bin/python'), pip, { log: 'moto-pip', hint });
    writeFileSync(join(folder, COMPLETE), '');
  });
}

/** Debian's Python comes without what makes virtual environments. */
async function ensurePython() {
  if (await canMakeEnvironments()) return;
  if (canInstallPackages()) await installPackages(['python3', 'python3-venv']);
  if (await canMakeEnvironments()) return;
  throw new ScriptError(
    'Python 3.11 or later with its modules venv and ensurepip is missing, needed for the stand-in for AWS.',
    'Install it (python3 and python3-venv), or name a moto_server in MOTO_SERVER.',
  );
}

async function canMakeEnvironments() {
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';
  return (await capture('python3', ['-c', check])).ok;
}

if (startedDirectly(import.meta.url)) {
  await main(async () => {
    process.stdout.write(`${await ensureMoto()}\n`);
  });
}
