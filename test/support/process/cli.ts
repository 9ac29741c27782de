/** Runs the built command line, `dist/main.js`, as users do. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CliResult {
  /** The exit code; 128 + n when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Added to a bare environment (PATH, HOME): nothing else of this process is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed; empty without it. */
  readonly stdin?: string;
  /** Ended by force after this time; default 90 s. */
  readonly timeoutMs?: number;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly done: Promise<CliResult>;
  /** What was written to standard error so far. */
  stderr(): string;
}

export const CLI = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).done;
}

/** Another program of Node in the same bare environment. */
export function runNode(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startNode(args, options).done;
}

/** For tests that send signals: `child.kill('SIGINT')`. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  if (!existsSync(CLI)) throw new Error('dist/main.js is missing: run "npm run build" before these tests');
  return startNode([CLI, ...args], options);
}

function startNode(args: readonly string[], options: CliOptions): RunningCli {
  return startProgram(process.execPath, args, options);
}

/** Any program in the same bare environment. */
export function startProgram(program: string, args: readonly string[], options: CliOptions = {}): RunningCli {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, [...args], {
    cwd: options.cwd,
    env: { PATH, HOME, ...options.env },
    stdio: 'pipe',
    timeout: options.timeoutMs ?? 90_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  child.stdin.end(options.stdin ?? '');
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 137), stdout, stderr }));
  });
  return { child, done, stderr: () => stderr };
}

/** The result, if the run ended with this exit code; fails with everything that was written otherwise. */
export function exitedWith(code: number, result: CliResult): CliResult {
  if (result.code === code) return result;
  throw new Error(`exit code ${result.code} instead of ${code}\n${result.stderr}\n${result.stdout}`);
}
