// Wall time of whole processes.
import { spawn } from 'node:child_process';
import { checkout, ScriptError } from '../../scripts/process.mjs';

/**
 * Runs Node with these arguments to its end; gives how long it took and what it printed. Its output goes to pipes, as in
 * CI. Any exit code but 0 ends the benchmark: a failure measures nothing.
 * @param {readonly string[]} args
 * @param {{ env?: Readonly<Record<string, string>> }} options
 * @returns {Promise<{ ms: number, stdout: string }>}
 */
export async function timeNode(args, { env = {} } = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: checkout,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const ms = performance.now() - start;
  if (code === 0) return { ms, stdout };
  const tail = `${stdout}${stderr}`.trimEnd().split('\n').slice(-8);
  throw new ScriptError(
    [`node ${args.join(' ')} ended with ${code}:`, ...tail.map((line) => `    ${line}`)].join('\n'),
  );
}

/**
 * Measures things by turns, so that whatever else the machine does slows all of them. The first round is not counted.
 * @template {string} Name
 * @param {number} rounds
 * @param {Record<Name, () => Promise<{ ms: number }>>} things
 * @returns {Promise<Record<Name, number[]>>}
 */
export async function byTurns(rounds, things) {
  const samples = Object.fromEntries(Object.keys(things).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, measure] of Object.entries(things)) {
      const { ms } = await measure();
      if (round > 0) samples[name].push(ms);
    }
  }
  return samples;
}
