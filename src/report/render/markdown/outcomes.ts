import { count } from '../../../model/text/counting.ts';
import type { Outcome, OutcomeGroup, OutcomeNote, OutcomesBlock } from '../../page.ts';
import { blockLine, bytesOf, detailsBlock, fillBlocks, fillLines, summaryCode } from './parts.ts';

/** Columns of a line that says what went wrong. */
const MAX_REASON = 2_000;
/** Bytes of the notes of one outcome. */
const MAX_NOTES = 6_000;
/** Bytes for what stands around lines, and for the line that says what is not shown. */
const FOOTER = 200;

/** What went wrong first and open to read, what went well folded away; of all blocks together. */
export function outcomeParts(blocks: readonly OutcomesBlock[], room: number): string[] {
  const groups = blocks.flatMap((block) => block.groups).filter(({ outcomes }) => outcomes.length > 0);
  const folded = groups.filter(({ isBad = false }) => !isBad);
  const good = folded.map((group) => foldedPart(group, Math.floor(room / 2 / folded.length)));
  const bad = groups
    .filter(({ isBad = false }) => isBad)
    .flatMap((group) => group.outcomes.map((outcome) => ({ outcome, group })));
  const { blocks: open, left } = fillBlocks(bad, room - bytesOf(good) - FOOTER, ({ outcome, group }) =>
    openPart(outcome, group),
  );
  const more = `**${count(left.length, 'more failure')} ${left.length === 1 ? 'is' : 'are'} not shown here.**`;
  return [...open, ...(left.length === 0 ? [] : [more]), ...good];
}

function openPart(outcome: Outcome, group: OutcomeGroup): string {
  const { name, what, word = group.word, brief, text, hint = '', notes = [] } = outcome;
  const summary = [`<b>${word}</b>`, what, summaryCode(name), brief].filter((part) => part !== undefined).join(' ');
  // Where parts of it failed, the text only says where that was.
  const sign = notes.some(({ mark }) => mark === 'failed') ? ' ' : '-';
  const lines = [
    ...(text === '' ? [] : [`${sign} ${blockLine(text, MAX_REASON)}`]),
    ...hintLines(hint, '  '),
    ...fillLines({ items: notes, bytes: MAX_NOTES, make: (note) => noteLines(note).join('\n') }),
  ];
  return detailsBlock(summary, 'diff', lines, { isOpen: true });
}

function hintLines(hint: string, indent: string): string[] {
  return hint
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${indent}${blockLine(line, MAX_REASON)}`);
}

function noteLines({ mark, text, detail = '' }: OutcomeNote): string[] {
  if (mark === 'open') return [`  ${blockLine(text)}`];
  return [`- ${blockLine(text)}`, ...(detail === '' ? [] : [`    ${blockLine(detail)}`])];
}

function foldedPart({ word, title = word, outcomes }: OutcomeGroup, bytes: number): string {
  const lines = fillLines({ items: outcomes, bytes: bytes - FOOTER, make: foldedLines });
  return detailsBlock(`${outcomes.length} ${title}`, 'text', lines);
}

function foldedLines({ name, what = '', word = '', brief = '', text, hint = '', notes = [] }: Outcome): string {
  const said = [brief, text].filter((part) => part !== '').join('; ');
  const line = [what, name, word, said].filter((part) => part !== '').join('  ');
  return [blockLine(line), ...hintLines(hint, '    '), ...notes.flatMap(noteLines)].join('\n');
}
