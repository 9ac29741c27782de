import { GrantryError } from '../model/errors.ts';
import { GUARD_NAMES } from '../model/plan.ts';
import type { GuardName, Plan } from '../model/plan.ts';
import { idlePatterns } from '../engine/plan/adoption.ts';
import type { Adoption } from '../engine/plan/adoption.ts';
import { makeStyle, planDocument, renderPlan } from '../report/index.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import type { OpenTarget } from './targets.ts';

/** Reads `--override-guard`. */
export function parseOverrides(names: readonly string[]): ReadonlySet<GuardName> {
  return new Set(
    names.map((name) => {
      const guard = GUARD_NAMES.find((known) => known === name);
      if (guard !== undefined) return guard;
      throw new GrantryError('INVALID_INPUT', `there is no guard "${name}"`, {
        hint: `Guards: ${GUARD_NAMES.join(', ')}`,
      });
    }),
  );
}

/** Shows a plan that has something in its way, and refuses it: CONFLICT, or GUARD where only guards are. */
export function refuseObstacles(
  plan: Plan,
  overrides: ReadonlySet<GuardName>,
  { show }: Pick<OpenTarget, 'show'>,
  { format }: CommandOptions,
  io: CommandIo,
): void {
  const guards = plan.guards.filter(({ guard }) => !overrides.has(guard));
  if (plan.conflicts.length + guards.length === 0) return;
  const shown = { ...plan, guards };
  // In JSON it is a part of the error.
  if (format !== 'json') show(renderPlan(shown, { format, style: makeStyle(io.stdout) }));
  throw new GrantryError(
    plan.conflicts.length > 0 ? 'CONFLICT' : 'GUARD',
    'something is in the way: nothing was changed',
    {
      hint: `All of it is listed ${format === 'json' ? 'in the plan' : 'above'}, with a way out.`,
      details: { plan: planDocument(shown) },
    },
  );
}

/** Says which `--adopt` takes nothing over: an address with a slip of the pen would else show in nothing but a conflict. */
export function tellIdleAdoption(plan: Plan, adoption: Adoption, io: CommandIo): void {
  for (const pattern of idlePatterns(plan, adoption)) {
    io.stderr.write(
      `--adopt ${pattern} takes nothing over in ${plan.target}: nothing unowned has such an address there.\n`,
    );
  }
}
