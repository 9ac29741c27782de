/** Runs the built CLI on a terminal of its own, made by script(1), which Linux (util-linux), macOS and BSD have. */
import { spawn } from 'node:child_process';
import { CLI } from './cli.ts';

export interface OnTerminal {
  /** What the terminal showed so far: stdout and stderr, with the escape sequences in them. */
  output(): string;
  /** Types this; `\u0003` is Ctrl-C, `\u0004` Ctrl-D. */
  type(text: string): void;
  /** Resolves to the exit code. */
  readonly done: Promise<number>;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export function startOnTerminal(args: readonly string[], { cwd, env }: TerminalOptions): OnTerminal {
  const { PATH = '', HOME = '' } = process.env;
  const command = [process.execPath, CLI, ...args];
  const isLinux = process.platform === 'linux';
  // Without exec the shell, which gets Ctrl-C too, would end by that signal in the command's place.
  const line = `exec ${command.map((part) => `'${part.replaceAll("'", String.raw`'\''`)}'`).join(' ')}`;
  const scriptArgs = isLinux ? ['-qec', line, '/dev/null'] : ['-q', '/dev/null', ...command];
  const child = spawn('script', scriptArgs, {
    cwd,
    env: { PATH, HOME, TERM: 'xterm', LANG: 'C.UTF-8', SHELL: '/bin/sh', ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.on('error', () => undefined); // the command may end before it has read everything
  const done = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 137));
  });
  return { output: () => output, type: (text) => void child.stdin.write(text), done };
}
