import { Command, CommanderError } from 'commander';
import { GrantryError } from '../model/errors.ts';
import { renderErrorJson, renderErrorMarkdown } from '../report/error-report.ts';
import type { CommandIo, Format } from './context.ts';
import { formatAsked } from './format-asked.ts';
import { makeOption, readOptions } from './options.ts';
import { COMMANDS } from './table.ts';
import type { CommandEntry } from './table.ts';

/**
 * Parses a command line and runs the command that it names; tells the exit code, which is 1 for a usage error.
 * What is thrown is told on standard output too where that is to be JSON or Markdown, unless a result stands there.
 */
export async function runCommandLine(args: readonly string[], io: CommandIo, version: string): Promise<number> {
  let written = false;
  const watched = watch(io, () => (written = true));
  try {
    return await parseAndRun(args, watched, version);
  } catch (error) {
    io.stderr.clearStatus();
    if (!written) io.stdout.write(renderError(error, formatAsked(args)));
    if (!(error instanceof UsageError)) throw error;
    return 1;
  }
}

/** A command line that commander refused, and told about on standard error. */
class UsageError extends GrantryError {}

async function parseAndRun(args: readonly string[], io: CommandIo, version: string): Promise<number> {
  let exitCode = 0;
  const program = makeProgram(io, version);
  for (const entry of COMMANDS) {
    addCommand(program, entry, async (parsed, positional) => {
      const { run } = await entry.load();
      exitCode = await run(readOptions(parsed, positional), io);
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.unknownOption' && args[0]?.startsWith('-') === true) {
      io.stderr.write('Options of a command stand after its name, as in: grantry validate --manifests DIR\n');
    }
    throw new UsageError('INVALID_INPUT', error.message.replace(/^error: /, ''), {
      hint: hintOf(args),
    });
  }
  return exitCode;
}

/** What commander says on standard error. */
function hintOf([first = '']: readonly string[]): string {
  return COMMANDS.some(({ name }) => name === first) ? `Try: grantry ${first} --help` : 'Try: grantry --help';
}

/** The same io; `onWrite` hears of results. */
function watch(io: CommandIo, onWrite: () => void): CommandIo {
  const { stdout, stderr, stdin, env, cwd, version } = io;
  const write = (text: string): void => {
    onWrite();
    stdout.write(text);
  };
  return {
    stdout: { ...stdout, write },
    stderr,
    stdin,
    env,
    cwd,
    version,
    // Not before a command asks for it: asking is what makes it listen.
    get signal() {
      return io.signal;
    },
  };
}

function renderError(error: unknown, format: Format): string {
  if (format === 'json') return renderErrorJson(error);
  return format === 'markdown' ? renderErrorMarkdown(error) : '';
}

function makeProgram(io: CommandIo, version: string): Command {
  return new Command('grantry')
    .description('OAuth 2.0 machine-to-machine access as code: who may call what, applied and proven.')
    .version(version, '-V, --version', 'print the version')
    .option('--verbose', 'tell more, such as where an unexpected error came from')
    .option('--no-color', 'do not paint (so does NO_COLOR in the environment)')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => io.stdout.color,
      getErrHasColors: () => io.stderr.color,
    })
    .showHelpAfterError('Try: grantry --help')
    .exitOverride();
}

type Action = (parsed: Readonly<Record<string, unknown>>, positional: readonly string[]) => Promise<void>;

function addCommand(program: Command, entry: CommandEntry, action: Action): void {
  const command = program.command(entry.name).description(entry.summary);
  command.helpOption('-h, --help', 'print this help').showHelpAfterError(`Try: grantry ${entry.name} --help`);
  if (entry.arguments !== undefined) {
    command.arguments(entry.arguments);
  }
  if (entry.examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${entry.examples.map((example) => `  $ ${example}\n`).join('')}`);
  }
  for (const option of entry.options) {
    command.addOption(makeOption(option));
  }
  command.action(() => {
    // Commander would ask for it before it says that another option is misspelt.
    if (entry.options.includes('target') && command.getOptionValue('target') === undefined) {
      command.error(`error: required option '-t, --target <name>' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
    }
    return action(command.optsWithGlobals(), command.args);
  });
}
