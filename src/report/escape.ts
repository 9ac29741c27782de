import { printable, printableJsonText } from '../model/printable.ts';

export { printable } from '../model/printable.ts';

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

/** An inline code span; inside one, Markdown, HTML, mentions and links are plain text. */
export function codeSpan(text: string): string {
  const shown = printable(text, { unicode: true });
  const ticks = '`'.repeat(longestRun(shown) + 1);
  const pad = shown === '' || /^[ `]|[ `]$/.test(shown) ? ' ' : '';
  return `${ticks}${pad}${shown}${pad}${ticks}`;
}

/** A code element for use inside HTML, where Markdown is not read. */
export function codeElement(text: string): string {
  const shown = printable(text, { unicode: true });
  return `<code>${shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</code>`;
}

/** A fenced block that its content cannot end; every line must have gone through `printable`. */
export function fencedBlock(language: string, lines: readonly string[]): string {
  const content = lines.join('\n');
  const ticks = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${ticks}${language}\n${content}\n${ticks}`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}
