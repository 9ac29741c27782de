import type { Plan } from '../model/plan.ts';
import { count } from './words.ts';

/** Something for which apply refuses a plan: a conflict with what is there, or a guard of the target. */
export interface Obstacle {
  /** An address, or the name of a guard. */
  readonly label: string;
  readonly reason: string;
  readonly hint: string;
}

/** All that stands in the way of a plan, guards first. */
export function obstaclesOf({ guards, conflicts }: Plan): Obstacle[] {
  return [
    ...guards.map(({ guard, reason }) => ({
      label: `guard ${guard}`,
      reason,
      hint: `If that is meant, allow it for one run with --override-guard ${guard}.`,
    })),
    ...conflicts.map(({ address, reason, hint }) => ({ label: address, reason, hint })),
  ];
}

/** `2 conflicts, 1 broken guard`; empty where nothing is in the way. */
export function obstaclePhrase({ guards, conflicts }: Plan): string {
  return [
    ...(conflicts.length === 0 ? [] : [count(conflicts.length, 'conflict')]),
    ...(guards.length === 0 ? [] : [count(guards.length, 'broken guard')]),
  ].join(', ');
}
