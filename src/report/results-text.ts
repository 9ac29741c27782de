import type { ApplyReport, ChangeResult, VerifyReport } from '../model/report.ts';
import { printable } from './escape.ts';
import { proofTable } from './proof-text.ts';
import {
  brokePhrase,
  countProofs,
  countResults,
  checkStoreCommand,
  credentialAdvice,
  failuresLast,
  proofPhrase,
  resultPhrase,
} from './results-summary.ts';
import type { Style } from './style.ts';
import { sentences } from './summary.ts';
import {
  LEFT_COLUMN,
  columnAfter,
  hangingLines,
  hintLines,
  padToColumn,
  plainText,
  textColumn,
  titleLine,
} from './text-parts.ts';
import { padTo, wrap } from './width.ts';
import { elapsed } from './words.ts';

/** What an apply did, for a terminal: failures last, right above the summary. */
export function renderApplyText(report: ApplyReport, style: Style): string {
  const { results, proofs, interrupted, overriddenGuards, brokeLock } = report;
  const counts = countResults(results);
  const parts = [
    ...section(resultTable(results, style)),
    ...section(proofTable(proofs, style)),
    ...(overriddenGuards.length === 0
      ? []
      : [style.yellow(`Overridden for this run: guard ${overriddenGuards.join(', ')}.`)]),
    ...(brokeLock === undefined ? [] : wrap(printable(brokePhrase(brokeLock), style), style.width).map(style.yellow)),
    ...(interrupted ? [style.yellow('Stopped on request: what is not listed as done or failed was not begun.')] : []),
    sentences([
      results.length === 0 ? 'There was nothing to do' : resultPhrase(counts),
      proofPhrase(countProofs(proofs)),
    ]),
  ];
  return `${[titleLine(report, style), '', ...parts].join('\n')}\n`;
}

/** What a verify found, for a terminal. */
export function renderVerifyText(report: VerifyReport, style: Style): string {
  const { proofs } = report;
  const summary = proofs.length === 0 ? 'There is no client to prove' : proofPhrase(countProofs(proofs));
  const advice = credentialAdvice(proofs, printable(checkStoreCommand(report.target), style));
  const parts = [
    ...section(proofTable(proofs, style)),
    ...(advice === '' ? [] : wrap(advice, style.width)),
    `${summary}.`,
  ];
  return `${[titleLine(report, style), '', ...parts].join('\n')}\n`;
}

/** One finished step on one line, for the progress of a run. */
export function renderProgress(result: ChangeResult, style: Style): string {
  const { address, op, outcome, reason = '' } = result;
  const [glyph, paint] = outcomeLook(outcome, style);
  const time = outcome === 'skipped' || result.duration === 0 ? '' : style.dim(` (${elapsed(result.duration)})`);
  const why = outcome === 'done' || reason === '' ? '' : `: ${printable(reason, style)}`;
  const verb = outcome === 'done' ? '' : `${outcome}: `;
  return `${paint(glyph)} ${verb}${op} ${printable(address, style)}${why}${time}`;
}

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [...lines, ''];
}

function outcomeLook(outcome: ChangeResult['outcome'], style: Style): [string, (text: string) => string] {
  const glyphs = { done: style.passed, 'done-before': '=', failed: style.failed, skipped: style.skipped };
  const paints = { done: style.green, 'done-before': style.dim, failed: style.red, skipped: style.yellow };
  return [glyphs[outcome], paints[outcome]];
}

function resultTable(results: readonly ChangeResult[], style: Style): string[] {
  const heads = results.map(({ address }) => `  ${style.passed} ${printable(address, style)}`);
  const column = columnAfter(heads, LEFT_COLUMN);
  return failuresLast(results).flatMap((result) => resultLines(result, column, style));
}

function resultLines(result: ChangeResult, column: number, style: Style): string[] {
  const { address, op, outcome, hint = '' } = result;
  const [glyph, paint] = outcomeLook(outcome, style);
  const head = [
    { text: padToColumn(`  ${glyph} ${printable(address, style)}`, column), paint },
    { text: padTo(op, 9) },
    { text: padTo(outcome === 'done-before' ? 'as is' : outcome, 9), paint },
  ];
  const below = textColumn(plainText(head), style.width);
  return [...hangingLines(head, { text: phraseOf(result, style) }, style), ...hintLines(hint, below, style)];
}

function phraseOf(result: ChangeResult, style: Style): string {
  if (result.outcome === 'done-before') return DONE_BEFORE;
  return result.outcome === 'done' ? donePhrase(result) : printable(result.reason ?? '', style);
}

const DONE_BEFORE = 'was done before this run';

function donePhrase({ duration, storeVersion }: ChangeResult): string {
  const parts = [
    ...(duration > 0 ? [elapsed(duration)] : []),
    ...(storeVersion === undefined ? [] : [`document version ${storeVersion}`]),
  ];
  return parts.join(', ');
}
