import type { FormatOptions, TargetOptions } from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { forEachSelected, resolveSelected } from '../../cli/targets.ts';
import { doctorTarget } from '../../engine/run/doctor-target.ts';
import { exitCodeOfOutcome } from '../../engine/run/outcome.ts';
import type { Purpose } from '../../model/check.ts';
import { makeStyle, renderDoctor } from '../../report/index.ts';

interface DoctorOptions extends TargetOptions, FormatOptions {
  readonly for: readonly Purpose[];
}

/** Looks what is missing in each target. Writes nothing, and reads no credential. */
export async function runDoctor(options: DoctorOptions, io: CommandIo): Promise<number> {
  const selected = await resolveSelected(options, io, {});
  return forEachSelected(selected, options, io, async (target, { stdout }) => {
    const outcome = await doctorTarget(target, options.for);
    stdout.write(renderDoctor(outcome.report, { format: options.format, style: makeStyle(stdout) }));
    return exitCodeOfOutcome(outcome);
  });
}
