import { KEY, NotPlain, addTo, readInline } from './plain-scalar.ts';

/** A line that says something, and the blanks before it. */
interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/** The value of a document, and the place where it begins, from 1. */
export interface PlainDocument {
  readonly line: number;
  readonly column: number;
  readonly value: unknown;
}

/** Levels of a block; a manifest has six. */
const MAX_DEPTH = 32;

const ENTRY = new RegExp(`^(${KEY}):(?: +([^ #].*)| *| +#.*)$`, 'i');
const ITEM = /^-(?: +([^ #].*)| *| +#.*)$/;

/**
 * Reads a document without the lines `---` around it: maps and lists by indentation, with values of one line. Undefined for
 * one that holds nothing. Throws NotPlain for whatever else YAML knows, and for whatever is wrong.
 */
export function readBlock(text: string): PlainDocument | undefined {
  const lines = linesOf(text);
  const [first] = lines;
  if (first === undefined) return undefined;
  return { line: first.number, column: first.indent + 1, value: new BlockReader(lines).document() };
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const indent = line.search(/[^ ]/);
    if (indent !== -1 && line[indent] !== '#') lines.push({ number: index + 1, indent, text: line.slice(indent) });
  }
  return lines;
}

class BlockReader {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  document(): unknown {
    const value = this.#node(0);
    if (this.#at < this.#lines.length) throw new NotPlain();
    return value;
  }

  /** The map or list that begins on this line. */
  #node(depth: number): unknown {
    const line = this.#lines[this.#at];
    if (line === undefined || depth > MAX_DEPTH) throw new NotPlain();
    return ITEM.test(line.text) ? this.#list(line.indent, depth) : this.#map(line.indent, depth);
  }

  #map(indent: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let line = this.#lineAt(indent); line !== undefined; line = this.#lineAt(indent)) {
      const entry = ENTRY.exec(line.text);
      if (entry?.[1] === undefined) throw new NotPlain();
      this.#at += 1;
      // A list may stand below its key without being indented.
      const value = entry[2] === undefined ? this.#below(indent, depth, true) : readInline(entry[2]);
      addTo(map, entry[1], value);
    }
    return map;
  }

  #list(indent: number, depth: number): unknown[] {
    const list: unknown[] = [];
    for (let line = this.#lineAt(indent); line !== undefined; line = this.#lineAt(indent)) {
      const item = ITEM.exec(line.text);
      if (item === null) return list;
      list.push(this.#item(line, item[1], depth));
    }
    return list;
  }

  #item(line: Line, text: string | undefined, depth: number): unknown {
    if (text === undefined) {
      this.#at += 1;
      return this.#below(line.indent, depth, false);
    }
    if (!ENTRY.test(text) && !ITEM.test(text)) {
      this.#at += 1;
      return readInline(text);
    }
    // A map or a list that begins behind the dash is indented by as much as stands before it.
    const indent = line.indent + line.text.length - text.length;
    this.#lines[this.#at] = { ...line, indent, text };
    return this.#node(depth + 1);
  }

  /** What is indented more than the key or dash above it, or nothing. */
  #below(indent: number, depth: number, mayBeLevel: boolean): unknown {
    const next = this.#lines[this.#at];
    if (next === undefined) return null;
    const isBelow = next.indent > indent || (mayBeLevel && next.indent === indent && ITEM.test(next.text));
    return isBelow ? this.#node(depth + 1) : null;
  }

  /** The next line, where it stands at this indentation; undefined where it ends the block. */
  #lineAt(indent: number): Line | undefined {
    const line = this.#lines[this.#at];
    if (line === undefined || line.indent < indent) return undefined;
    if (line.indent > indent) throw new NotPlain();
    return line;
  }
}
