import type { TargetEnding } from './targets-summary.ts';

/** The JSON documents of several targets as one. */
export function renderTargetsJson(documents: readonly string[], endings: readonly TargetEnding[]): string {
  // No string of JSON holds a line break, so that lines can be indented as they are.
  const members = documents.map((document) => document.trimEnd().replaceAll(/^/gm, '    '));
  const targets = members.length === 0 ? '[]' : `[\n${members.join(',\n')}\n  ]`;
  const exitCodes = JSON.stringify(Object.fromEntries(endings.map(({ target, exitCode }) => [target, exitCode])));
  return `{\n  "formatVersion": 1,\n  "kind": "targets",\n  "exitCodes": ${exitCodes},\n  "targets": ${targets}\n}\n`;
}
