#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';
import { BrokenOutputs } from './cli/output/broken-outputs.ts';
import { GrantryError, exitCodeOf } from './model/errors.ts';
import { outputText } from './model/text/printable.ts';

// Reading process.env asks the system each time, and the YAML library does so for every token.
process.env = { ...process.env };

const args = process.argv.slice(2);
const broken = new BrokenOutputs();

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => process.exit(report(error)));
}

// What a library left behind must not keep the process: a lost answer leaves some SDK with a timer of minutes.
process.exit(await main());

async function main(): Promise<number> {
  try {
    const version = readVersion();
    if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
      return printVersion(version);
    }
    broken.watch(process.stdout, process.stderr);
    const [{ runCommandLine }, { COMMANDS }, { makeProcessIo }] = await Promise.all([
      import('./cli/command-line/program.ts'),
      import('./commands/index.ts'),
      import('./cli/process-io.ts'),
    ]);
    return await endWith(await runCommandLine(COMMANDS, args, makeProcessIo(args, version, broken)));
  } catch (error) {
    return endWith(report(error));
  }
}

/** The exit code, once the system has all that was written. What was lost on the way is no success, whatever it said. */
async function endWith(code: number): Promise<number> {
  const { stdout, stderr } = process;
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
  const failures = broken.failures();
  for (const failure of failures) broken.write(stderr, `error: ${failure}\n`);
  return failures.length > 0 && (code === 0 || code === 2) ? 1 : code;
}

/** Past process.stdout, which would load the modules of sockets and terminals first: a third of what this takes. */
function printVersion(version: string): number {
  try {
    writeSync(1, `${version}\n`);
    return 0;
  } catch {
    // Nobody reads it.
    return 1;
  }
}

/** The only place where an error ends: words for the user, and the exit code. */
function report(error: unknown): number {
  if (error instanceof GrantryError) {
    const hint = error.hint === undefined ? '' : `${error.hint}\n`;
    broken.write(process.stderr, outputText(`error: ${error.message}\n${hint}`));
    return exitCodeOf(error.code);
  }
  const name = error instanceof Error ? error.name : 'Error';
  // The message may quote anything, and so a secret.
  broken.write(process.stderr, `error: something went wrong that grantry does not know (${name})\n`);
  broken.write(process.stderr, 'This is a bug in grantry; please report it, with the output of --verbose.\n');
  if (args.includes('--verbose') && error instanceof Error) {
    broken.write(process.stderr, `${framesOf(error)}\n`);
  }
  return 1;
}

/** Where an error came from, without its message: that may quote a credential, as errors of `fetch` do. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^ {4}at \S.*:\d+:\d+\)?$/.test(line))
    .join('\n');
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}
