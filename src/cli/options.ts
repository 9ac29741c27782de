import { InvalidArgumentError, Option } from 'commander';
import { DEMO_PROVIDERS } from '../../demo/demo.ts';
import { parseDuration } from '../model/duration.ts';
import type { CommandOptions } from './context.ts';

/** Names of the options that a command can declare. */
export type OptionName = Exclude<keyof CommandOptions, 'args' | 'verbose'>;

const OPTIONS: Readonly<Record<OptionName, () => Option>> = {
  manifests: () =>
    new Option('--manifests <path>', 'directory or file of manifests; may be repeated (default: manifests)').argParser(
      collect,
    ),
  targets: () => new Option('--targets <path>', 'take Targets from this directory or file only'),
  format: () =>
    new Option('--format <format>', 'how to write the result').choices(['text', 'json', 'markdown']).default('text'),
  target: () => new Option('-t, --target <name>', 'target, or a glob of targets; may be repeated').argParser(collect),
  auditLog: () => new Option('--audit-log <file>', 'append what was done as JSON lines; - is standard error'),
  parallelism: () => new Option('--parallelism <n>', 'requests at a time').default(8).argParser(parseCount),
  lockTimeout: () =>
    new Option('--lock-timeout <duration>', 'how long to wait for a lock')
      .default(0, '0s')
      .argParser(parseDurationOption),
  breakLock: () => new Option('--break-lock', 'take the lock over from whoever holds it').default(false),
  out: () => new Option('--out <file>', 'save the plan'),
  detailedExitcode: () => new Option('--detailed-exitcode', 'exit with 2 when changes are pending').default(false),
  checkStore: () => new Option('--check-store', "compare the store's credentials with the server's").default(false),
  only: () =>
    new Option(
      '--only <address>',
      'plan only these addresses, or globs of them, and no deletes; may be repeated',
    ).argParser(collect),
  changedSince: () =>
    new Option('--changed-since <ref>', 'plan only what the manifests say otherwise than at this commit of git'),
  autoApprove: () => new Option('--auto-approve', 'do not ask').default(false),
  proof: () => new Option('--no-proof', 'leave the proof by tokens to verify'),
  adopt: () =>
    new Option('--adopt <glob>', 'take over unmarked objects with these addresses; may be repeated').argParser(collect),
  overrideGuard: () =>
    new Option('--override-guard <name>', 'ignore a guard this time; may be repeated').argParser(collect),
  purgeStore: () => new Option('--purge-store', "destroy the store's documents of deleted clients").default(false),
  due: () => new Option('--due', 'rotate every credential that is older than its policy says').default(false),
  all: () => new Option('--all', 'rotate every credential').default(false),
  max: () => new Option('--max <n>', 'rotate at most so many').argParser(parseCount),
  stagger: () =>
    new Option('--stagger', 'with --due: rotate some before they are due, so that not all are due on one day').default(
      false,
    ),
  force: () => new Option('--force', 'rotate inside an overlap too').default(false),
  revokeNow: () =>
    new Option('--revoke-now', 'refuse the previous secrets as soon as the new one works').default(false),
  provider: () =>
    new Option('--provider <kind>', 'whose servers: keycloak, or an emulated tenant of auth0')
      .choices(DEMO_PROVIDERS)
      .default('keycloak'),
  keep: () => new Option('--keep', 'leave the servers running at the end').default(false),
};

/** The command-line option of a name. */
export function makeOption(name: OptionName): Option {
  return OPTIONS[name]();
}

/** All options of a command, from what commander parsed; what it does not declare has its default. */
export function readOptions(parsed: Readonly<Record<string, unknown>>, args: readonly string[]): CommandOptions {
  return {
    verbose: false,
    manifests: ['manifests'],
    targets: undefined,
    format: 'text',
    target: [],
    auditLog: undefined,
    parallelism: 8,
    lockTimeout: 0,
    breakLock: false,
    out: undefined,
    detailedExitcode: false,
    checkStore: false,
    only: [],
    changedSince: undefined,
    autoApprove: false,
    proof: true,
    adopt: [],
    overrideGuard: [],
    purgeStore: false,
    due: false,
    all: false,
    max: undefined,
    stagger: false,
    force: false,
    revokeNow: false,
    keep: false,
    provider: 'keycloak',
    ...parsed,
    args,
  };
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

function parseCount(value: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(value)) {
    throw new InvalidArgumentError('It must be a number from 1 to 9999.');
  }
  return Number(value);
}

function parseDurationOption(value: string): number {
  const seconds = value === '0' ? 0 : parseDuration(value);
  if (seconds === undefined) {
    throw new InvalidArgumentError('It must be a duration such as 90s, 5m or 1h.');
  }
  return seconds;
}
