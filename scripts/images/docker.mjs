// The few docker commands that the images need.
import { spawn } from 'node:child_process';
import { capture, run, step } from '../process.mjs';

const FIRST_WORD_MS = 45_000;
const WHOLE_PULL_MS = 900_000;

export async function hasImage(name) {
  return (await capture('docker', ['image', 'inspect', '--format', '{{.Id}}', name])).ok;
}

/** Pulls an image; resolves to the reason when it cannot be had. A registry that stays silent is given up early. */
export function pull(name) {
  return new Promise((resolve) => {
    const child = spawn('docker', ['pull', name], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    let silent = true;
    const stop = (reason) => () => {
      errors = reason;
      child.kill('SIGKILL');
    };
    const first = setTimeout(() => silent && stop('the registry does not answer')(), FIRST_WORD_MS);
    const whole = setTimeout(stop('it takes longer than 15 minutes'), WHOLE_PULL_MS);
    const end = (reason) => {
      clearTimeout(first);
      clearTimeout(whole);
      resolve(reason);
    };
    child.stdout.on('data', () => (silent = false));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', (error) => end(error.message));
    child.on('close', (code) => end(code === 0 ? undefined : errors.trim().split('\n').at(-1)));
  });
}

/** Makes an image of a folder's content. `changes` are Dockerfile instructions. */
export async function importFolder(folder, name, changes) {
  const instructions = changes.flatMap((change) => ['-c', change]);
  const script = 'set -o pipefail; folder=$1; shift; tar --numeric-owner -C "$folder" -c . | docker import "$@"';
  await step(`make the image ${name}`, () =>
    run('bash', ['-c', script, 'bash', folder, ...instructions, '-', name], { log: 'docker-import' }),
  );
}
