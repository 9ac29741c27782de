import { eastAsianWidth } from 'get-east-asian-width';

const PLAIN_ASCII = /^[ -~]*$/;
const WIDTHLESS = /^[\p{M}\p{Emoji_Modifier}]$/u;

/** Columns that printable text takes on a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  return WIDTHLESS.test(character) ? 0 : eastAsianWidth(code);
}

/** The text with blanks behind it, up to a width. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** The text, or its beginning with an ellipsis, in no more than `width` columns. */
export function shorten(text: string, width: number, ellipsis: string): string {
  if (text.length <= width && displayWidth(text) <= width) return text;
  const room = Math.max(0, width - displayWidth(ellipsis));
  let [used, kept, fitting] = [0, '', ''];
  for (const character of text) {
    used += characterWidth(character);
    // Characters without width could pile up for ever.
    if (used > width || kept.length > width * UNITS_PER_COLUMN) return fitting + ellipsis;
    kept += character;
    if (used <= room) fitting = kept;
  }
  return text;
}

const UNITS_PER_COLUMN = 4;

/** Breaks text at its blanks into lines of at most `width` columns; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let used = 0;
  for (const word of text.split(' ')) {
    const needed = displayWidth(word) + 1;
    const line = lines.at(-1);
    if (line === undefined || used + needed > width) {
      lines.push(word);
      used = needed - 1;
    } else {
      lines[lines.length - 1] = `${line} ${word}`;
      used += needed;
    }
  }
  return lines;
}

/** Columns that cells need, row under row. */
export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  return widths;
}

/** Cells on one line, in columns of these widths. */
export function columnLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => padTo(cell, (widths[column] ?? 0) + 2))
    .join('')
    .trimEnd();
}
