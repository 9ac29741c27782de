import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** How a program ended; a program that could not be started, or was stopped, is not ok. */
export interface ProgramResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  /** Aborted: the program is ended. Without one it runs to its end, also after Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end and keeps what it prints. Never throws. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env, cwd, timeout, signal }: ProgramOptions,
): Promise<ProgramResult> {
  const child = spawn(program, [...args], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C must not end a docker client that is about to say which container it made.
    detached: process.platform !== 'win32',
    windowsHide: true,
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(signal === undefined ? {} : { signal }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ok = await succeeds(child);
  return { ok, stdout, stderr };
}

function succeeds(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** The last lines of what a program printed, the blank ones left out. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count);
}
