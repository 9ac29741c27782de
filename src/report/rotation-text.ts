import { isRotated } from '../model/report.ts';
import type { RotateReport, RotationResult, StatusReport } from '../model/report.ts';
import { printable } from './escape.ts';
import {
  rotateSummary,
  rotationPhrase,
  rotationWord,
  STATUS_HEADS,
  statusCells,
  statusSummary,
} from './rotation-words.ts';
import { brokePhrase } from './results-summary.ts';
import type { Style } from './style.ts';
import {
  LEFT_COLUMN,
  columnAfter,
  hangingLines,
  hintLines,
  indented,
  padToColumn,
  plainText,
  textColumn,
  titleLine,
} from './text-parts.ts';
import { displayWidth, padTo, wrap } from './width.ts';
import { elapsed } from './words.ts';

/** What a rotate did, for a terminal: what went wrong last, right above the summary. */
export function renderRotateText(report: RotateReport, style: Style): string {
  const { results, interrupted, brokeLock, notices } = report;
  const ordered = [...results.filter(isRotated), ...results.filter((result) => !isRotated(result))];
  const column = columnAfter(
    ordered.map((result) => headOf(result, style)),
    LEFT_COLUMN,
  );
  const lines = ordered.flatMap((result) => resultLines(result, column, style));
  const parts = [
    ...lines,
    ...(lines.length === 0 ? [] : ['']),
    ...(brokeLock === undefined ? [] : wrap(printable(brokePhrase(brokeLock), style), style.width).map(style.yellow)),
    ...(interrupted ? [style.yellow('Stopped on request: what is skipped was not begun.')] : []),
    rotateSummary(report),
    ...notices.flatMap((notice) => wrap(printable(notice, style), style.width)),
  ];
  return `${[titleLine(report, style), '', ...parts].join('\n')}\n`;
}

/** One finished rotation on one line, for the progress of a run. */
export function renderRotation(result: RotationResult, style: Style): string {
  const time = result.duration === 0 ? '' : style.dim(` (${elapsed(result.duration)})`);
  const why = isRotated(result) ? '' : `: ${printable(result.reason ?? '', style)}`;
  const [glyph, paint] = lookOf(result, style);
  return `${paint(glyph)} ${rotationWord(result)} ${printable(result.address, style)}${why}${time}`;
}

function headOf(result: RotationResult, style: Style): string {
  return `  ${lookOf(result, style)[0]} ${printable(result.address, style)}`;
}

function lookOf(result: RotationResult, style: Style): [string, (text: string) => string] {
  if (isRotated(result)) return [style.passed, style.green];
  return result.outcome === 'skipped' ? [style.skipped, style.yellow] : [style.failed, style.red];
}

function resultLines(result: RotationResult, column: number, style: Style): string[] {
  const [, paint] = lookOf(result, style);
  const head = [
    { text: padToColumn(headOf(result, style), column), paint },
    { text: padTo(rotationWord(result), 10), paint },
  ];
  const below = textColumn(plainText(head), style.width);
  const { hint = '' } = result;
  return [
    ...hangingLines(head, { text: printable(rotationPhrase(result), style) }, style),
    ...hintLines(hint, below, style),
  ];
}

/** Each credential on a line, those that need something marked, for a terminal. */
export function renderStatusText(report: StatusReport, style: Style): string {
  const { credentials, now, notices } = report;
  const rows = credentials.map((status) => statusCells(status, now).map((cell) => printable(cell, style)));
  const widths = STATUS_HEADS.map((head, index) =>
    Math.max(displayWidth(head), ...rows.map((row) => displayWidth(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, index) => padTo(cell, (widths[index] ?? 0) + 2)).join('')}`.trimEnd();
  const table = credentials.flatMap((status, index) => [
    (status.overdue || status.remarks.length > 0 ? style.yellow : (text: string) => text)(line(rows[index] ?? [])),
    ...status.remarks.flatMap((remark) => indented(wrap(printable(remark, style), style.width - 6), 6, style.yellow)),
  ]);
  const parts = [
    ...(credentials.length === 0 ? [] : [style.dim(line(STATUS_HEADS)), ...table, '']),
    statusSummary(credentials),
    ...notices.flatMap((notice) => wrap(printable(notice, style), style.width)),
  ];
  return `${[titleLine(report, style), '', ...parts].join('\n')}\n`;
}
