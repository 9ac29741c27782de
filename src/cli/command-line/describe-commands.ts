import type { Command } from './define-command.ts';
import type { OptionSpec } from './option.ts';

/** A command as data: what a completion script, or a table of commands, is made of. */
export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  /** `apply -t TARGET [plan]`. */
  readonly synopsis: string;
  readonly options: readonly OptionDescription[];
}

interface OptionDescription {
  /** `-t` and `--target`. */
  readonly names: readonly string[];
  /** As help writes it, `<name>`; undefined: it takes none. */
  readonly value: string | undefined;
  /** All values that it takes, where those are a few words. */
  readonly choices: readonly string[];
  readonly summary: string;
}

/** What the commands are called, and what each of them takes. */
export function describeCommands(commands: readonly Command[]): CommandDescription[] {
  return commands.map(({ name, summary, arguments: positional = '', options }) => {
    const described = Object.values(options).map(describeOption);
    const required = Object.values(options).flatMap(({ required: isRequired, flags }) =>
      isRequired === true ? [requiredFlag(flags)] : [],
    );
    const synopsis = [name, ...required, positional].filter((part) => part !== '').join(' ');
    return { name, summary, synopsis, options: described };
  });
}

function describeOption({ flags, choices = [], summary }: OptionSpec<unknown>): OptionDescription {
  const parts = flags.split(/,? +/);
  return {
    names: parts.filter((part) => part.startsWith('-')),
    value: parts.find((part) => part.startsWith('<')),
    choices,
    summary,
  };
}

/** `-t TARGET` of `-t, --target <name>`. */
function requiredFlag(flags: string): string {
  const [short = '', long = ''] = flags.split(/,? +/);
  return `${short} ${long.replace(/^--/, '').toUpperCase()}`;
}
