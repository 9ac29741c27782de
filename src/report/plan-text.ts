import type { Conflict, Plan } from '../model/plan.ts';
import { changeTable } from './change-table.ts';
import { viewChanges } from './change-view.ts';
import { printable } from './escape.ts';
import type { Style } from './style.ts';
import {
  conflictPhrase,
  countPlan,
  emptyPhrase,
  pendingPhrase,
  sentences,
  unchangedPhrase,
  wideningPhrase,
  type PlanCounts,
} from './summary.ts';
import { TEXT_WIDTH, columnAfter, indented, padToColumn, titleLine } from './text-parts.ts';
import { displayWidth, wrap } from './width.ts';
import { count } from './words.ts';

/** A plan for a terminal. */
export function renderPlanText(plan: Plan, style: Style, notices: readonly string[]): string {
  const views = viewChanges(plan);
  const counts = countPlan(plan, views);
  const isEmpty = views.length === 0 && plan.conflicts.length === 0;
  const body = isEmpty
    ? [`${style.bold(printable(plan.target, style))}: ${emptyPhrase(plan)}.`]
    : [
        titleLine(plan, style),
        '',
        ...conflictLines(plan, counts, style),
        ...changeTable(views, style),
        ...(views.length === 0 ? [] : ['']),
        summaryLine(plan, counts, style),
      ];
  return `${[...body, ...notices.map((notice) => style.yellow(printable(notice, style)))].join('\n')}\n`;
}

function summaryLine(plan: Plan, counts: PlanCounts, style: Style): string {
  return sentences([
    counts.conflicts === 0 ? '' : style.red(count(counts.conflicts, 'conflict')),
    pendingPhrase(counts),
    style.bold(style.yellow(wideningPhrase(counts))),
    unchangedPhrase(plan),
  ]);
}

function conflictLines({ conflicts }: Plan, counts: PlanCounts, style: Style): string[] {
  if (conflicts.length === 0) return [];
  const addresses = conflicts.map(({ address }) => `  ! ${printable(address, style)}`);
  const column = columnAfter(addresses, CONFLICT_COLUMN);
  const lines = conflicts.flatMap((conflict) => conflictLine(conflict, column, style));
  return [style.red(`${conflictPhrase(counts)}:`), ...lines, ''];
}

/** Narrow, so that the command in a hint mostly stays on its line. */
const CONFLICT_COLUMN = { from: 22, to: 28 };

function conflictLine({ address, reason, hint }: Conflict, column: number, style: Style): string[] {
  const head = `  ! ${printable(address, style)}`;
  const paint = (text: string): string => style.bold(style.red(text));
  const why = wrap(printable(reason, style), TEXT_WIDTH - column);
  const beside = displayWidth(head) + 2 <= column;
  return [
    beside ? paint(padToColumn(head, column)) + (why[0] ?? '') : paint(head),
    ...indented(beside ? why.slice(1) : why, column),
    ...indented(wrap(printable(hint, style), TEXT_WIDTH - column), column, style.dim),
  ];
}
