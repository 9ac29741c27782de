import { isProven, isRotated } from '../model/report.ts';
import type { CredentialStatus, RotateReport, RotationResult } from '../model/report.ts';
import { daysOf } from '../engine/rotation/rotation-notices.ts';
import { count, elapsed, thousands } from './words.ts';

const DONE = { rotate: 'rotated', revoke: 'revoked', retire: 'cleared' };

/** What became of one client: `rotated`, `finished`, `failed`. */
export function rotationWord({ op, outcome }: RotationResult): string {
  return outcome === 'done' ? DONE[op] : outcome;
}

/** What a reader wants to know of one that went well, or why it did not. */
export function rotationPhrase(result: RotationResult): string {
  if (!isRotated(result)) return result.reason ?? '';
  if (result.op === 'retire') return 'the previous secret, refused since its overlap ended, is gone from the provider';
  const { storeVersion, overlapUntil, gap, checks, op } = result;
  const open = checks.filter(({ outcome }) => outcome === 'not-testable');
  return [
    ...(storeVersion === undefined ? [] : [`document version ${storeVersion}`]),
    ...(overlapUntil === undefined ? [] : [`the previous secret is accepted until ${minutes(overlapUntil)}`]),
    ...(gap === undefined ? [] : [`gap ${gap.atMost ? 'at most ' : ''}${elapsed(gap.ms)}`]),
    ...(op === 'revoke' && isProven({ checks }) && open.length === 0 ? ['the previous secret is refused'] : []),
    ...open.map(({ claim, detail = '' }) => `not tested: ${claim}${detail === '' ? '' : ` (${detail})`}`),
  ].join('; ');
}

/** `3 credentials rotated, 1 failed`. */
export function rotateSummary({ results, waiting }: RotateReport): string {
  const of = (test: (result: RotationResult) => boolean): number => results.filter(test).length;
  const changed = of((result) => isRotated(result) && result.op !== 'retire');
  const phrases = [
    ...(changed > 0 || results.length === 0 ? [rotatedPhrase(changed)] : []),
    ...counted(
      of(({ op, outcome }) => op === 'retire' && outcome === 'done'),
      'ended overlap',
      'cleared',
    ),
    ...(['failed', 'refused', 'skipped'] as const).flatMap((wanted) => {
      const number = of(({ outcome }) => outcome === wanted);
      return number === 0 ? [] : [`${thousands(number)} ${wanted}`];
    }),
  ];
  const left = waiting === 0 ? '' : ` ${thousands(waiting)} more ${waiting === 1 ? 'waits' : 'wait'} beyond --max.`;
  return `${phrases.join(', ')}.${left}`;
}

function rotatedPhrase(number: number): string {
  return number === 0 ? 'There was nothing to rotate' : `${count(number, 'credential')} rotated`;
}

function counted(number: number, what: string, done: string): string[] {
  return number === 0 ? [] : [`${count(number, what)} ${done}`];
}

/** The cells of one line of a status. */
export function statusCells(status: CredentialStatus, now: string): string[] {
  const { age, dueAt, overdue, overlapUntil, storeVersion } = status;
  const wait = dueAt === undefined ? 0 : (Date.parse(dueAt) - Date.parse(now)) / 1000;
  return [
    status.address,
    age === undefined ? 'unknown' : daysOf(age),
    dueAt === undefined ? '-' : overdue ? `overdue ${daysOf(-wait)}` : `in ${waitOf(wait)}`,
    overlapUntil === undefined ? '-' : minutes(overlapUntil),
    storeVersion === undefined ? '-' : String(storeVersion),
    status.owner === '' ? '-' : status.owner,
  ];
}

/** Rounded, so that it does not say 89 days right after a rotation every 90. */
function waitOf(seconds: number): string {
  const days = Math.round(seconds / 86_400);
  return days >= 2 ? `${days} days` : daysOf(seconds);
}

export const STATUS_HEADS = ['client', 'age', 'next rotation', 'overlap until', 'version', 'owner'];

/** `12 credentials, 1 overdue, 2 with an overlap`. */
export function statusSummary(credentials: readonly CredentialStatus[]): string {
  const overdue = credentials.filter((status) => status.overdue).length;
  const overlapping = credentials.filter(({ overlapUntil }) => overlapUntil !== undefined).length;
  return `${[
    count(credentials.length, 'credential'),
    overdue === 0 ? 'none overdue' : `${thousands(overdue)} overdue`,
    ...(overlapping === 0 ? [] : [`${thousands(overlapping)} in an overlap`]),
  ].join(', ')}.`;
}

/** `2026-11-24 22:10 UTC`. */
function minutes(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
