import type { Plan } from '../model/plan.ts';
import type { ChangeView } from './change-view.ts';
import { isNothing } from './selection.ts';
import { PENDING, count, thousands } from './words.ts';

const ORDER = ['create', 'update', 'adopt', 'deliver', 'delete'] as const;

/** How much of what a plan holds. */
export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly adopt: number;
  readonly deliver: number;
  readonly delete: number;
  /** Changes that give somebody more power. */
  readonly widening: number;
}

export function countPlan(views: readonly ChangeView[]): PlanCounts {
  const counts = {
    create: 0,
    update: 0,
    adopt: 0,
    deliver: 0,
    delete: 0,
    widening: 0,
  };
  for (const { change, widens } of views) {
    counts[change.op] += 1;
    if (widens) counts.widening += 1;
  }
  return counts;
}

/** `1 to create, 1 to delete`; empty where there is nothing to do. */
export function pendingPhrase(counts: PlanCounts): string {
  return ORDER.filter((op) => counts[op] > 0)
    .map((op) => `${thousands(counts[op])} ${PENDING[op]}`)
    .join(', ');
}

/** `2 changes widen access`; empty where none does. */
export function wideningPhrase({ widening }: PlanCounts): string {
  return widening === 0 ? '' : `${count(widening, 'change')} ${widening === 1 ? 'widens' : 'widen'} access`;
}

/** `214 clients and 3 Apis are as declared`; empty where none is. */
export function unchangedPhrase({ unchanged: { apis, clients } }: Plan): string {
  const parts = [...(clients > 0 ? [count(clients, 'client')] : []), ...(apis > 0 ? [count(apis, 'Api')] : [])];
  if (parts.length === 0) return '';
  return `${parts.join(' and ')} ${apis + clients === 1 ? 'is' : 'are'} as declared`;
}

/** The one line for a plan that has nothing to do and nothing in its way. */
export function emptyPhrase({ unchanged: { apis, clients }, selection }: Plan): string {
  if (isNothing(selection)) return 'nothing to look at';
  const parts = [...(clients > 0 ? [count(clients, 'client')] : []), ...(apis > 0 ? [count(apis, 'Api')] : [])];
  return `${selection === undefined ? 'everything' : 'what was looked at'} is as declared${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

/** Phrases as sentences on one line; empty ones are left out. */
export function sentences(phrases: readonly string[]): string {
  return phrases
    .filter((phrase) => phrase !== '')
    .map((phrase) => `${phrase}.`)
    .join(' ');
}
