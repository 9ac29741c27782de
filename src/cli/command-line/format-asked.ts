import type { Format } from '../context.ts';

/** The `--format` of a command line that may be wrong otherwise. */
export function formatAsked(args: readonly string[]): Format {
  let format: Format = 'text';
  for (const [index, arg] of args.entries()) {
    if (arg === '--') break;
    const value = arg === '--format' ? args[index + 1] : /^--format=(.*)$/.exec(arg)?.[1];
    if (value === 'json' || value === 'markdown' || value === 'text') format = value;
  }
  return format;
}
