import picomatch from 'picomatch';
import { isKind, nameOf } from '../model/address.ts';
import type { Plan } from '../model/plan.ts';
import type { Guards } from '../model/target.ts';

export type GuardName = 'maxDeletes' | 'maxDeletePercent' | 'protect';

/** A guard of the target that a plan breaks. */
export interface BrokenGuard {
  readonly guard: GuardName;
  readonly reason: string;
}

/** Small stacks are not judged by percentages: one of two clients would be half of them. */
const PERCENT_FROM = 10;

/** Which guards a plan breaks; `ownedClients` counts the stack's clients before it. */
export function brokenGuards(plan: Plan, guards: Guards, ownedClients: number): BrokenGuard[] {
  const deletes = plan.changes.filter(({ op }) => op === 'delete');
  const clients = deletes.filter(({ address }) => isKind(address, 'Client'));
  const broken: BrokenGuard[] = [];
  if (deletes.length > guards.maxDeletes) {
    broken.push({
      guard: 'maxDeletes',
      reason: `${deletes.length} deletes, and the target allows ${guards.maxDeletes}`,
    });
  }
  const percent = (clients.length / Math.max(1, ownedClients)) * 100;
  if (ownedClients >= PERCENT_FROM && percent > guards.maxDeletePercent) {
    const share = `${clients.length} of ${ownedClients} clients (${Math.round(percent)} %)`;
    broken.push({
      guard: 'maxDeletePercent',
      reason: `${share} would be deleted, and the target allows ${guards.maxDeletePercent} %`,
    });
  }
  const isProtected = guards.protect.length === 0 ? () => false : picomatch([...guards.protect]);
  for (const { address } of deletes) {
    if (isProtected(nameOf(address))) {
      broken.push({ guard: 'protect', reason: `${address} is protected and would be deleted` });
    }
  }
  return broken;
}
