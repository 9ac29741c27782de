import type { Finding } from '../model/finding.ts';
import { codeSpan } from './escape.ts';

/** `manifests/apis.yaml:3:7` */
export function placeOf({ position }: Finding): string {
  return `${position.file}:${position.line}:${position.column}`;
}

/** The message with its suggestion. */
export function wordMessage({ message, suggestion }: Finding): string {
  return suggestion === undefined ? message : `${message}; did you mean "${suggestion}"?`;
}

/** Findings as the items of a Markdown list. */
export function findingItems(findings: readonly Finding[]): string[] {
  return findings.map((finding) => {
    const { severity } = finding;
    return `- ${codeSpan(placeOf(finding))} ${severity === 'warning' ? '**warning** ' : ''}${codeSpan(wordMessage(finding))}`;
  });
}
