import { GrantryError } from '../../../model/errors.ts';
import type { GuardName, Plan } from '../../../model/plan.ts';

/** A plan that has something in its way: CONFLICT, or GUARD where only guards are. */
export class ObstructedPlan extends GrantryError {
  /** With what is in its way, but for guards that were overridden. */
  readonly plan: Plan;

  constructor(plan: Plan) {
    super(plan.conflicts.length > 0 ? 'CONFLICT' : 'GUARD', 'something is in the way: nothing was changed', {
      hint: 'The plan lists all of it, with a way out.',
    });
    this.plan = plan;
  }
}

/** Throws ObstructedPlan where the plan has a conflict, or breaks a guard that is not overridden. */
export function refuseObstacles(plan: Plan, overrides: ReadonlySet<GuardName>): void {
  const guards = plan.guards.filter(({ guard }) => !overrides.has(guard));
  if (plan.conflicts.length + guards.length > 0) throw new ObstructedPlan({ ...plan, guards });
}
