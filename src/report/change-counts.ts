import type { Danger } from '../engine/plan/danger.ts';
import { count, thousands } from '../model/text/counting.ts';
import type { Op } from '../model/plan.ts';

/** How many changes there are of each kind. */
export interface ChangeCounts extends Readonly<Record<Op, number>> {
  readonly dangers: Readonly<Record<Danger, number>>;
}

/** Counts changes by what they do and by what is dangerous of them. */
export function countChanges(
  changes: readonly { readonly op: Op; readonly dangers: readonly Danger[] }[],
): ChangeCounts {
  const counts = { create: 0, update: 0, adopt: 0, deliver: 0, delete: 0 };
  const dangers = {
    delete: 0,
    disables: 0,
    'secret-moves': 0,
    'login-moves': 0,
    'method-changes': 0,
    'foreign-folder': 0,
    'gains-roles': 0,
    'foreign-reach': 0,
    'foreign-holders': 0,
    'breaks-others': 0,
    widens: 0,
  };
  for (const change of changes) {
    counts[change.op] += 1;
    for (const danger of change.dangers) dangers[danger] += 1;
  }
  return { ...counts, dangers };
}

const PENDING: readonly (readonly [Op, string])[] = [
  ['create', 'to create'],
  ['update', 'to change'],
  ['adopt', 'to adopt'],
  ['deliver', 'to deliver'],
  ['delete', 'to delete'],
];

/** `1 to create, 1 to delete`; empty where there is nothing to do. */
export function pendingPhrase(counts: ChangeCounts): string {
  return PENDING.filter(([op]) => counts[op] > 0)
    .map(([op, words]) => `${thousands(counts[op])} ${words}`)
    .join(', ');
}

/** What is counted, and what is said of one and of several. */
const DANGERS_IN_WORDS: readonly (readonly [Danger, string, string, string])[] = [
  ['disables', 'client', 'is shut out', 'are shut out'],
  ['login-moves', 'credential', 'is to be sent to another server', 'are to be sent to another server'],
  ['method-changes', 'client', 'must log in otherwise from then on', 'must log in otherwise from then on'],
  ['secret-moves', 'credential', 'moves to another place', 'move to another place'],
  ['foreign-folder', 'credential', "comes to lie in another owner's folder", "come to lie in another owner's folder"],
  ['gains-roles', 'client', 'gains roles', 'gain roles'],
  ['foreign-reach', 'change', 'reaches what others own', 'reach what others own'],
  ['foreign-holders', 'change', 'concerns clients outside this stack', 'concern clients outside this stack'],
  ['breaks-others', 'change', 'breaks others unless they change with it', 'break others unless they change with them'],
  ['widens', 'change', 'widens access', 'widen access'],
];

/** What a reviewer must not miss beside deletes, a phrase for each kind that there is, with its count; widening last. */
export function dangerPhrases({ dangers }: ChangeCounts): string[] {
  return DANGERS_IN_WORDS.flatMap(([danger, what, one, several]) => {
    const number = dangers[danger];
    return number === 0 ? [] : [`${count(number, what)} ${number === 1 ? one : several}`];
  });
}
