/**
 * Names and descriptions come from servers and from pull requests: nothing of them may move a cursor, hide or reorder
 * what a reviewer reads, or end the Markdown that it stands in.
 */

/** Control, format, unassigned and invisible characters, lone surrogates, and blanks that are not the plain one. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;
const NOT_ASCII = /[^ -~]/gu;
const PLAIN_ASCII = /^[ -~]*$/;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with whatever cannot be seen written as an escape such as `\n` or `\u{1b}`. */
export function printable(text: string, style: { readonly unicode: boolean }): string {
  if (PLAIN_ASCII.test(text)) return text;
  const visible = text.replace(UNPRINTABLE, escapeCharacter);
  return style.unicode ? visible : visible.replace(NOT_ASCII, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return SHORT_ESCAPES[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** JSON whose strings hold no character that a terminal could act on; it parses to the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    // By UTF-16 unit, as JSON writes it.
    [...Array(character.length).keys()]
      .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
      .join(''),
  );
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
