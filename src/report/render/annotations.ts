import type { Finding } from '../../model/finding.ts';
import { printable } from './escape.ts';
import { wordMessage } from '../words.ts';

/** GitHub shows so many annotations of each kind per step; more would only fill the log. */
const MOST = 10;

/**
 * Findings as workflow commands of GitHub Actions, which shows them at their lines in the pull request
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). Errors come first.
 */
export function renderAnnotations(findings: readonly Finding[]): string {
  const chosen = [
    ...findings.filter(({ severity }) => severity === 'error').slice(0, MOST),
    ...findings.filter(({ severity }) => severity === 'warning').slice(0, MOST),
  ];
  return chosen.map((finding) => `${annotation(finding)}\n`).join('');
}

function annotation(finding: Finding): string {
  const { severity, rule, position } = finding;
  const properties = [
    `file=${property(position.file)}`,
    `line=${position.line}`,
    `col=${position.column}`,
    `title=${property(`grantry ${rule}`)}`,
  ];
  return `::${severity} ${properties.join(',')}::${data(wordMessage(finding))}`;
}

function data(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
