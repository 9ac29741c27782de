import {
  isProven,
  type ApplyReport,
  type ChangeResult,
  type ClientProof,
  type ProofCheck,
  type VerifyReport,
} from '../model/report.ts';
import {
  blockLine,
  byteLength,
  detailsBlock,
  fillBlocks,
  firstLines,
  inlineCode,
  MARKDOWN_LIMIT,
  originLine,
  summaryCode,
} from './markdown-parts.ts';
import {
  brokePhrase,
  checksPhrase,
  countProofs,
  countResults,
  checkStoreCommand,
  credentialAdvice,
  credentialPhrase,
  proofPhrase,
  proofWord,
  resultPhrase,
} from './results-summary.ts';
import { count, elapsed } from './words.ts';

const FOOTER = 1_000;

/** What an apply did, for a comment: what failed first and open to read, what went well folded away. */
export function renderApplyMarkdown(report: ApplyReport, limit: number = MARKDOWN_LIMIT): string {
  const { results, proofs, interrupted, overriddenGuards, brokeLock } = report;
  const head = results.length === 0 ? 'there was nothing to do' : resultPhrase(countResults(results));
  const proof = proofPhrase(countProofs(proofs));
  const fixed = [
    `### ${inlineCode(report.target)}: ${head}`,
    ...(proof === '' ? [] : [`**${proof}.**`]),
    ...(overriddenGuards.length === 0 ? [] : [`Overridden for this run: guard ${overriddenGuards.join(', ')}.`]),
    ...(brokeLock === undefined ? [] : [brokePhrase(inlineCode(brokeLock))]),
    ...(interrupted ? ['Stopped on request: what is not listed as done or failed was not begun.'] : []),
    originLine(report),
  ];
  const bad = [
    ...results.filter(({ outcome }) => outcome === 'failed').map((result) => () => failureBlock(result)),
    ...proofs.filter((item) => !isProven(item)).map((item) => () => unprovenBlock(item)),
  ];
  return assemble({ fixed, bad, good: [...doneBlocks(results, limit / 8), ...provenBlocks(proofs, limit / 8)], limit });
}

/** What a verify found, for a comment. */
export function renderVerifyMarkdown(report: VerifyReport, limit: number = MARKDOWN_LIMIT): string {
  const { proofs } = report;
  const head = proofs.length === 0 ? 'there is no client to prove' : proofPhrase(countProofs(proofs));
  const bad = proofs.filter((item) => !isProven(item)).map((item) => () => unprovenBlock(item));
  const advice = credentialAdvice(proofs, inlineCode(checkStoreCommand(report.target)));
  const title = `### ${inlineCode(report.target)}: ${head}`;
  const fixed = [title, originLine(report), ...(advice === '' ? [] : [advice])];
  return assemble({ fixed, bad, good: provenBlocks(proofs, limit / 4), limit });
}

interface Parts {
  readonly fixed: readonly string[];
  readonly bad: readonly (() => string)[];
  readonly good: readonly string[];
  readonly limit: number;
}

function assemble({ fixed, bad, good, limit }: Parts): string {
  const room = limit - byteLength([...fixed, ...good].join('\n\n')) - FOOTER;
  const { blocks, left } = fillBlocks(bad, room, (make) => make());
  const more =
    left.length === 0
      ? []
      : [`**${count(left.length, 'more failure')} ${left.length === 1 ? 'is' : 'are'} not shown here.**`];
  return `${[...fixed, ...blocks, ...more, ...good].join('\n\n')}\n`;
}

function failureBlock({ address, op, reason = '', hint = '' }: ChangeResult): string {
  const lines = [
    `- ${blockLine(reason, 2_000)}`,
    ...hint
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `  ${blockLine(line, 2_000)}`),
  ];
  return openBlock(`<b>failed</b> ${op} ${summaryCode(address)}`, lines);
}

function unprovenBlock(proof: ClientProof): string {
  const lines = proof.checks.filter(({ outcome }) => outcome !== 'passed').flatMap(checkLines);
  const some = firstLines(lines, 6_000, (missing) => `  and ${count(missing, 'more line')}`);
  const summary = `<b>not proven</b> ${summaryCode(proof.address)} ${checksPhrase(proof.checks)}`;
  return openBlock(summary, [`  ${blockLine(credentialPhrase(proof))}`, ...some]);
}

function checkLines({ claim, outcome, detail = '' }: ProofCheck): string[] {
  if (outcome === 'failed') return [`- ${blockLine(claim)}`, ...(detail === '' ? [] : [`    ${blockLine(detail)}`])];
  return [`  not testable: ${blockLine(claim)}${detail === '' ? '' : ` (${blockLine(detail)})`}`];
}

function openBlock(summary: string, lines: readonly string[]): string {
  return detailsBlock(summary, 'diff', lines).replace('<details>', '<details open>');
}

function doneBlocks(results: readonly ChangeResult[], bytes: number): string[] {
  const lines = (wanted: ChangeResult['outcome']): string[] =>
    results.filter(({ outcome }) => outcome === wanted).map(wanted === 'done' ? doneLine : skippedLine);
  return [
    ...folded('skipped', lines('skipped'), bytes),
    ...folded('done', lines('done'), bytes),
    ...folded('done before this run', lines('done-before'), bytes),
  ];
}

function doneLine({ address, op, duration, storeVersion }: ChangeResult): string {
  const facts = [
    ...(duration > 0 ? [elapsed(duration)] : []),
    ...(storeVersion === undefined ? [] : [`document version ${storeVersion}`]),
  ];
  return blockLine([op, address, facts.join(', ')].filter((part) => part !== '').join('  '));
}

function skippedLine({ address, op, reason = '' }: ChangeResult): string {
  return blockLine([op, address, reason].filter((part) => part !== '').join('  '));
}

function provenBlocks(proofs: readonly ClientProof[], bytes: number): string[] {
  const counts = countProofs(proofs);
  const linesOf = (wanted: ReturnType<typeof proofWord>): string[] =>
    proofs
      .filter((proof) => proofWord(proof) === wanted)
      .flatMap((proof) => [
        blockLine(`${proof.address}  ${checksPhrase(proof.checks)}; ${credentialPhrase(proof)}`),
        ...proof.checks.filter(({ outcome }) => outcome === 'not-testable').flatMap(checkLines),
      ]);
  return [
    ...folded('proven', linesOf('proven'), bytes, counts.proven),
    ...folded('with nothing to prove', linesOf('nothing to prove'), bytes, counts.nothingToProve),
  ];
}

function folded(word: string, lines: readonly string[], bytes: number, number: number = lines.length): string[] {
  if (lines.length === 0) return [];
  const some = firstLines(lines, bytes, (missing) => `and ${count(missing, 'more line')}`);
  return [detailsBlock(`${number} ${word}`, 'text', some)];
}
