/** The JSON documents of several targets as one. */
export function renderTargetsJson(documents: readonly string[]): string {
  // No string of JSON holds a line break, so that lines can be indented as they are.
  const members = documents.map((document) => document.trimEnd().replaceAll(/^/gm, '    '));
  const targets = members.length === 0 ? '[]' : `[\n${members.join(',\n')}\n  ]`;
  return `{\n  "formatVersion": 1,\n  "kind": "targets",\n  "targets": ${targets}\n}\n`;
}
