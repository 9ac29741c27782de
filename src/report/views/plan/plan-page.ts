import { count, nameSome } from '../../../model/text/counting.ts';
import type { FieldWords } from '../../../model/field-words.ts';
import type { Plan } from '../../../model/plan.ts';
import { countChanges, dangerPhrases, pendingPhrase } from '../../change-counts.ts';
import type { Block, ChangeEntry, Page, Phrase, RefusalsBlock } from '../../page.ts';
import { changeEntry } from './change-entry.ts';
import { reviewChanges } from './reviewed-change.ts';
import { headOf } from '../parts/origin.ts';
import { isNothing, selectionWords } from './selection.ts';

/** A plan for people: the most dangerous changes first. */
export function planPage({
  plan,
  notices,
  words,
}: {
  readonly plan: Plan;
  readonly notices: readonly string[];
  readonly words: FieldWords;
}): Page {
  const changes = reviewChanges(plan, words).map((change) => changeEntry(change, words));
  const refusals = refusalsOf(plan);
  const isBrief = changes.length + refusals.length === 0;
  return {
    head: headOf(plan),
    headline: isBrief ? [{ words: emptyPhrase(plan) }] : pendingPhrases(plan, changes),
    sentences: [...alarms(plan, changes), ...(isBrief ? [] : unchangedPhrases(plan))],
    isBrief,
    remarks: plan.selection === undefined ? [] : [{ words: selectionWords(plan.selection), isWarning: false }],
    blocks: blocksOf(plan, changes, refusals),
    notices,
  };
}

function blocksOf({ target }: Plan, changes: readonly ChangeEntry[], refusals: RefusalsBlock['refusals']): Block[] {
  const command = `grantry plan -t ${target}`;
  const ofTheRest = 'They are pending like the rest (--detailed-exitcode: 2).';
  return [
    ...(refusals.length === 0 ? [] : [{ kind: 'refusals' as const, title: 'Apply refuses this plan:', refusals }]),
    ...(changes.length === 0 ? [] : [{ kind: 'changes' as const, changes, command, ofTheRest }]),
  ];
}

/** All that stands in the way of a plan, guards first. */
function refusalsOf({ guards, conflicts }: Plan): RefusalsBlock['refusals'] {
  return [
    ...guards.map(({ guard, reason }) => ({
      label: `guard ${guard}`,
      reason,
      hint: `If that is meant, allow it for one run with --override-guard ${guard}.`,
    })),
    ...conflicts.map(({ address, reason, hint }) => ({ label: address, reason, hint })),
  ];
}

/** `2 conflicts, 1 broken guard`, `1 to create`; what there is none of is left out. */
function pendingPhrases({ guards, conflicts }: Plan, changes: readonly ChangeEntry[]): Phrase[] {
  const inTheWay = [
    ...(conflicts.length === 0 ? [] : [count(conflicts.length, 'conflict')]),
    ...(guards.length === 0 ? [] : [count(guards.length, 'broken guard')]),
  ].join(', ');
  const pending = pendingPhrase(countChanges(changes));
  return [
    ...(inTheWay === '' ? [] : [{ words: inTheWay, tone: 'bad' as const }]),
    ...(pending === '' ? [] : [{ words: pending }]),
  ];
}

function alarms(plan: Plan, changes: readonly ChangeEntry[]): Phrase[] {
  return [
    ...dangerPhrases(countChanges(changes)).map((words) => ({ words, tone: 'alarm' as const })),
    ...releasedPhrases(plan),
  ];
}

const MOST_RELEASED = 5;

/** `Api/stock is let go, though its mark says that this stack owns it (managed: false)`. */
function releasedPhrases({ review }: Plan): Phrase[] {
  const releasedApis = review?.releasedApis ?? [];
  if (releasedApis.length === 0) return [];
  const [is, it] =
    releasedApis.length === 1
      ? ['is let go, though its mark says', 'it']
      : ['are let go, though their marks say', 'them'];
  const untrusted = `${nameSome(releasedApis, MOST_RELEASED)} ${is} that this stack owns ${it} (managed: false)`;
  return [{ words: [{ untrusted }], tone: 'alarm' }];
}

/** `214 clients and 3 Apis are as declared`. */
function unchangedPhrases({ unchanged }: Plan): Phrase[] {
  const { apis, clients } = unchanged;
  const parts = unchangedCounts(unchanged);
  return parts.length === 0
    ? []
    : [{ words: `${parts.join(' and ')} ${apis + clients === 1 ? 'is' : 'are'} as declared` }];
}

/** The one line for a plan that has nothing to do and nothing in its way. */
function emptyPhrase({ unchanged, selection }: Plan): string {
  if (isNothing(selection)) return 'nothing to look at';
  const parts = unchangedCounts(unchanged);
  const what = selection === undefined ? 'everything' : 'what was looked at';
  return `${what} is as declared${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

function unchangedCounts({ apis, clients }: Plan['unchanged']): string[] {
  return [...(clients > 0 ? [count(clients, 'client')] : []), ...(apis > 0 ? [count(apis, 'Api')] : [])];
}
