import { surveyTarget } from '../apply/survey-target.ts';
import type { SurveyOptions } from '../apply/survey-target.ts';
import type { Plan } from '../model/plan.ts';
import type { PlanInput } from '../plan/build-plan.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { makeStyle, renderPlan } from '../report/index.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { forEachTarget } from './targets.ts';
import type { OpenTarget } from './targets.ts';

/** Reads each target and prints what must change. Writes nothing, anywhere. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  return forEachTarget(options, io, async (target) => {
    const { plan } = await makePlan(target, { checkStore: options.checkStore });
    io.stdout.write(renderPlan(plan, { format: options.format, style: makeStyle(io.stdout) }));
    if (plan.conflicts.length > 0) return 3;
    return options.detailedExitcode && plan.changes.length > 0 ? 2 : 0;
  });
}

/** What must change in a target, and what that follows from. */
export async function makePlan(
  { desired, provider, store }: OpenTarget,
  options: SurveyOptions,
): Promise<{ plan: Plan; input: PlanInput }> {
  const input = await surveyTarget(desired, { provider, store }, options);
  return { plan: buildPlan(input), input };
}
