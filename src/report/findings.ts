import type { Finding } from '../model/finding.ts';
import { printable, printableJson } from './escape.ts';
import { findingItems, placeOf, wordMessage } from './finding-words.ts';
import type { Style } from './style.ts';
import { displayWidth } from './width.ts';

/** What was checked, and what was found. */
export interface ValidationReport {
  readonly files: number;
  readonly apis: number;
  readonly clients: number;
  readonly targets: number;
  readonly findings: readonly Finding[];
}

/** Of a longer source line a part is shown, and that much to the left of what the finding is about. */
const MAX_SOURCE = 100;
const SOURCE_BEFORE = 60;

/** The findings for people: place and message on the first line, the source line and a caret under it. */
export function renderFindingsText(findings: readonly Finding[], style: Style): string {
  return findings.map((finding) => renderFinding(finding, style)).join('\n');
}

/** The whole outcome for people, ending with one line that sums it up. */
export function renderValidationText(report: ValidationReport, style: Style): string {
  const findings = renderFindingsText(report.findings, style);
  const summary = summarise(report);
  const paint = countOf(report.findings, 'error') > 0 ? style.red : style.green;
  return `${findings}${findings === '' ? '' : '\n'}${paint(summary)}\n`;
}

/** The whole outcome for programs; `formatVersion` changes when a reader would have to. */
export function renderValidationJson(report: ValidationReport): string {
  const { files, apis, clients, targets, findings } = report;
  const document = {
    formatVersion: 1,
    kind: 'validate',
    valid: countOf(findings, 'error') === 0,
    files,
    apis,
    clients,
    targets,
    findings: findings.map(findingEntry),
  };
  return `${printableJson(document)}\n`;
}

/** A finding as programs get it. */
export function findingEntry({ position, sourceLine, ...rest }: Finding): object {
  return {
    ...rest,
    ...position,
    ...(sourceLine === undefined ? {} : { sourceLine: clip(sourceLine, position.column, '…').text }),
  };
}

/** The whole outcome for a pull-request comment. */
export function renderValidationMarkdown(report: ValidationReport): string {
  const lines = findingItems(report.findings);
  return `**grantry validate:** ${summarise(report)}\n${lines.length === 0 ? '' : `\n${lines.join('\n')}\n`}`;
}

function renderFinding(finding: Finding, style: Style): string {
  const { severity, sourceLine, position } = finding;
  const label = severity === 'warning' ? style.yellow('warning: ') : '';
  const message = printable(ascii(wordMessage(finding), style), style);
  const first = `${style.bold(printable(placeOf(finding), style))}: ${label}${message}\n`;
  return sourceLine === undefined ? first : first + renderSource(sourceLine, position, style);
}

function renderSource(sourceLine: string, { line, column }: Finding['position'], style: Style): string {
  const clipped = clip(sourceLine, column, style.ellipsis);
  const gutter = String(line);
  const shown = printable(ascii(clipped.text, style), style);
  const source = `${style.dim(`  ${gutter} |`)} ${shown}\n`;
  if (!hasCaret(sourceLine, column)) {
    return source;
  }
  const before = displayWidth(printable(ascii(clipped.text.slice(0, clipped.column - 1), style), style));
  return `${source}${style.dim(`  ${' '.repeat(gutter.length)} |`)} ${' '.repeat(before)}${style.red('^')}\n`;
}

/** A line that was replaced has no columns; one in which only the value was hidden has those up to it. */
function hasCaret(sourceLine: string, column: number): boolean {
  const hidden = sourceLine.indexOf('‹hidden›');
  if (hidden === -1) {
    return column <= sourceLine.length + 1;
  }
  return !sourceLine.startsWith('…') && column <= hidden + 1;
}

function clip(line: string, column: number, ellipsis: string): { text: string; column: number } {
  if (line.length <= MAX_SOURCE) {
    return { text: line, column };
  }
  const start = column > MAX_SOURCE - 10 ? column - SOURCE_BEFORE : 0;
  const end = start + MAX_SOURCE;
  const before = start > 0 ? ellipsis : '';
  const text = `${before}${line.slice(start, end)}${end < line.length ? ellipsis : ''}`;
  return { text, column: column - start + before.length };
}

function ascii(text: string, style: Style): string {
  return style.unicode ? text : text.replaceAll('‹hidden›', '<hidden>').replaceAll('…', '...');
}

function summarise(report: ValidationReport): string {
  const errors = countOf(report.findings, 'error');
  const warnings = countOf(report.findings, 'warning');
  const counts = `${count(report.apis, 'Api')}, ${count(report.clients, 'Client')} and ${count(report.targets, 'Target')}`;
  const files = count(report.files, 'file');
  if (errors === 0 && report.apis + report.clients + report.targets === 0) {
    return `There is no manifest in ${files}.`;
  }
  if (errors === 0) {
    const verb = report.apis + report.clients + report.targets === 1 ? 'is' : 'are';
    return `${counts} in ${files} are valid${warnings === 0 ? '' : `, with ${count(warnings, 'warning')}`}.`.replace(
      ' are ',
      ` ${verb} `,
    );
  }
  const bad = new Set(report.findings.map((finding) => finding.position.file)).size;
  const also = warnings === 0 ? '' : ` and ${count(warnings, 'warning')}`;
  return `${count(errors, 'error')}${also} in ${bad === report.files ? files : `${bad} of ${files}`}.`;
}

function countOf(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
