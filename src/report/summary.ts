import type { Plan } from '../model/plan.ts';
import type { Danger } from '../engine/plan/danger.ts';
import type { ChangeView } from './change-view.ts';
import { isNothing } from './selection.ts';
import { PENDING, count, thousands } from './words.ts';

function noDangers(): Record<Danger, number> {
  return {
    delete: 0,
    'secret-moves': 0,
    'login-moves': 0,
    'foreign-folder': 0,
    'gains-roles': 0,
    'foreign-reach': 0,
    'foreign-holders': 0,
    widens: 0,
  };
}

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
  /** Changes of each dangerous kind. */
  readonly dangers: Readonly<Record<Danger, number>>;
}

export function countPlan(views: readonly ChangeView[]): PlanCounts {
  const counts = {
    create: 0,
    update: 0,
    adopt: 0,
    deliver: 0,
    delete: 0,
    widening: 0,
    dangers: noDangers(),
  };
  for (const { change, widens, dangers } of views) {
    counts[change.op] += 1;
    if (widens) counts.widening += 1;
    for (const danger of dangers) counts.dangers[danger] += 1;
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

const DANGER_PHRASES: readonly (readonly [Danger, (number: number) => string])[] = [
  ['login-moves', (number) => `${count(number, 'secret')} ${number === 1 ? 'is' : 'are'} to be sent to another server`],
  ['secret-moves', (number) => `${count(number, 'secret')} ${number === 1 ? 'moves' : 'move'} to another place`],
  [
    'foreign-folder',
    (number) => `${count(number, 'secret')} ${number === 1 ? 'comes' : 'come'} to lie in another owner's folder`,
  ],
  ['gains-roles', (number) => `${count(number, 'client')} ${number === 1 ? 'gains' : 'gain'} roles`],
  ['foreign-reach', (number) => `${count(number, 'change')} ${number === 1 ? 'reaches' : 'reach'} what others own`],
  [
    'foreign-holders',
    (number) => `${count(number, 'change')} ${number === 1 ? 'concerns' : 'concern'} clients outside this stack`,
  ],
];

/** What a reviewer must not miss beside deletes, a phrase for each kind that there is, with its count; widening last. */
export function dangerPhrases(counts: PlanCounts): string[] {
  const kinds = DANGER_PHRASES.flatMap(([danger, phrase]) =>
    counts.dangers[danger] === 0 ? [] : [phrase(counts.dangers[danger])],
  );
  return [...kinds, wideningPhrase(counts)].filter((phrase) => phrase !== '');
}

/** `Api/stock is another stack's from now on`; empty where no Api is let go. */
export function letGoPhrase({ review }: Plan): string {
  const letGo = review?.letGo ?? [];
  if (letGo.length === 0) return '';
  const more = letGo.length > MOST_LET_GO ? ` and ${thousands(letGo.length - MOST_LET_GO)} more` : '';
  const whose = letGo.length === 1 ? 'is let go, though its mark says' : 'are let go, though their marks say';
  return `${letGo.slice(0, MOST_LET_GO).join(', ')}${more} ${whose} that this stack owns ${letGo.length === 1 ? 'it' : 'them'} (managed: false)`;
}

const MOST_LET_GO = 5;

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
