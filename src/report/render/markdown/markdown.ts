import { count, thousands } from '../../../model/counting.ts';
import type { Block, FindingsBlock, Page, Phrase, RefusalsBlock, TableBlock } from '../../page.ts';
import { placeOf, wordMessage } from '../../words.ts';
import { codeSpan, fencedBlock } from '../escape.ts';
import { columnLine, columnWidths } from '../width.ts';
import { changeParts } from './changes.ts';
import { outcomeParts } from './outcomes.ts';
import {
  MARKDOWN_LIMIT,
  blockLine,
  bytesOf,
  detailsBlock,
  firstLines,
  inlineCode,
  inlineWords,
  someLines,
} from './parts.ts';

/** Columns of a sentence from somebody else. */
const MAX_SENTENCE = 1_000;

/** A page for a comment on a pull request, no longer than one may be. */
export function renderMarkdown(page: Page, limit: number = MARKDOWN_LIMIT): string {
  const fixed = [
    `### ${titleOf(page)}`,
    ...sentenceParts(page.sentences),
    ...page.remarks.map(({ words }) => inlineWords(words)),
    ...originParts(page),
    ...page.blocks.flatMap((block) => shortParts(block, limit)),
    ...noticeParts(page.notices, limit / 8),
  ];
  const room = limit - bytesOf(fixed);
  return `${[...fixed, ...longParts(page.blocks, room, limit)].join('\n\n')}\n`;
}

function titleOf({ head: { name }, headline }: Page): string {
  const said = headline.map(({ words }) => inlineWords(words)).join(', ');
  return name === undefined ? said : `${inlineWords(name)}: ${said}`;
}

/** What a reviewer must not miss first, and marked. */
function sentenceParts(sentences: readonly Phrase[]): string[] {
  const of = (wanted: (tone: Phrase['tone']) => boolean): string =>
    sentences.flatMap(({ words, tone }) => (wanted(tone) ? [`${inlineWords(words)}.`] : [])).join(' ');
  const [alarm, bad] = [of((tone) => tone === 'alarm'), of((tone) => tone === 'bad')];
  const calm = of((tone) => tone !== 'alarm' && tone !== 'bad');
  const parts = [...(alarm === '' ? [] : [`**▲ ${alarm}**`]), ...(bad === '' ? [] : [`**${bad}**`]), calm];
  const paragraph = parts.filter((part) => part !== '').join(' ');
  return paragraph === '' ? [] : [paragraph];
}

function originParts({ head: { origin } }: Page): string[] {
  if (origin === undefined) return [];
  return [`${inlineCode(origin.provider)}, ${inlineCode(origin.store)}, stack ${inlineCode(origin.stack)}`];
}

function noticeParts(notices: readonly string[], bytes: number): string[] {
  if (notices.length === 0) return [];
  const lines = notices.map((notice) => blockLine(notice, MAX_SENTENCE));
  return [
    fencedBlock(
      'text',
      firstLines(lines, bytes, (missing) => `and ${count(missing, 'more notice')}`),
    ),
  ];
}

/** Blocks that stand above all others. */
function shortParts(block: Block, limit: number): string[] {
  if (block.kind === 'refusals') return refusalParts(block, limit / 4);
  return block.kind === 'code'
    ? [
        fencedBlock(
          'text',
          someLines(
            block.lines.map((line) => blockLine(line, LONGEST)),
            limit / 2,
          ),
        ),
      ]
    : [];
}

/** Of a line of code; columns. */
const LONGEST = 10_000;

/** Blocks that share the room that is left. */
function longParts(blocks: readonly Block[], room: number, limit: number): string[] {
  const outcomes = blocks.filter((block) => block.kind === 'outcomes');
  const parts = outcomeParts(outcomes, room);
  for (const block of blocks) {
    const left = room - bytesOf(parts);
    if (block.kind === 'changes') parts.push(...changeParts(block, { room: left, share: limit / 4 }));
    if (block.kind === 'table') parts.push(tablePart(block, left));
    if (block.kind === 'findings') parts.push(...findingParts(block, left));
  }
  return parts;
}

function refusalParts({ title, refusals }: RefusalsBlock, bytes: number): string[] {
  const entries = refusals.map(
    ({ label, reason, hint }) =>
      `! ${blockLine(`${label}: ${reason}`)}${hint === '' ? '' : `\n    ${blockLine(hint)}`}`,
  );
  const lines = firstLines(entries, bytes, (missing) => `  and ${thousands(missing)} more`);
  return [`**${title}**`, fencedBlock('diff', lines)];
}

function tablePart({ title, heads, rows }: TableBlock, bytes: number): string {
  const cells = rows.map((row) => row.cells.map((cell) => blockLine(cell)));
  const widths = columnWidths([heads, ...cells]);
  const lines = [
    columnLine(heads, widths),
    ...rows.flatMap(({ remarks }, index) => [
      columnLine(cells[index] ?? [], widths),
      ...remarks.map((remark) => `    ${blockLine(remark)}`),
    ]),
  ];
  return detailsBlock(title, 'text', someLines(lines, bytes - FRAME));
}

/** Bytes around the lines of a collapsible part. */
const FRAME = 200;

function findingParts({ findings }: FindingsBlock, bytes: number): string[] {
  if (findings.length === 0) return [];
  const items = findings.map((finding) => {
    const mark = finding.severity === 'warning' ? '**warning** ' : '';
    return `- ${codeSpan(placeOf(finding))} ${mark}${codeSpan(wordMessage(finding))}`;
  });
  return [firstLines(items, bytes - FRAME, (missing) => `- and ${thousands(missing)} more`).join('\n')];
}
