import type { Conflict, Plan } from '../model/plan.ts';
import type { ChangeLine } from './change-line.ts';
import { linesOf, viewChanges, type ChangeView } from './change-view.ts';
import { printable } from './escape.ts';
import type { Style } from './style.ts';
import * as summary from './summary.ts';
import { TEXT_WIDTH, columnAfter, hangingLines, indented, padToColumn, titleLine } from './text-parts.ts';
import { layoutValue, type TerminalLine } from './value-layout.ts';
import { displayWidth, padTo, wrap } from './width.ts';
import { SYMBOLS } from './words.ts';

/** A plan for a terminal. */
export function renderPlanText(plan: Plan, style: Style, notices: readonly string[]): string {
  const views = viewChanges(plan);
  const isEmpty = views.length === 0 && plan.conflicts.length === 0;
  const body = isEmpty
    ? [`${style.bold(printable(plan.target, style))}: ${summary.emptyPhrase(plan)}.`]
    : [
        titleLine(plan, style),
        '',
        ...conflictLines(plan, style),
        ...changeLines(views, style),
        summaryLine(plan, views, style),
      ];
  return `${[...body, ...notices.map((notice) => style.yellow(printable(notice, style)))].join('\n')}\n`;
}

function summaryLine(plan: Plan, views: readonly ChangeView[], style: Style): string {
  const counts = summary.countPlan(plan, views);
  return summary.sentences([
    counts.conflicts === 0 ? '' : style.red(summary.conflictPhrase(counts)),
    summary.pendingPhrase(counts),
    summary.wideningPhrase(counts),
    summary.unchangedPhrase(plan),
  ]);
}

function conflictLines({ conflicts }: Plan, style: Style): string[] {
  const column = columnAfter(
    conflicts.map(({ address }) => `  ! ${printable(address, style)}`),
    { from: 26, to: 42 },
  );
  const lines = conflicts.flatMap((conflict) => conflictLine(conflict, column, style));
  return lines.length === 0 ? [] : [...lines, ''];
}

function conflictLine({ address, reason, hint }: Conflict, column: number, style: Style): string[] {
  const plain = padToColumn(`  ! ${printable(address, style)}`, column);
  return [
    ...hangingLines({ plain, painted: style.red(plain), text: `conflict: ${printable(reason, style)}` }),
    ...indented(wrap(printable(hint, style), TEXT_WIDTH - column), column, style.dim),
  ];
}

/** A change with what is under it, before its columns are known. */
interface Block {
  readonly view: ChangeView;
  readonly head: string;
  readonly lines: readonly { readonly line: ChangeLine; readonly label: string }[];
}

function changeLines(views: readonly ChangeView[], style: Style): string[] {
  if (views.length === 0) return [];
  const blocks: Block[] = views.map((view) => ({
    view,
    head: `  ${SYMBOLS[view.change.op]} ${printable(view.change.address, style)}`,
    lines: linesOf(view).map((line) => ({ line, label: `      ${printable(line.label, style)}` })),
  }));
  const texts = blocks.flatMap(({ head, lines }) => [head, ...lines.map(({ label }) => label)]);
  const left = columnAfter(texts, { from: 26, to: 42 });
  const rows = blocks.map((block) => ({ block, rows: block.lines.map((entry) => makeRow(entry, left, style)) }));
  const right = remarkColumn(
    rows.flatMap((entry) => entry.rows),
    left,
  );
  return [
    ...rows.flatMap(({ block, rows }) => [
      ...headLines(block, left, style),
      ...rows.flatMap((row) => rowLines(row, { left, right }, style)),
    ]),
    '',
  ];
}

const COLORS = { delete: 'red', create: 'green', update: 'yellow', adopt: 'cyan', deliver: 'cyan' } as const;

function headLines({ view: { change, reason }, head }: Block, column: number, style: Style): string[] {
  const paint = style[COLORS[change.op]];
  const left = padToColumn(head, column);
  const op = padTo(change.op, 9);
  const owner = change.owner === '' ? '' : `owner ${printable(change.owner, style)}`;
  const text = [owner, printable(reason, style)].filter((part) => part !== '').join(', ');
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
  const head = padToColumn(label, left);
  const below = beside || remark === '' ? [] : remarkLines(row, left, style);
  const top = head + first.painted + (beside ? gap + joined : '');
  return [
    top.trimEnd(),
    ...indented(
      rest.map(({ painted }) => painted),
      left,
      (text) => text,
    ),
    ...below,
  ];
}

function remarkLines({ widening, note }: Row, left: number, style: Style): string[] {
  return [
    ...(widening === '' ? [] : [' '.repeat(left) + style.bold(style.yellow(widening))]),
    ...(note === '' ? [] : indented(wrap(note, TEXT_WIDTH - left), left, style.dim)),
  ];
}
