// Bundles src/ and demo/ into dist/, where it is missing or older than what it is made of.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, run, step } from './process.mjs';

const PROGRAM = join(checkout, 'dist/main.js');
const SETTINGS = ['package-lock.json', 'rolldown.config.mjs'];

/** The dependencies must be installed. */
export async function build() {
  if (changed(PROGRAM) >= newestSource()) return;
  const bundler = join(checkout, 'node_modules/rolldown/bin/cli.mjs');
  await step('build', () => run(process.execPath, [bundler, '-c'], { log: 'build' }));
}

function newestSource() {
  const sources = ['src', 'demo'].flatMap((folder) =>
    readdirSync(join(checkout, folder), { recursive: true, withFileTypes: true }),
  );
  const files = [
    ...sources.map((entry) => join(entry.parentPath, entry.name)),
    ...SETTINGS.map((file) => join(checkout, file)),
  ];
  return Math.max(...files.map(changed));
}

/** When a file (or a folder's list of files) last changed; 0 for one that is missing. */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
