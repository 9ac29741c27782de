import type { Finding } from '../../../model/finding.ts';
import type { CodeBlock, FindingsBlock, RefusalsBlock, TableBlock } from '../../page.ts';
import { placeOf, wordMessage } from '../../words.ts';
import { codeSpan, fencedBlock } from '../escape.ts';
import { columnLine, columnWidths } from '../width.ts';
import { blockLine, detailsBlock, fillLines } from './parts.ts';

/** Columns of a line that is shown as it is: as many as an error may have. */
const LONGEST = 10_000;
/** Bytes around the lines of a part. */
const FRAME = 200;

/** Lines that are shown as they are. */
export function codePart({ lines }: CodeBlock, bytes: number): string {
  return fencedBlock('text', fillLines({ items: lines, bytes, make: (line) => blockLine(line, LONGEST) }));
}

/** What stands in the way, each with its way out. */
export function refusalParts({ title, refusals }: RefusalsBlock, bytes: number): string[] {
  const lines = fillLines({
    items: refusals,
    bytes,
    make: ({ label, reason, hint }) =>
      `! ${blockLine(`${label}: ${reason}`)}${hint === '' ? '' : `\n    ${blockLine(hint)}`}`,
    prefix: '  ',
  });
  return [`**${title}**`, fencedBlock('diff', lines)];
}

/** A table, folded away. */
export function tablePart({ title, heads, rows }: TableBlock, bytes: number): string {
  const shown = rows.map(({ cells, remarks }) => ({ remarks, cells: cells.map((cell) => blockLine(cell)) }));
  const widths = columnWidths([heads, ...shown.map(({ cells }) => cells)]);
  const lines = fillLines({
    items: shown,
    bytes: bytes - FRAME,
    make: ({ cells, remarks }) =>
      [columnLine(cells, widths), ...remarks.map((remark) => `    ${blockLine(remark)}`)].join('\n'),
  });
  return detailsBlock(title, 'text', [columnLine(heads, widths), ...lines]);
}

/** Findings as the items of a list. */
export function findingParts({ findings }: FindingsBlock, bytes: number): string[] {
  const lines = fillLines({ items: findings, bytes: bytes - FRAME, make: findingItem, prefix: '- ' });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function findingItem(finding: Finding): string {
  const mark = finding.severity === 'warning' ? '**warning** ' : '';
  return `- ${codeSpan(placeOf(finding))} ${mark}${codeSpan(wordMessage(finding))}`;
}
