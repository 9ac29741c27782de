// Debian packages, for what the scripts need and the machine lacks.
import { existsSync } from 'node:fs';
import { onPath, run, ScriptError, step } from './process.mjs';

const DEBIAN_KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Which package brings which program. */
const PROGRAMS = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  iptables: 'iptables',
  debootstrap: 'debootstrap',
  mvn: 'maven',
  pip3: 'python3-pip',
  unzip: 'unzip',
};

export function canInstallPackages() {
  return process.platform === 'linux' && process.getuid?.() === 0 && onPath('apt-get');
}

/** Makes sure these programs are on PATH, by apt-get where one is missing. `why` ends the error's sentence. */
export async function ensurePrograms(programs, why) {
  const missing = programs.filter((program) => !onPath(program));
  const packages = new Set(missing.map((program) => PROGRAMS[program]));
  if (programs.includes('debootstrap') && !existsSync(DEBIAN_KEYS)) packages.add('debian-archive-keyring');
  if (packages.size === 0) return;
  if (!canInstallPackages()) {
    throw new ScriptError(
      `These Debian packages, or the programs in them, are missing, needed ${why}: ${[...packages].join(', ')}`,
      'Install what is missing, or start again as root on a machine with apt-get: then it is installed for you.',
    );
  }
  await installPackages([...packages]);
  // From Debian 13 on the docker command is a package of its own.
  if (missing.includes('docker') && !onPath('docker')) await installPackages(['docker-cli']);
}

/** Debian packages, by apt-get; see `canInstallPackages`. */
export async function installPackages(packages) {
  await step(`install ${packages.join(', ')} by apt-get`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { log: 'apt-get', env, hint: 'Check that the Debian packages can be reached (apt-get update).' };
    await run('apt-get', ['update', '-q'], options);
    const install = ['install', '-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
    await run('apt-get', [...install, ...packages], options);
  });
}
