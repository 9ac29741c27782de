import type { FormatOptions, TargetOptions } from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { forEachTarget } from '../../cli/targets.ts';
import { exitCodeOfOutcome } from '../../engine/run/outcome.ts';
import { statusTarget } from '../../engine/run/status-target.ts';
import { makeStyle, renderStatus } from '../../report/index.ts';

/** Shows how old each credential is, and when it is rotated next. Reads no secret and writes nothing. */
export async function runStatus(options: TargetOptions & FormatOptions, io: CommandIo): Promise<number> {
  return forEachTarget(options, io, {}, async (target, { stdout }) => {
    const outcome = await statusTarget(target);
    stdout.write(renderStatus(outcome.report, { format: options.format, style: makeStyle(stdout) }));
    return exitCodeOfOutcome(outcome);
  });
}
