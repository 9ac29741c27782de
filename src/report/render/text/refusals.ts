import type { RefusalsBlock } from '../../page.ts';
import { printable } from '../escape.ts';
import type { Style } from '../style.ts';
import { displayWidth, wrap } from '../width.ts';
import { columnAfter, indented, padToColumn } from './parts.ts';

/** Narrow, so that the command in a hint mostly stays on its line. */
const COLUMN = { from: 22, to: 28 };

/** What stands in the way, a label beside each reason and its way out. */
export function refusalLines({ title, refusals }: RefusalsBlock, style: Style): string[] {
  const column = columnAfter(
    refusals.map(({ label }) => `  ! ${printable(label, style)}`),
    COLUMN,
  );
  return [style.red(title), ...refusals.flatMap((refusal) => linesOf(refusal, column, style))];
}

function linesOf({ label, reason, hint }: RefusalsBlock['refusals'][number], column: number, style: Style): string[] {
  const head = `  ! ${printable(label, style)}`;
  const paint = (text: string): string => style.bold(style.red(text));
  const why = wrap(printable(reason, style), style.width - column);
  const beside = displayWidth(head) + 2 <= column;
  return [
    beside ? paint(padToColumn(head, column)) + (why[0] ?? '') : paint(head),
    ...indented(beside ? why.slice(1) : why, column),
    ...indented(wrap(printable(hint, style), style.width - column), column, style.dim),
  ];
}
