// A Debian root folder to make images from.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrograms } from '../packages.mjs';
import { capture, run, step } from '../process.mjs';

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

/** The mirror that this machine's apt uses, where it is a Debian's; else debootstrap's own default. */
async function debianMirror() {
  const { stdout } = await capture('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  return stdout.split('\n').find((uri) => /^https?:.*\/debian\/?$/.test(uri));
}
