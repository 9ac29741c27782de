import type { Finding } from '../../../model/finding.ts';
import { placeOf, wordMessage } from '../../words.ts';
import { printable } from '../escape.ts';
import { clipSource } from '../source-line.ts';
import type { Style } from '../style.ts';
import { displayWidth } from '../width.ts';

/** The findings for people: place and message on the first line, the source line and a caret under it. */
export function findingLines(findings: readonly Finding[], style: Style): string[] {
  return findings.flatMap((finding, index) => [...(index === 0 ? [] : ['']), ...linesOf(finding, style)]);
}

function linesOf(finding: Finding, style: Style): string[] {
  const { severity, sourceLine, position } = finding;
  const label = severity === 'warning' ? style.yellow('warning: ') : '';
  const message = printable(ascii(wordMessage(finding), style), style);
  const first = `${style.bold(printable(placeOf(finding), style))}: ${label}${message}`;
  return sourceLine === undefined ? [first] : [first, ...sourceLines(sourceLine, position, style)];
}

function sourceLines(sourceLine: string, { line, column }: Finding['position'], style: Style): string[] {
  const clipped = clipSource(sourceLine, column, style.ellipsis);
  const gutter = String(line);
  const source = `${style.dim(`  ${gutter} |`)} ${printable(ascii(clipped.text, style), style)}`;
  if (!hasCaret(sourceLine, column)) return [source];
  const before = displayWidth(printable(ascii(clipped.text.slice(0, clipped.column - 1), style), style));
  return [source, `${style.dim(`  ${' '.repeat(gutter.length)} |`)} ${' '.repeat(before)}${style.red('^')}`];
}

/** A line that was replaced has no columns; one in which only the value was hidden has those up to it. */
function hasCaret(sourceLine: string, column: number): boolean {
  const hidden = sourceLine.indexOf('‹hidden›');
  if (hidden === -1) return column <= sourceLine.length + 1;
  return !sourceLine.startsWith('…') && column <= hidden + 1;
}

function ascii(text: string, style: Style): string {
  return style.unicode ? text : text.replaceAll('‹hidden›', '<hidden>').replaceAll('…', '...');
}
