import type { ChangeEntry, ChangeLine, ChangesBlock } from '../../page.ts';
import { SYMBOLS } from '../../words.ts';
import { printable } from '../escape.ts';
import type { Style } from '../style.ts';
import { displayWidth, padTo, wrap } from '../width.ts';
import { LEFT_COLUMN, columnAfter, hangingLines, indented, padToColumn } from './parts.ts';
import { layoutValue, type TerminalLine } from './values.ts';

/** A change with what is under it, before its columns are known. */
interface Block {
  readonly change: ChangeEntry;
  readonly head: string;
  readonly lines: readonly { readonly line: ChangeLine; readonly label: string }[];
}

/** All changes with their lines, in columns that they share. */
export function changeTable({ changes }: ChangesBlock, style: Style): string[] {
  const blocks: Block[] = changes.map((change) => ({
    change,
    head: `  ${SYMBOLS[change.op]} ${printable(change.address, style)}`,
    lines: change.lines.map((line) => ({ line, label: `      ${printable(line.label, style)}` })),
  }));
  const texts = blocks.flatMap(({ head, lines }) => [head, ...lines.map(({ label }) => label)]);
  const left = columnAfter(texts, LEFT_COLUMN);
  const rows = blocks.map((block) => ({ block, rows: block.lines.map((entry) => makeRow(entry, left, style)) }));
  const right = remarkColumn(
    rows.flatMap((entry) => entry.rows),
    left,
    style.width,
  );
  return rows.flatMap(({ block, rows }) => [
    ...headLines(block, left, style),
    ...rows.flatMap((row) => rowLines(row, { left, right }, style)),
  ]);
}

const COLORS = { delete: 'red', create: 'green', update: 'yellow', adopt: 'cyan', deliver: 'cyan' } as const;

function headLines({ change, head }: Block, column: number, style: Style): string[] {
  const paint = style[COLORS[change.op]];
  const name = { text: padToColumn(head, column), paint: (text: string): string => style.bold(paint(text)) };
  const op = { text: padTo(change.op, 9), paint };
  const owner = change.owner === '' ? '' : `owner ${printable(change.owner, style)}`;
  const text = [owner, printable(change.reason, style)].filter((part) => part !== '').join(', ');
  return hangingLines([name, op], { text }, style);
}

interface Row {
  readonly label: string;
  readonly values: readonly TerminalLine[];
  readonly alarm: string;
  readonly note: string;
}

/** Blanks between a value and its remark. */
const GAP = 3;

function makeRow({ line, label }: Block['lines'][number], left: number, style: Style): Row {
  const alarm = line.alarm === undefined ? '' : `${style.widens} ${printable(line.alarm, style)}`;
  // A list leaves room for the mark on its first line; one value keeps the room, and has the mark below if need be.
  const room =
    line.value.kind === 'items' && alarm !== '' ? style.width - left - GAP - displayWidth(alarm) : style.width - left;
  return {
    label,
    values: layoutValue(line, room, style),
    alarm,
    note: printable(line.note ?? '', style),
  };
}

function remarkText({ alarm, note }: Row): string {
  return [alarm, note].filter((part) => part !== '').join(', ');
}

/** Where remarks begin: right of all values that leave room for theirs. */
function remarkColumn(rows: readonly Row[], left: number, width: number): number {
  let column = 0;
  for (const row of rows) {
    const remark = row.alarm === '' ? row.note : row.alarm;
    const value = displayWidth(row.values[0]?.plain ?? '');
    if (remark !== '' && left + value + GAP + displayWidth(remark) <= width) column = Math.max(column, value);
  }
  return column + GAP;
}

interface Columns {
  readonly left: number;
  readonly right: number;
}

/** Remarks stand beside the value as far as they fit, else below it; the alarm has the first right. */
function rowLines(row: Row, columns: Columns, style: Style): string[] {
  const { label, values, alarm, note } = row;
  const [first = { plain: '', painted: '' }, ...rest] = values;
  const fits = (remark: string): boolean =>
    displayWidth(first.plain) + 2 < columns.right && columns.left + columns.right + displayWidth(remark) <= style.width;
  const together = fits(remarkText(row));
  const beside = [
    ...(alarm !== '' && (together || fits(alarm)) ? [style.bold(style.yellow(alarm))] : []),
    ...(note !== '' && together ? [style.dim(note)] : []),
  ];
  const gap = beside.length === 0 ? '' : ' '.repeat(columns.right - displayWidth(first.plain));
  return [
    ...labelled(label, columns.left, first.painted + gap + beside.join(', ')),
    ...rest.map((value) => ' '.repeat(columns.left) + value.painted),
    ...(alarm === '' || fits(alarm) ? [] : indented([alarm], columns.left, (text) => style.bold(style.yellow(text)))),
    ...(note === '' || together ? [] : indented(wrap(note, style.width - columns.left), columns.left, style.dim)),
  ];
}

/** A label and its value on one line, or on two where the label is too long. */
function labelled(label: string, left: number, value: string): string[] {
  if (displayWidth(label) + 2 > left) return [label, ' '.repeat(left) + value];
  return [padToColumn(label, left) + value];
}
