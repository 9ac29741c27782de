import type { Plan } from '../model/plan.ts';
import { changeTable } from './change-table.ts';
import { viewChanges } from './change-view.ts';
import { printable } from './escape.ts';
import { obstaclePhrase, obstaclesOf, type Obstacle } from './obstacles.ts';
import { isNothing, nothingPhrase, selectionPhrase } from './selection.ts';
import type { Style } from './style.ts';
import {
  countPlan,
  dangerPhrases,
  emptyPhrase,
  letGoPhrase,
  pendingPhrase,
  sentences,
  unchangedPhrase,
  type PlanCounts,
} from './summary.ts';
import { columnAfter, indented, padToColumn, titleLine } from './text-parts.ts';
import { displayWidth, wrap } from './width.ts';

/** A plan for a terminal. */
export function renderPlanText(plan: Plan, style: Style, notices: readonly string[]): string {
  const views = viewChanges(plan);
  const counts = countPlan(views);
  const obstacles = obstaclesOf(plan);
  const isEmpty = views.length === 0 && obstacles.length === 0;
  const body = isEmpty
    ? [
        `${style.bold(printable(plan.target, style))}: ${emptyPhrase(plan)}.`,
        ...[printable(letGoPhrase(plan), style)]
          .filter((phrase) => phrase !== '')
          .map((phrase) => style.yellow(`${phrase}.`)),
      ]
    : [
        titleLine(plan, style),
        '',
        ...obstacleLines(obstacles, style),
        ...changeTable(views, style),
        ...(views.length === 0 ? [] : ['']),
        summaryLine(plan, counts, style),
      ];
  return `${[...body, ...selectionLines(plan, style), ...notices.map((notice) => style.yellow(printable(notice, style)))].join('\n')}\n`;
}

function selectionLines({ selection }: Plan, style: Style): string[] {
  if (selection === undefined) return [];
  const show = (text: string): string => printable(text, style);
  return [isNothing(selection) ? nothingPhrase(selection, show) : selectionPhrase(selection, show)];
}

function summaryLine(plan: Plan, counts: PlanCounts, style: Style): string {
  return sentences([
    style.red(obstaclePhrase(plan)),
    pendingPhrase(counts),
    ...[...dangerPhrases(counts), printable(letGoPhrase(plan), style)].map((phrase) =>
      style.bold(style.yellow(phrase)),
    ),
    unchangedPhrase(plan),
  ]);
}

function obstacleLines(obstacles: readonly Obstacle[], style: Style): string[] {
  if (obstacles.length === 0) return [];
  const labels = obstacles.map(({ label }) => `  ! ${printable(label, style)}`);
  const column = columnAfter(labels, OBSTACLE_COLUMN);
  return [style.red('Apply refuses this plan:'), ...obstacles.flatMap((one) => obstacleLine(one, column, style)), ''];
}

/** Narrow, so that the command in a hint mostly stays on its line. */
const OBSTACLE_COLUMN = { from: 22, to: 28 };

function obstacleLine({ label, reason, hint }: Obstacle, column: number, style: Style): string[] {
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
