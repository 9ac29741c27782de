import { printable } from '../escape.ts';
import type { Style } from '../style.ts';
import { displayWidth, padTo, wrap } from '../width.ts';

/** Limits of the column that names stand in; a longer name moves its own line only. */
export const LEFT_COLUMN = { from: 26, to: 42 };

/** A piece of a line, and how it is painted. */
export interface Piece {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Printable text beside a head; what does not fit goes on below the text, or below a head that leaves no room. */
export function hangingLines(
  head: readonly Piece[],
  { text, paint = (line) => line }: Piece,
  { width }: Style,
): string[] {
  const plain = plainText(head);
  const column = textColumn(plain, width);
  if (text === '' || column < displayWidth(plain)) {
    return [
      paintPieces(withoutBlankEnd(head)),
      ...(text === '' ? [] : indented(wrap(text, width - column), column, paint)),
    ];
  }
  const [first = '', ...rest] = wrap(text, width - column);
  return [paintPieces(head) + paint(first), ...indented(rest, column, paint)];
}

export function plainText(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

function paintPieces(pieces: readonly Piece[]): string {
  return pieces.map(({ text, paint = (piece) => piece }) => paint(text)).join('');
}

function withoutBlankEnd(pieces: readonly Piece[]): Piece[] {
  return pieces.map((piece, index) => (index === pieces.length - 1 ? { ...piece, text: piece.text.trimEnd() } : piece));
}

/** Where the text beside a head begins; near the left, below the head, where that leaves no room. */
export function textColumn(head: string, width: number): number {
  const column = displayWidth(head);
  return width - column < MIN_ROOM ? BELOW : column;
}

const MIN_ROOM = 30;
const BELOW = 6;

/** Lines behind an indent. */
export function indented(lines: readonly string[], by: number, paint = (text: string): string => text): string[] {
  return lines.map((line) => ' '.repeat(by) + paint(line));
}

/** What to do. Lines after the first are to be copied: they are not broken, whatever their length. */
export function hintLines(hint: string, below: number, style: Style): string[] {
  if (hint === '') return [];
  const [first = '', ...copied] = hint.split('\n');
  return [
    ...indented(wrap(printable(first, style), style.width - below), below, style.dim),
    ...copied.map((line) => printable(line, style)),
  ];
}

/** The column right of the widest text, within limits. */
export function columnAfter(
  texts: Iterable<string>,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let widest = from;
  for (const text of texts) widest = Math.max(widest, Math.min(to, displayWidth(text)));
  return widest + 2;
}

/** Text padded to a column, and by two blanks at least. */
export function padToColumn(text: string, column: number): string {
  return padTo(`${text}  `, column);
}
