import type { ChangeLine } from './change-line.ts';
import { linesOf, reasonOf, type ChangeView } from './change-view.ts';
import { printable } from './escape.ts';
import type { Style } from './style.ts';
import { LEFT_COLUMN, TEXT_WIDTH, columnAfter, hangingLines, indented, padToColumn } from './text-parts.ts';
import { layoutValue, type TerminalLine } from './value-layout.ts';
import { displayWidth, padTo, wrap } from './width.ts';
import { SYMBOLS } from './words.ts';

/** A change with what is under it, before its columns are known. */
interface Block {
  readonly view: ChangeView;
  readonly head: string;
  readonly lines: readonly { readonly line: ChangeLine; readonly label: string }[];
}

/** All changes with their lines, in columns that they share. */
export function changeTable(views: readonly ChangeView[], style: Style): string[] {
  const blocks: Block[] = views.map((view) => ({
    view,
    head: `  ${SYMBOLS[view.change.op]} ${printable(view.change.address, style)}`,
    lines: linesOf(view).map((line) => ({ line, label: `      ${printable(line.label, style)}` })),
  }));
  const texts = blocks.flatMap(({ head, lines }) => [head, ...lines.map(({ label }) => label)]);
  const left = columnAfter(texts, LEFT_COLUMN);
  const rows = blocks.map((block) => ({ block, rows: block.lines.map((entry) => makeRow(entry, left, style)) }));
  const right = remarkColumn(
    rows.flatMap((entry) => entry.rows),
    left,
  );
  return rows.flatMap(({ block, rows }) => [
    ...headLines(block, left, style),
    ...rows.flatMap((row) => rowLines(row, { left, right }, style)),
  ]);
}

const COLORS = { delete: 'red', create: 'green', update: 'yellow', adopt: 'cyan', deliver: 'cyan' } as const;

function headLines({ view: { change }, head }: Block, column: number, style: Style): string[] {
  const paint = style[COLORS[change.op]];
  const left = padToColumn(head, column);
  const op = padTo(change.op, 9);
  const owner = change.owner === '' ? '' : `owner ${printable(change.owner, style)}`;
  const text = [owner, printable(reasonOf(change), style)].filter((part) => part !== '').join(', ');
  return hangingLines({ plain: left + op, painted: style.bold(paint(left)) + paint(op), text });
}

interface Row {
  readonly label: string;
  readonly values: readonly TerminalLine[];
  readonly widening: string;
  readonly note: string;
}

function makeRow({ line, label }: Block['lines'][number], left: number, style: Style): Row {
  return {
    label,
    values: layoutValue(line, TEXT_WIDTH - left, style),
    widening: line.widens ? `${style.widens} widens access` : '',
    note: printable(line.note ?? '', style),
  };
}

function remarkText({ widening, note }: Row): string {
  return [widening, note].filter((part) => part !== '').join(', ');
}

/** Where remarks begin: right of all values that leave room for theirs. */
function remarkColumn(rows: readonly Row[], left: number): number {
  let column = 0;
  for (const row of rows) {
    const remark = remarkText(row);
    const value = displayWidth(row.values[0]?.plain ?? '');
    if (remark !== '' && left + value + 3 + displayWidth(remark) <= TEXT_WIDTH) column = Math.max(column, value);
  }
  return column + 3;
}

function rowLines(row: Row, { left, right }: { left: number; right: number }, style: Style): string[] {
  const { label, values, widening, note } = row;
  const [first = { plain: '', painted: '' }, ...rest] = values;
  const remark = remarkText(row);
  const beside =
    remark !== '' && displayWidth(first.plain) + 2 < right && left + right + displayWidth(remark) <= TEXT_WIDTH;
  const gap = beside ? ' '.repeat(right - displayWidth(first.plain)) : '';
  const painted = [style.bold(style.yellow(widening)), style.dim(note)];
  const joined = widening !== '' && note !== '' ? painted.join(', ') : painted.join('');
  const top = first.painted + (beside ? gap + joined : '');
  return [
    ...labelled(label, left, top.trimEnd()),
    ...rest.map((value) => ' '.repeat(left) + value.painted),
    ...(beside || remark === '' ? [] : remarkLines(row, left, style)),
  ];
}

/** A label and its value on one line, or on two where the label is too long. */
function labelled(label: string, left: number, value: string): string[] {
  if (displayWidth(label) + 2 > left) return [label, ' '.repeat(left) + value];
  return [padToColumn(label, left) + value];
}

function remarkLines({ widening, note }: Row, left: number, style: Style): string[] {
  return [
    ...(widening === '' ? [] : [' '.repeat(left) + style.bold(style.yellow(widening))]),
    ...(note === '' ? [] : indented(wrap(note, TEXT_WIDTH - left), left, style.dim)),
  ];
}
