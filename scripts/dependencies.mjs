// Installs node_modules where it is missing or older than package-lock.json.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, run, ScriptError, step } from './process.mjs';

const LOWEST_NODE = [20, 19];

export async function ensureDependencies() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < LOWEST_NODE[0] || (major === LOWEST_NODE[0] && minor < LOWEST_NODE[1])) {
    throw new ScriptError(
      `grantry needs Node ${LOWEST_NODE.join('.')} or later; this is ${process.versions.node}`,
      'Install a newer Node, then start again.',
    );
  }
  const installed = join(checkout, 'node_modules', '.package-lock.json');
  const wanted = join(checkout, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  await step('install the npm packages', () =>
    run(npm[0], [...npm.slice(1), 'ci', '--include=dev', '--no-audit', '--no-fund'], {
      log: 'npm-ci',
      name: 'npm ci',
      hint: 'Check that the npm registry can be reached, then start again.',
    }),
  );
}
