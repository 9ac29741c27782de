import { z } from 'zod';
import { count, thousands } from '../../model/text/counting.ts';
import { isProven, isRotated } from '../../model/report.ts';
import type { RevokedTokens, RotateReport, RotationResult } from '../../model/report.ts';
import { formatDuration } from '../../model/text/duration.ts';
import type { Outcome, OutcomeGroup, OutcomesBlock, Page } from '../page.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { elapsed, toMinute } from '../words.ts';
import { brokeLockRemark, headOf, interruptedRemark, originData } from './parts/origin.ts';
import {
  address,
  audit,
  brokeLock,
  checks,
  formatVersion,
  iso,
  milliseconds,
  origin,
  rotationOp,
  texts,
  total,
} from './parts/schema-parts.ts';

const result = z.strictObject({
  address,
  op: rotationOp,
  outcome: z.enum(['done', 'finished', 'failed', 'refused', 'skipped']).describe('finished: a run before had begun it'),
  place: z.string().describe('Of the document; empty where nothing is known of it'),
  storeVersion: total.optional(),
  overlapUntil: iso.optional().describe('Until when the previous credential is accepted too: ISO 8601'),
  gap: z
    .strictObject({ ms: milliseconds, atMost: z.boolean() })
    .optional()
    .describe('For how long no credential in the store was accepted; absent: there was an overlap'),
  tokens: z
    .strictObject({
      inactiveBefore: iso.optional().describe('Introspection calls tokens issued before inactive; absent: it cannot'),
      acceptedFor: total
        .optional()
        .describe('For how long at most services that check tokens offline accept them; seconds'),
    })
    .optional()
    .describe('Of a revocation: what becomes of tokens that were issued before'),
  checks,
  reason: z.string().optional(),
  hint: z.string().optional(),
  duration: milliseconds,
});

const rotateSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('rotate'),
    ...origin,
    startedAt: iso,
    interrupted: z.boolean().describe('The user stopped it: what is skipped was not begun'),
    brokeLock,
    summary: z.strictObject({
      rotated: total,
      cleared: total.describe('Secrets before that were taken away long after their overlap'),
      failed: total,
      refused: total,
      skipped: total,
      waiting: total.describe('How many more are due, beyond --max'),
    }),
    results: z.array(result),
    notices: texts,
    audit,
  })
  .meta({ id: 'rotate' });

/** What a rotate did. */
export const rotateView = defineView(rotateSchema)({ data: rotateData, page: rotatePage });

function rotateData(report: RotateReport): Data<typeof rotateSchema> {
  const { startedAt, interrupted, waiting, results, notices } = report;
  return {
    formatVersion: 1,
    kind: 'rotate',
    ...originData(report),
    startedAt,
    interrupted,
    brokeLock: report.brokeLock,
    summary: { ...countRotations(results), waiting },
    results,
    notices,
    audit: report.audit,
  };
}

function rotatePage(report: RotateReport): Page {
  const { results, interrupted, brokeLock: holder, notices, waiting } = report;
  const left = `${thousands(waiting)} more ${waiting === 1 ? 'waits' : 'wait'} beyond --max`;
  return {
    head: headOf(report),
    headline: [{ words: summaryOf(results) }],
    sentences: waiting === 0 ? [] : [{ words: left }],
    remarks: [...brokeLockRemark(holder), ...interruptedRemark(interrupted, 'what is skipped')],
    blocks: outcomesOf(results),
    notices,
  };
}

function countRotations(
  results: readonly RotationResult[],
): Record<'rotated' | 'cleared' | 'failed' | 'refused' | 'skipped', number> {
  const of = (test: (result: RotationResult) => boolean): number => results.filter(test).length;
  return {
    rotated: of((one) => isRotated(one) && one.op !== 'retire'),
    cleared: of(({ op, outcome }) => op === 'retire' && outcome === 'done'),
    failed: of(({ outcome }) => outcome === 'failed'),
    refused: of(({ outcome }) => outcome === 'refused'),
    skipped: of(({ outcome }) => outcome === 'skipped'),
  };
}

