import { thousands } from '../../../model/text/counting.ts';
import type { Words } from '../../page.ts';
import { textOf } from '../../words.ts';
import { codeElement, codeSpan, fencedBlock, printable } from '../escape.ts';
import { shorten } from '../width.ts';

/**
 * GitHub refuses a comment of more than 65,536 characters. Bytes are counted here, which are never fewer, and
 * the rest is left to a caller that puts a line before or after.
 */
export const MARKDOWN_LIMIT = 65_000;

/** Columns that one value may take inside a block; JSON has it in full. */
const MAX_LINE = 400;

/** A name within a heading or a sentence. */
export function inlineCode(text: string, limit = MAX_LINE): string {
  return codeSpan(blockLine(text, limit));
}

/** A name within a summary, where Markdown is not read. */
export function summaryCode(text: string): string {
  return codeElement(blockLine(text));
}

/** A line of a fenced block, from text as it came. */
export function blockLine(text: string, limit = MAX_LINE): string {
  return shorten(printable(text), limit, '…');
}

/** Words in a sentence: what others wrote is code. */
export function inlineWords(words: Words): string {
  return textOf(words, ({ untrusted, limit }) => inlineCode(untrusted, limit));
}

/** A collapsible part; `summary` is HTML, the lines must have gone through `blockLine`. */
export function detailsBlock(
  summary: string,
  language: string,
  lines: readonly string[],
  { isOpen = false }: { readonly isOpen?: boolean } = {},
): string {
  return `<details${isOpen ? ' open' : ''}><summary>${summary}</summary>\n\n${fencedBlock(language, lines)}\n\n</details>`;
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** Bytes that parts take, with the blank lines between them. */
export function bytesOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + byteLength(part) + BETWEEN, 0);
}

/** Bytes of the blank line between two blocks. */
const BETWEEN = 2;

/** Blocks one after the other as long as they fit; those that do not are not even made. */
export function fillBlocks<T>(
  items: readonly T[],
  bytes: number,
  make: (item: T) => string,
): { blocks: string[]; left: readonly T[] } {
  const blocks: string[] = [];
  let used = 0;
  for (const [index, item] of items.entries()) {
    const block = make(item);
    used += byteLength(block) + BETWEEN;
    if (used > bytes) return { blocks, left: items.slice(index) };
    blocks.push(block);
  }
  return { blocks, left: [] };
}

interface Filling<T> {
  readonly items: readonly T[];
  readonly bytes: number;
  /** The line, or the lines, of an item. */
  readonly make: (item: T) => string;
  /** What stands in front of the line on those that are left out. */
  readonly prefix?: string;
  /** What else that line says of them. */
  readonly ofRest?: (left: readonly T[]) => string;
}

/** Lines one after the other as long as they fit, and how many more there are. */
export function fillLines<T>({ items, bytes, make, prefix = '', ofRest = () => '' }: Filling<T>): string[] {
  const { blocks, left } = fillBlocks(items, bytes, make);
  return left.length === 0 ? blocks : [...blocks, `${prefix}and ${thousands(left.length)} more${ofRest(left)}`];
}
