// What the scripts share: running programs, progress lines, errors without stack traces. Needs nothing but Node.
import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants as modes, mkdirSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = fileURLToPath(new URL('..', import.meta.url));

/** Downloads, build caches and logs: outside the checkout, so that a fresh clone finds them again. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'grantry');

/** An expected failure: what happened and where; `hint` says what to do. */
export class ScriptError extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** One line per step: what is being done, then how long it took. */
export async function step(text, action) {
  const start = performance.now();
  process.stderr.write(`- ${text} ... `);
  try {
    const result = await action();
    say(duration(performance.now() - start));
    return result;
  } catch (error) {
    say(`failed after ${duration(performance.now() - start)}`);
    throw error;
  }
}

function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function logFile(name) {
  mkdirSync(join(cache, 'logs'), { recursive: true });
  return join(cache, 'logs', `${name}.log`);
}

/**
 * Runs a program to its end. Its output goes to the log of that name; a failure quotes the log's last lines.
 * `name` is what the failure calls the program, where its path says too little.
 * @param {string} program
 * @param {string[]} args
 * @param {{ log: string, name?: string, cwd?: string, env?: NodeJS.ProcessEnv, hint?: string }} options
 */
export async function run(program, args, { log, name, cwd = checkout, env = process.env, hint }) {
  const file = logFile(log);
  const output = openSync(file, 'w');
  let code;
  try {
    code = await exitCode(spawn(program, args, { cwd, env, stdio: ['ignore', output, output] }));
  } catch (error) {
    throw new ScriptError(`${program} could not be started: ${error.message}`, hint);
  } finally {
    closeSync(output);
  }
  if (code === 0) return;
  const tail = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-20);
  throw new ScriptError(
    [
      `${name ?? `${program} ${args[0] ?? ''}`} failed (exit ${code}); its last lines:`,
      ...tail.map((line) => `    ${line}`),
    ].join('\n'),
    [hint, `The whole output: ${file}`].filter(Boolean).join('\n'),
  );
}

/**
 * Runs a program with the terminal of this one; resolves to its exit code. Ctrl-C reaches the program by itself and
 * SIGTERM is passed on: it cleans up and ends, and so does this one after it.
 */
export async function passThrough(program, args, { env = process.env, cwd = checkout } = {}) {
  const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
  const passOn = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', passOn);
  try {
    return await exitCode(child);
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', passOn);
  }
}

function ignore() {}

/**
 * Output of a short command; never throws. `timeout` in milliseconds.
 * @returns {Promise<{ ok: boolean, stdout: string, stderr: string }>}
 */
export async function capture(program, args, { timeout = 30_000, env = process.env } = {}) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  try {
    return { ok: (await exitCode(child)) === 0, stdout, stderr };
  } catch (error) {
    return { ok: false, stdout, stderr: error.message };
  }
}

function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

export function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), modes.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** True when the module of this URL is the script that was started, not one that was imported. */
export function startedDirectly(moduleUrl) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}

/** Runs a script's main function; an error becomes a message and exit code 1. */
export async function main(action) {
  try {
    process.exitCode = (await action()) ?? 0;
  } catch (error) {
    if (error instanceof ScriptError) {
      say(`error: ${error.message}`);
      if (error.hint) say(error.hint);
    } else {
      say(`error: ${error.message ?? error}\nThis is a bug in the scripts of grantry: please report it.`);
    }
    process.exitCode = 1;
  }
}
