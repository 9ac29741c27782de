// A Debian root folder to make images from.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrograms } from '../packages.mjs';
import { cache, capture, run, step } from '../process.mjs';

export const SUITE = 'trixie';

/** Fills `root` with a minimal Debian and these packages. */
export async function makeDebianRoot(root, packages) {
  await ensurePrograms(['debootstrap'], 'to build images from packages');
  const mirror = await debianMirror();
  const options = ['--variant=minbase', `--include=${packages.join(',')}`, SUITE, root, ...(mirror ? [mirror] : [])];
  await step(`make a Debian root with ${packages.join(', ')}`, () =>
    run('debootstrap', options, { log: 'debootstrap' }),
  );
  copyFileSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
}

/** A folder in the cache with a minimal Debian and these packages, for several images to be made from; nobody writes to it. */
export async function ensureDebianRoot(packages) {
  const root = join(cache, ['debian', SUITE, ...packages].join('-'));
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'debian-root-'));
  try {
    await makeDebianRoot(folder, packages);
    renameSync(folder, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return root;
}

/** The mirror that this machine's apt uses, where it is a Debian's; else debootstrap's own default. */
async function debianMirror() {
  const { stdout } = await capture('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  return stdout.split('\n').find((uri) => /^https?:.*\/debian\/?$/.test(uri));
}
