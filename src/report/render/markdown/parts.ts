import { count } from '../../../model/counting.ts';
import type { Words } from '../../page.ts';
import { textOf } from '../../words.ts';
import { codeElement, codeSpan, fencedBlock, printable } from '../escape.ts';
import { shorten } from '../width.ts';

/**
 * GitHub refuses a comment of more than 65,536 characters. Bytes are counted here, which are never fewer, and
 * the rest is left to whoever puts a line before or after.
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
  return textOf(words, ({ foreign, limit }) => inlineCode(foreign, limit));
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

/** The first lines that fit into so many bytes, and what is said of the rest. */
export function firstLines(lines: Iterable<string>, bytes: number, rest: (missing: number) => string): string[] {
  const kept: string[] = [];
  let [used, missing] = [0, 0];
  for (const line of lines) {
    const size = byteLength(line) + 1;
    if (missing > 0 || used + size > bytes) missing += 1;
    else kept.push(line);
    used += size;
  }
  return missing === 0 ? kept : [...kept, rest(missing)];
}

/** The first lines that fit into so many bytes, and how many more there are. */
export function someLines(lines: Iterable<string>, bytes: number): string[] {
  return firstLines(lines, bytes, (missing) => `and ${count(missing, 'more line')}`);
}

/** Bytes that parts take, with the blank lines between them. */
export function bytesOf(parts: readonly string[]): number {
  return parts.reduce((sum, part) => sum + byteLength(part) + BETWEEN, 0);
}

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

/** Bytes of the blank line between two blocks. */
const BETWEEN = 2;
