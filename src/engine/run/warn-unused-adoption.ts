import type { Plan } from '../../model/plan.ts';
import { unusedPatterns } from '../plan/adoption.ts';
import type { Adoption } from '../plan/adoption.ts';
import type { RunContext } from './run-context.ts';

/** Reports which `--adopt` takes nothing over: an address with a typo would otherwise show in nothing but a conflict. */
export function warnUnusedAdoption(plan: Plan, adoption: Adoption, { emit }: Pick<RunContext, 'emit'>): void {
  for (const pattern of unusedPatterns(plan, adoption)) {
    const text = `--adopt ${pattern} takes nothing over in ${plan.target}: nothing unowned has such an address there.`;
    emit({ kind: 'notice', text });
  }
}