/** `3 credentials rotated, 1 failed`. */
function summaryOf(results: readonly RotationResult[]): string {
  if (results.length === 0) return 'there was nothing to rotate';
  const { rotated, cleared, failed, refused, skipped } = countRotations(results);
  return [
    ...(rotated === 0 ? [] : [`${count(rotated, 'credential')} rotated`]),
    ...(cleared === 0 ? [] : [`${count(cleared, 'ended overlap')} cleared`]),
    ...(failed === 0 ? [] : [`${thousands(failed)} failed`]),
    ...(refused === 0 ? [] : [`${thousands(refused)} refused`]),
    ...(skipped === 0 ? [] : [`${thousands(skipped)} skipped`]),
  ].join(', ');
}

function outcomesOf(results: readonly RotationResult[]): OutcomesBlock[] {
  const of = (test: (result: RotationResult) => boolean): Outcome[] => results.filter(test).map(outcomeOf);
  const groups: OutcomeGroup[] = [
    { word: 'failed', mark: 'failed', isBad: true, outcomes: of(({ outcome }) => outcome === 'failed') },
    { word: 'refused', mark: 'failed', isBad: true, outcomes: of(({ outcome }) => outcome === 'refused') },
    { word: 'skipped', mark: 'skipped', outcomes: of(({ outcome }) => outcome === 'skipped') },
    { word: 'done', mark: 'passed', outcomes: of(isRotated) },
  ];
  return results.length === 0 ? [] : [{ kind: 'outcomes', widths: { what: 0, word: 8 }, groups }];
}

function outcomeOf(one: RotationResult): Outcome {
  const { address: name, hint = '' } = one;
  return { name, text: rotationPhrase(one), hint, ...(isRotated(one) ? { word: rotationWord(one) } : {}) };
}

const DONE = { rotate: 'rotated', revoke: 'revoked', retire: 'cleared' };

/** What became of one client: `rotated`, `finished`, `failed`. */
export function rotationWord({ op, outcome }: RotationResult): string {
  return outcome === 'done' ? DONE[op] : outcome;
}

/** What a reader wants to know of one that went well, or why it did not. */
function rotationPhrase(one: RotationResult): string {
  if (!isRotated(one)) return one.reason ?? '';
  if (one.op === 'retire') return 'the previous credential, whose overlap is over, is gone from the provider';
  const { storeVersion, overlapUntil, gap, tokens, checks: all, op } = one;
  const open = all.filter(({ outcome }) => outcome === 'not-testable');
  return [
    ...(storeVersion === undefined ? [] : [`document version ${storeVersion}`]),
    ...(overlapUntil === undefined ? [] : [`the previous credential is accepted until ${toMinute(overlapUntil)}`]),
    ...(gap === undefined ? [] : [`gap ${gap.atMost ? 'at most ' : ''}${elapsed(gap.ms)}`]),
    ...(op === 'revoke' && isProven({ checks: all }) && open.length === 0
      ? ['the previous credential is refused']
      : []),
    ...(tokens === undefined ? [] : [tokensPhrase(tokens)]),
    ...open.map(({ claim, detail = '' }) => `not tested: ${claim}${detail === '' ? '' : ` (${detail})`}`),
  ].join('; ');
}

/** What becomes of tokens that whoever had the credential got with it. */
function tokensPhrase({ inactiveBefore, acceptedFor }: RevokedTokens): string {
  const offline = acceptedFor === undefined ? 'until they expire' : `for up to ${formatDuration(acceptedFor)}`;
  return inactiveBefore === undefined
    ? `tokens issued before are accepted ${offline}`
    : `tokens issued before are inactive where they are introspected, and accepted ${offline} where they are not`;
}
