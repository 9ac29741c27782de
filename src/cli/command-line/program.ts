import type { ReportFormat } from '../../report/format-names.ts';
import { Command as Parser, CommanderError, InvalidArgumentError, Option } from 'commander';
import { GrantryError } from '../../model/errors.ts';
import type { CommandIo } from '../context.ts';
import type { Command } from './define-command.ts';
import { formatAsked } from './format-asked.ts';
import type { GivenOptions, OptionSpec } from './option.ts';

/**
 * Parses a command line and runs the command that it names, of these; gives the exit code, which is 1 for a usage error.
 * What is thrown is written to standard output too where that is to be JSON or Markdown, unless a result stands there.
 */
export async function runCommandLine(
  commands: readonly Command[],
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  let written = false;
  const watched = watch(io, () => (written = true));
  try {
    return await parseAndRun(commands, args, watched);
  } catch (error) {
    io.stderr.clearStatus();
    if (!written) await reportError(error, formatAsked(args), io);
    if (!(error instanceof UsageError)) throw error;
    return 1;
  }
}

/** A command line that commander refused, and reported on standard error. */
class UsageError extends GrantryError {}

async function parseAndRun(commands: readonly Command[], args: readonly string[], io: CommandIo): Promise<number> {
  let exitCode = 0;
  const program = makeProgram(io);
  for (const command of commands) {
    addCommand(program, command, async (given, positional) => {
      exitCode = await command.call(given, positional, io);
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
    throw new UsageError('INVALID_INPUT', error.message.replace(/^error: /, ''), { hint: hintOf(commands, args) });
  }
  return exitCode;
}

/** What commander says on standard error. */
function hintOf(commands: readonly Command[], [first = '']: readonly string[]): string {
  return commands.some(({ name }) => name === first) ? `Try: grantry ${first} --help` : 'Try: grantry --help';
}

/** The same io; `onWrite` hears of results. */
function watch(io: CommandIo, onWrite: () => void): CommandIo {
  const { stdout, stderr, stdin, env, cwd, backends, version } = io;
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
    backends,
    version,
    // Not before a command asks for it: asking is what makes it listen.
    get signal() {
      return io.signal;
    },
  };
}

/** For people it goes to standard error. The words are loaded when they are needed: help does without them. */
async function reportError(error: unknown, format: ReportFormat, { stdout }: CommandIo): Promise<void> {
  if (format === 'text') return;
  const { makeStyle, renderError } = await import('../../report/index.ts');
  stdout.write(renderError(error, { format, style: makeStyle(stdout) }));
}

function makeProgram(io: CommandIo): Parser {
  return new Parser('grantry')
    .description('OAuth 2.0 machine-to-machine access as code: who may call what, applied and proven.')
    .version(io.version, '-V, --version', 'print the version')
    .option('--verbose', 'print more, such as where an unexpected error came from')
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

type Action = (given: GivenOptions, positional: readonly string[]) => Promise<void>;

function addCommand(
  program: Parser,
  { name, summary, arguments: positional, options, examples }: Command,
  act: Action,
) {
  const parser = program.command(name).description(summary);
  parser.helpOption('-h, --help', 'print this help').showHelpAfterError(`Try: grantry ${name} --help`);
  if (positional !== undefined) parser.arguments(positional);
  if (examples.length > 0) {
    parser.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}\n`).join('')}`);
  }
  const made = Object.entries(options).map(([key, spec]) => ({ key, spec, option: optionOf(spec) }));
  for (const { option } of made) parser.addOption(option);
  parser.action(() => {
    const given = Object.fromEntries(made.map(({ key, option }) => [key, givenOf(parser, option)]));
    // Commander would ask for it before it says that another option is misspelt.
    const missing = made.find(({ key, spec }) => spec.required === true && given[key] === undefined);
    if (missing !== undefined) {
      parser.error(`error: required option '${missing.spec.flags}' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
    }
    return act(given, parser.args);
  });
}

function optionOf({ flags, summary, choices, shownDefault, refusal }: OptionSpec<unknown>): Option {
  const option = new Option(flags, summary);
  if (choices !== undefined) option.choices(choices);
  // Only its description is used: what is not given has no value here.
  if (shownDefault !== undefined) option.default(false, shownDefault);
  if (!option.required) return option;
  return option.argParser((value: string, before: readonly string[] | false | undefined): readonly string[] => {
    const wrong = refusal?.(value);
    if (wrong !== undefined) throw new InvalidArgumentError(wrong);
    return [...(before || []), value];
  });
}

/** The values of an option as they stand on the command line; none of one that takes no value. */
function givenOf(parser: Parser, option: Option): readonly string[] | undefined {
  const name = option.attributeName();
  if (parser.getOptionValueSource(name) !== 'cli') return undefined;
  const value: unknown = parser.getOptionValue(name);
  return Array.isArray(value) ? value.map(String) : [];
}
