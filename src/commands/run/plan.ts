import { backendsOf, fieldWordsOf } from '../../cli/backends.ts';
import { resolve } from 'node:path';
import type { FormatOptions, TargetOptions } from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { makeRunContext } from '../../cli/listeners/run-context.ts';
import { forEachSelected, resolveSelected } from '../../cli/targets.ts';
import { parseAdoption } from '../../engine/plan/adoption.ts';
import { savePlan } from '../../engine/plan/saved/save-plan.ts';
import { planTarget } from '../../engine/run/plan-target.ts';
import { selectParts } from '../../manifest/selection/select-parts.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { SavedPlan } from '../../model/saved-plan.ts';
import { systemClock } from '../../platform/clock.ts';
import { writeWhole } from '../../platform/write-whole.ts';
import { makeStyle, renderPlan } from '../../report/index.ts';

interface PlanOptions extends TargetOptions, FormatOptions {
  readonly out: string | undefined;
  readonly detailedExitcode: boolean;
  readonly checkStore: boolean;
  readonly only: readonly string[];
  readonly changedSince: string | undefined;
  readonly adopt: readonly string[];
}

/** Reads each target and prints what must change. Writes nothing but the file that `--out` names. */
export async function runPlan(options: PlanOptions, io: CommandIo): Promise<number> {
  const { out, checkStore, format, detailedExitcode } = options;
  const request = { checkStore, adoption: parseAdoption(options.adopt), saves: out !== undefined };
  const selected = await resolveSelected(options, io, {
    onlyOne: out === undefined ? undefined : 'a file holds the plan of one target',
  });
  const parts = await selectParts(options, selected, io);
  return forEachSelected(selected, options, io, async (target, io) => {
    const part = parts?.get(target.desired.target.name);
    const { plan, basis, notices, lastApply } = await planTarget(target, { ...request, part }, makeRunContext(io));
    if (out !== undefined) {
      const createdAt = new Date(systemClock.now()).toISOString();
      writePlanFile(resolve(io.cwd, out), savePlan(plan, basis, { tool: io.version, createdAt, lastApply }));
    }
    io.stdout.write(
      renderPlan(plan, { format, style: makeStyle(io.stdout), words: fieldWordsOf(backendsOf(io)), notices }),
    );
    return exitCodeOfPlan(plan, detailedExitcode);
  });
}

function exitCodeOfPlan({ conflicts, guards, changes }: Plan, detailed: boolean): number {
  if (conflicts.length > 0 || guards.length > 0) return 3;
  return detailed && changes.length > 0 ? 2 : 0;
}

function writePlanFile(path: string, plan: SavedPlan): void {
  try {
    writeWhole(path, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new GrantryError('FAILED', `the plan cannot be written to ${path} (${code})`);
  }
}
