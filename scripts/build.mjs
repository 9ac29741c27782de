// Compiles src/ to dist/, where it is missing or older than what it is made of.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, run, step } from './process.mjs';

const PROGRAM = join(checkout, 'dist/main.js');
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** The dependencies must be installed. */
export async function build() {
  if (changed(PROGRAM) >= newestSource()) return;
  await step('compile', async () => {
    rmSync(join(checkout, 'dist'), { recursive: true, force: true });
    const compiler = join(checkout, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { log: 'compile' });
  });
}

function newestSource() {
  const sources = readdirSync(join(checkout, 'src'), { recursive: true, withFileTypes: true });
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
