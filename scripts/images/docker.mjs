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
export function importFolder(folder, name, changes) {
  return importPaths([{ folder, path: '.' }], name, changes);
}

/** Makes an image of paths in several folders; no two of these paths may hold the same file. */
export async function importPaths(paths, name, changes) {
  const instructions = changes.flatMap((change) => ['-c', change]);
  const contents = paths.flatMap(({ folder, path }) => ['-C', folder, path]);
  const script =
    'set -o pipefail; contents=("${@:2:$1}"); shift $(($1 + 1)); tar --numeric-owner -c "${contents[@]}" | docker import "$@"';
  const count = String(contents.length);
  await step(`make the image ${name}`, () =>
    run('bash', ['-c', script, 'bash', count, ...contents, ...instructions, '-', name], { log: 'docker-import' }),
  );
}
