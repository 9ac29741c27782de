import type { CommandIo } from '../context.ts';
import { readOptions } from './option.ts';
import type { GivenOptions, OptionSpecs, OptionValues } from './option.ts';

/** What a command gets of its command line. */
type CommandInput<Specs extends OptionSpecs> = OptionValues<Specs> & {
  /** Positional arguments. */
  readonly args: readonly string[];
};

interface Described<Specs extends OptionSpecs> {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments, as help writes them: `[client...]`. */
  readonly arguments?: string;
  /** In the order of the help. */
  readonly options: Specs;
  /** Command lines that its help shows. */
  readonly examples: readonly string[];
}

/**
 * A command as its file defines it. The definition is loaded by every call of grantry, so it imports nothing but options:
 * `run` loads what it needs.
 */
export interface CommandSource<Specs extends OptionSpecs> extends Described<Specs> {
  /** Does the work and gives the exit code; throws GrantryError. */
  readonly run: (input: CommandInput<Specs>, io: CommandIo) => Promise<number>;
}

/** A command, ready to be called from a command line. Help, completion and the parser follow from it. */
export interface Command<Specs extends OptionSpecs = OptionSpecs> extends Described<Specs> {
  readonly call: (given: GivenOptions, args: readonly string[], io: CommandIo) => Promise<number>;
}

export function defineCommand<Specs extends OptionSpecs>({ run, ...described }: CommandSource<Specs>): Command<Specs> {
  return {
    ...described,
    call: (given, args, io) => run({ ...readOptions(described.options, given), args }, io),
  };
}
