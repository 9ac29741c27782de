import { parseDuration } from '../../model/text/duration.ts';

/** One option of a command: what the command line takes, and what the command gets of it. Plain data but for two functions. */
export interface OptionSpec<T> {
  /** As help writes it: `-t, --target <name>`. */
  readonly flags: string;
  readonly summary: string;
  /** A command line without it is refused. */
  readonly required?: true;
  readonly choices?: readonly string[];
  /** What help shows as the value where it is not given. */
  readonly shownDefault?: string;
  /** What is wrong with a value, as one sentence. */
  readonly refusal?: (value: string) => string | undefined;
  /** What the command gets: `given` are the values in their order, undefined where the option is not given. */
  readonly read: (given: readonly string[] | undefined) => T;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

/** What a command gets of its options. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends OptionSpec<infer T> ? T : never;
};

/** The values of options as they stand on a command line, by the option's name. */
export type GivenOptions = Readonly<Record<string, readonly string[] | undefined>>;

/** Reads what was given for each of the options. */
export function readOptions<Specs extends OptionSpecs>(specs: Specs, given: GivenOptions): OptionValues<Specs> {
  const values = Object.entries(specs).map(([name, { read }]) => [name, read(given[name])] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The compiler cannot follow names through entries.
  return Object.fromEntries(values) as OptionValues<Specs>;
}

/** On or off. */
export function flag(flags: string, summary: string): OptionSpec<boolean> {
  return { flags, summary, shownDefault: 'false', read: (given) => given !== undefined };
}

/** On, unless `--no-NAME` is given. */
export function flagOff(flags: string, summary: string): OptionSpec<boolean> {
  return { flags, summary, read: (given) => given === undefined };
}

/** A text; of several the last counts. */
export function text(flags: string, summary: string): OptionSpec<string | undefined> {
  return { flags, summary, read: (given) => given?.at(-1) };
}

/** May be given several times. */
export function list(flags: string, summary: string, preset: readonly string[] = []): OptionSpec<readonly string[]> {
  return { flags, summary, read: (given) => given ?? preset };
}

/** One of some words, the first of which is the default. */
export function choice<const Words extends readonly [string, ...string[]]>(
  flags: string,
  summary: string,
  choices: Words,
): OptionSpec<Words[number]> {
  const find = (value: string | undefined): Words[number] | undefined => choices.find((word) => word === value);
  return {
    flags,
    summary,
    choices,
    shownDefault: JSON.stringify(choices[0]),
    refusal: (value) => (find(value) === undefined ? `Allowed choices are ${choices.join(', ')}.` : undefined),
    read: (given) => find(given?.at(-1)) ?? choices[0],
  };
}

/** Some of these words, in their order here; all of them where none is given. */
export function choices<const Words extends readonly [string, ...string[]]>(
  flags: string,
  summary: string,
  choices: Words,
): OptionSpec<readonly Words[number][]> {
  return {
    flags,
    summary,
    choices,
    shownDefault: 'all',
    refusal: (value) =>
      choices.includes(value) ? undefined : `Allowed choices are ${choices.join(', ')}; the option may be repeated.`,
    read: (given) => choices.filter((word) => given?.includes(word) !== false),
  };
}

/** A number from 1 on. */
export function count<Preset extends number | undefined>(
  flags: string,
  summary: string,
  preset: Preset,
): OptionSpec<number | Preset> {
  return {
    flags,
    summary,
    ...(preset === undefined ? {} : { shownDefault: String(preset) }),
    refusal: (value) => (/^[1-9][0-9]{0,3}$/.test(value) ? undefined : 'It must be a number from 1 to 9999.'),
    read: (given) => (given === undefined ? preset : Number(given.at(-1))),
  };
}

/** A duration such as `5m`, in seconds; none where it is not given. */
export function duration(flags: string, summary: string): OptionSpec<number> {
  return {
    flags,
    summary,
    shownDefault: '0s',
    refusal: (value) => (secondsOf(value) === undefined ? 'It must be a duration such as 90s, 5m or 1h.' : undefined),
    read: (given) => secondsOf(given?.at(-1) ?? '0') ?? 0,
  };
}

function secondsOf(value: string): number | undefined {
  return value === '0' ? 0 : parseDuration(value);
}
