import { printableJsonText } from '../../model/text/printable.ts';

/** Levels that are laid out over lines; below them a value is one line, so that a change takes as many as it has fields. */
const LEVELS = 4;

/**
 * JSON for people and programs alike. Its strings hold no character that a terminal could act on; they parse to
 * the same values. Members that are undefined are left out.
 */
export function printableJson(value: object): string {
  return layout(value, 0);
}

function layout(value: unknown, level: number): string {
  if (typeof value !== 'object' || value === null || level >= LEVELS) return printableJsonText(JSON.stringify(value));
  const isArray = Array.isArray(value);
  const inner = '  '.repeat(level + 1);
  const members = isArray
    ? value.map((item: unknown) => inner + layout(item, level + 1))
    : Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
        member === undefined ? [] : [`${inner}${printableJsonText(JSON.stringify(key))}: ${layout(member, level + 1)}`],
      );
  const [open, close] = isArray ? '[]' : '{}';
  return members.length === 0 ? `${open}${close}` : `${open}\n${members.join(',\n')}\n${'  '.repeat(level)}${close}`;
}

/** The JSON documents of several targets, as they were rendered, as one. */
export function joinDocuments(documents: readonly string[], exitCodes: Readonly<Record<string, number>>): string {
  // No string of JSON holds a line break, so that lines can be indented as they are.
  const members = documents.map((document) => document.trimEnd().replaceAll(/^/gm, '    '));
  const targets = members.length === 0 ? '[]' : `[\n${members.join(',\n')}\n  ]`;
  return `{\n  "formatVersion": 1,\n  "kind": "targets",\n  "exitCodes": ${JSON.stringify(exitCodes)},\n  "targets": ${targets}\n}\n`;
}
