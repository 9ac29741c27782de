#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { CommandIo, Output } from './commands/context.ts';
import { GrantryError, exitCodeOf } from './model/errors.ts';

// Reading process.env asks the system each time, and the YAML library does so for every token: a third of its time.
process.env = { ...process.env };

const args = process.argv.slice(2);

// The reader of a pipe may end before us, as in `grantry plan | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? (process.exitCode ?? 0) : 1);
  });
}

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => process.exit(report(error)));
}

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const version = readVersion();
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
      process.stdout.write(`${version}\n`);
      return 0;
    }
    const { runCommandLine } = await import('./commands/program.ts');
    return await runCommandLine(args, makeIo(version), version);
  } catch (error) {
    return report(error);
  }
}

/** The only place where an error ends: words for the user, and the exit code. */
function report(error: unknown): number {
  if (error instanceof GrantryError) {
    process.stderr.write(`error: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`);
    return exitCodeOf(error.code);
  }
  const name = error instanceof Error ? error.name : 'Error';
  // The message may quote anything, and so a secret.
  process.stderr.write(`error: something went wrong that grantry does not know (${name})\n`);
  process.stderr.write('This is a bug in grantry; please report it, with the output of --verbose.\n');
  if (args.includes('--verbose') && error instanceof Error) {
    process.stderr.write(`${error.stack ?? error.message}\n`);
  }
  return 1;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}

function makeIo(version: string): CommandIo {
  let signal: AbortSignal | undefined;
  return {
    stdout: makeOutput(process.stdout, 1),
    stderr: makeOutput(process.stderr, 2),
    stdin: { stream: process.stdin, isTerminal: isatty(0) },
    env: process.env,
    cwd: process.cwd(),
    version,
    // Listens from the moment on when a command asks: the others end at Ctrl-C as programs do.
    get signal() {
      signal ??= listenForInterrupt();
      return signal;
    },
  };
}

function makeOutput(stream: NodeJS.WriteStream, descriptor: 1 | 2): Output {
  const isTerminal = isatty(descriptor);
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    columns: isTerminal ? stream.columns : undefined,
    color: hasColor(isTerminal),
    unicode: hasUnicode(isTerminal),
  };
}

function hasColor(isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (args.includes('--no-color') || (NO_COLOR ?? '') !== '') {
    return false;
  }
  return (FORCE_COLOR ?? '0') === '0' ? isTerminal && TERM !== 'dumb' : true;
}

/** What the locale says; without one, files and pipes take UTF-8, and a terminal may not. */
function hasUnicode(isTerminal: boolean): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => (value ?? '') !== '');
  return locale === undefined ? !isTerminal || process.platform === 'win32' : /utf-?8/i.test(locale);
}

function listenForInterrupt(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      process.exit(130);
    }
    controller.abort();
    process.stderr.write('Stopping after the change in hand. Press Ctrl-C again to stop at once.\n');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
