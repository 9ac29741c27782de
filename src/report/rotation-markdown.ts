import { isRotated } from '../model/report.ts';
import type { RotateReport, RotationResult, StatusReport } from '../model/report.ts';
import { blockLine, detailsBlock, firstLines, inlineCode, MARKDOWN_LIMIT, originLine } from './markdown-parts.ts';
import {
  rotateSummary,
  rotationPhrase,
  rotationWord,
  STATUS_HEADS,
  statusCells,
  statusSummary,
} from './rotation-words.ts';
import { brokePhrase } from './results-summary.ts';
import { displayWidth, padTo } from './width.ts';
import { count } from './words.ts';

const HALF = MARKDOWN_LIMIT / 2 - 2000;

/** What a rotate did, for a comment: what went wrong first and open to read. */
export function renderRotateMarkdown(report: RotateReport): string {
  const { target, results, interrupted, brokeLock, notices } = report;
  const bad = results.filter((result) => !isRotated(result));
  return paragraphs([
    `### ${inlineCode(target)}: ${rotateSummary(report)}`,
    ...(brokeLock === undefined ? [] : [brokePhrase(inlineCode(brokeLock))]),
    ...(interrupted ? ['Stopped on request: what is skipped was not begun.'] : []),
    originLine(report),
    ...(bad.length === 0
      ? []
      : [block(`<b>${bad.length} not rotated</b>`, bad).replace('<details>', '<details open>')]),
    ...(bad.length === results.length ? [] : [block(`${results.length - bad.length} done`, results.filter(isRotated))]),
    ...notices.map((notice) => blockLine(notice, 2000)),
  ]);
}

/** The credentials as they are now, for a comment. */
export function renderStatusMarkdown(report: StatusReport): string {
  const { target, credentials, now, notices } = report;
  const rows = credentials.map((status) => statusCells(status, now).map((cell) => blockLine(cell)));
  const widths = STATUS_HEADS.map((head, column) =>
    Math.max(displayWidth(head), ...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => padTo(cell, (widths[column] ?? 0) + 2))
      .join('')
      .trimEnd();
  const lines = [
    line(STATUS_HEADS),
    ...credentials.flatMap((status, index) => [
      line(rows[index] ?? []),
      ...status.remarks.map((remark) => `    ${blockLine(remark)}`),
    ]),
  ];
  return paragraphs([
    `### ${inlineCode(target)}: ${statusSummary(credentials)}`,
    originLine(report),
    ...(credentials.length === 0 ? [] : [detailsBlock('Credentials', 'text', some(lines))]),
    ...notices.map((notice) => blockLine(notice, 2000)),
  ]);
}

function block(summary: string, results: readonly RotationResult[]): string {
  const lines = results.flatMap((result) => [
    blockLine(`${result.address}  ${rotationWord(result)}  ${rotationPhrase(result)}`, 2000),
    ...(result.hint === undefined ? [] : [`    ${blockLine(result.hint, 2000)}`]),
  ]);
  return detailsBlock(summary, 'text', some(lines));
}

function some(lines: readonly string[]): string[] {
  return firstLines(lines, HALF, (missing) => `and ${count(missing, 'more line')}`);
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}
