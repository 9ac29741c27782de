import { z } from 'zod';
import { count, thousands } from '../../model/text/counting.ts';
import type { ApplyReport, ChangeResult } from '../../model/report.ts';
import type { Outcome, OutcomeGroup, OutcomesBlock, Page, Remark } from '../page.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { elapsed } from '../words.ts';
import { brokeLockRemark, headOf, interruptedRemark, originData } from './parts/origin.ts';
import { countProofs, proof, proofBlocks, proofCounts, proofData, proofPhrases } from './parts/proofs.ts';
import {
  address,
  audit,
  brokeLock,
  formatVersion,
  guard,
  iso,
  milliseconds,
  op,
  origin,
  total,
} from './parts/schema-parts.ts';

const result = z.strictObject({
  address,
  op,
  outcome: z.enum(['done', 'done-before', 'failed', 'skipped']),
  reason: z.string().optional(),
  hint: z.string().optional(),
  storeVersion: total.optional(),
  duration: milliseconds,
});

const applySchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('apply'),
    ...origin,
    startedAt: iso,
    interrupted: z.boolean().describe('The user stopped it: what is not in the results was not begun'),
    brokeLock,
    overriddenGuards: z.array(guard),
    summary: z.strictObject({ done: total, doneBefore: total, failed: total, skipped: total, ...proofCounts }),
    results: z.array(result).describe('In the order in which they ended'),
    proofs: z.array(proof),
    audit,
  })
  .meta({ id: 'apply' });

/** What an apply did. */
export const applyView = defineView(applySchema)({ data: applyData, page: applyPage });

function applyData(report: ApplyReport): Data<typeof applySchema> {
  const { startedAt, interrupted, overriddenGuards, results, proofs } = report;
  return {
    formatVersion: 1,
    kind: 'apply',
    ...originData(report),
    startedAt,
    interrupted,
    brokeLock: report.brokeLock,
    overriddenGuards,
    summary: { ...countResults(results), ...countProofs(proofs) },
    results,
    proofs: proofs.map(proofData),
    audit: report.audit,
  };
}

function applyPage(report: ApplyReport): Page {
  const { results, proofs } = report;
  return {
    head: headOf(report),
    headline: [{ words: results.length === 0 ? 'there was nothing to do' : resultPhrase(results) }],
    sentences: proofPhrases(proofs),
    remarks: remarksOf(report),
    blocks: [...resultBlocks(results), ...proofBlocks(proofs)],
    notices: [],
  };
}

function remarksOf({ overriddenGuards, interrupted, brokeLock: holder }: ApplyReport): Remark[] {
  const overridden = { words: `Overridden for this run: guard ${overriddenGuards.join(', ')}.`, isWarning: true };
  return [
    ...(overriddenGuards.length === 0 ? [] : [overridden]),
    ...brokeLockRemark(holder),
    ...interruptedRemark(interrupted, 'what is not listed as done or failed'),
  ];
}

function countResults(results: readonly ChangeResult[]): Record<'done' | 'doneBefore' | 'failed' | 'skipped', number> {
  const of = (wanted: ChangeResult['outcome']): number => results.filter(({ outcome }) => outcome === wanted).length;
  return { done: of('done'), doneBefore: of('done-before'), failed: of('failed'), skipped: of('skipped') };
}

/** `3 changes done, 2 done before, 1 failed`. */
function resultPhrase(results: readonly ChangeResult[]): string {
  const { done, doneBefore, failed, skipped } = countResults(results);
  if (done + failed + skipped === 0) return `${count(doneBefore, 'change')} done before this run`;
  const parts = [
    ...(doneBefore > 0 ? [`${thousands(doneBefore)} done before`] : []),
    ...(failed > 0 ? [`${thousands(failed)} failed`] : []),
    ...(skipped > 0 ? [`${thousands(skipped)} skipped`] : []),
  ];
  return [`${count(done, 'change')} done`, ...parts].join(', ');
}

function resultBlocks(results: readonly ChangeResult[]): OutcomesBlock[] {
  const of = (wanted: ChangeResult['outcome']): Outcome[] =>
    results.filter(({ outcome }) => outcome === wanted).map(outcomeOf);
  const groups: OutcomeGroup[] = [
    { word: 'failed', mark: 'failed', isBad: true, outcomes: of('failed') },
    { word: 'skipped', mark: 'skipped', outcomes: of('skipped') },
    { word: 'done', mark: 'passed', outcomes: of('done') },
    { word: 'done before this run', mark: 'same', outcomes: of('done-before') },
  ];
  return results.length === 0 ? [] : [{ kind: 'outcomes', widths: { what: 7, word: 7 }, groups }];
}

function outcomeOf({
  address: name,
  op: what,
  outcome,
  reason = '',
  hint = '',
  duration,
  storeVersion,
}: ChangeResult): Outcome {
  const facts = [
    ...(duration > 0 ? [elapsed(duration)] : []),
    ...(storeVersion === undefined ? [] : [`document version ${storeVersion}`]),
  ].join(', ');
  const isDone = outcome === 'done' || outcome === 'done-before';
  return { name, what, text: isDone ? facts : reason, hint };
}
