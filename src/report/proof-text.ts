import type { ClientProof, ProofCheck } from '../model/report.ts';
import { printable } from './escape.ts';
import { checksPhrase, credentialPhrase, proofWord, unprovenLast } from './results-summary.ts';
import type { Style } from './style.ts';
import { LEFT_COLUMN, columnAfter, hangingLines, indented, padToColumn } from './text-parts.ts';
import { displayWidth, padTo, wrap } from './width.ts';

/** A line per client; below it the checks that failed, and those that could not be made. */
export function proofTable(proofs: readonly ClientProof[], style: Style): string[] {
  const heads = proofs.map(({ address }) => `  ${style.passed} ${printable(address, style)}`);
  const column = columnAfter(heads, LEFT_COLUMN);
  return unprovenLast(proofs).flatMap((proof) => [
    ...proofLines(proof, column, style),
    ...proof.checks.flatMap((check) => checkLines(check, style)),
  ]);
}

function proofLines(proof: ClientProof, column: number, style: Style): string[] {
  const word = proofWord(proof);
  const [glyph, paint] = {
    proven: [style.passed, style.green] as const,
    'not proven': [style.failed, style.red] as const,
    'nothing to prove': [style.skipped, style.dim] as const,
  }[word];
  const left = padToColumn(`  ${glyph} ${printable(proof.address, style)}`, column);
  const text = `${checksPhrase(proof.checks)}; ${printable(credentialPhrase(proof), style)}`;
  return hangingLines([{ text: left + padTo(`${word}  `, 12), paint }], { text }, style);
}

function checkLines({ claim, outcome, detail = '' }: ProofCheck, style: Style): string[] {
  if (outcome === 'passed') return [];
  const shown = printable(claim, style);
  const why = printable(detail, style);
  if (outcome === 'failed') {
    const mark = `      ${style.failed} `;
    const below = displayWidth(mark);
    return [
      ...hangingLines([{ text: mark, paint: style.red }], { text: shown }, style),
      ...(why === '' ? [] : indented(wrap(why, style.width - below), below, style.dim)),
    ];
  }
  const mark = '      ? ';
  const text = `not testable: ${shown}${why === '' ? '' : ` (${why})`}`;
  return hangingLines([{ text: mark, paint: style.dim }], { text, paint: style.dim }, style);
}
