import type { FieldWords } from '../../model/field-words.ts';
import type { Change, Op, PlanReview } from '../../model/plan.ts';
import { leafDifferences } from './field-changes.ts';
import { movesLogin } from './moves-login.ts';

/** Why a reviewer must not miss a change, the worst first. */
export const DANGERS = [
  'delete',
  'disables',
  'secret-moves',
  'login-moves',
  'method-changes',
  'foreign-folder',
  'gains-roles',
  'foreign-reach',
  'foreign-holders',
  'breaks-others',
  'widens',
] as const;
export type Danger = (typeof DANGERS)[number];

const CHANGES_METHOD: ReadonlySet<string> = new Set(['method-changed', 'workload-changed']);

/** What of a change is dangerous, the worst first; pure, and the same for every format. */
export function dangersOf(
  change: Change,
  review: PlanReview | undefined,
  words: Pick<FieldWords, 'widens' | 'breaks' | 'switchesOff' | 'holdsRoles'>,
): Danger[] {
  const found = new Set<Danger>();
  if (change.op === 'delete') found.add('delete');
  if ('delivery' in change && change.delivery?.reason === 'moved') found.add('secret-moves');
  if ('delivery' in change && CHANGES_METHOD.has(change.delivery?.reason ?? '')) found.add('method-changes');
  if ('delivery' in change && movesLogin(change.delivery)) found.add('login-moves').add('widens');
  if (review?.foreignFolders[change.address] !== undefined) found.add('foreign-folder');
  if (review?.outsideHolders[change.address] !== undefined) found.add('foreign-holders');
  if (Object.keys(change.foreign ?? {}).length > 0) found.add('foreign-reach').add('widens');
  if (change.op === 'create' || change.op === 'update' || change.op === 'adopt') {
    for (const difference of leafDifferences('before' in change ? change.before : undefined, change.after)) {
      if (words.switchesOff(difference)) found.add('disables');
      else if (words.breaks(difference) !== undefined) found.add('breaks-others');
      if (!words.widens(difference)) continue;
      found.add('widens');
      if (words.holdsRoles(difference.path)) found.add('gains-roles');
    }
  }
  return DANGERS.filter((danger) => found.has(danger));
}

/** Beside what only widens access, which a plan may do a thousand times: none of these may be left out of a review. */
export function isSerious(dangers: readonly Danger[]): boolean {
  return dangers.some((danger) => danger !== 'widens');
}

const CALM: Readonly<Record<Op, number>> = { delete: 0, adopt: 1, update: 2, deliver: 3, create: 4 };

/** In which order changes are shown: lower ones first. */
export function rankOf(op: Op, dangers: readonly Danger[]): number {
  const [worst] = dangers;
  if (worst === undefined) return DANGERS.length + 1 + CALM[op];
  // What widens what there is comes before what is new.
  return DANGERS.indexOf(worst) + (worst === 'widens' && op === 'create' ? 1 : 0);
}
