import { FORMAT_NAMES } from '../../report/format-names.ts';
import type { ReportFormat } from '../../report/format-names.ts';

/** The `--format` of a command line that may be wrong otherwise. */
export function formatAsked(args: readonly string[]): ReportFormat {
  let format: ReportFormat = 'text';
  for (const [index, arg] of args.entries()) {
    if (arg === '--') break;
    const value = arg === '--format' ? args[index + 1] : /^--format=(.*)$/.exec(arg)?.[1];
    format = FORMAT_NAMES.find((name) => name === value) ?? format;
  }
  return format;
}
