/** Options that several commands have. */
import { FORMAT_NAMES } from '../../report/format-names.ts';
import { choice, count, duration, flag, list, text } from './option.ts';
import type { OptionSpec, OptionValues } from './option.ts';

/** Where manifests are. */
export const MANIFESTS = {
  manifests: list('--manifests <path>', 'directory or file of manifests; may be repeated (default: manifests)', [
    'manifests',
  ]),
  targets: text('--targets <path>', 'take Targets from this directory or file only'),
};
export type ManifestOptions = OptionValues<typeof MANIFESTS>;

const TARGET: OptionSpec<readonly string[]> = {
  ...list('-t, --target <name>', 'target, or a glob of targets; may be repeated'),
  required: true,
};

/** Which targets a command works on. */
export const TARGETS = { target: TARGET, ...MANIFESTS };
export type TargetOptions = OptionValues<typeof TARGETS>;

/** How a result is written. */
export const FORMAT = { format: choice('--format <format>', 'how to write the result', FORMAT_NAMES) };
export type FormatOptions = OptionValues<typeof FORMAT>;

export const PARALLELISM = { parallelism: count('--parallelism <n>', 'requests at a time', 8) };
export type ParallelismOptions = OptionValues<typeof PARALLELISM>;

/** Of commands that write to targets. */
export const WRITING = {
  lockTimeout: duration('--lock-timeout <duration>', 'how long to wait for a lock'),
  breakLock: flag('--break-lock', 'take the lock over from its holder'),
  auditLog: text('--audit-log <file>', 'append what was done as JSON lines; - is standard error'),
};
export type WritingOptions = OptionValues<typeof WRITING>;

export const AUTO_APPROVE = { autoApprove: flag('--auto-approve', 'do not ask') };

export const CHECK_STORE = {
  checkStore: flag('--check-store', "compare the store's credentials with the server's"),
};

export const ADOPT = {
  adopt: list('--adopt <glob>', 'take over unmarked objects with these addresses; may be repeated'),
};
