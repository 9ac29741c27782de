import { NotPlain, addTo, isKey, readInline } from './plain-scalar.ts';

/** The value of a document, and the place where it begins, from 1. */
export interface PlainDocument {
  readonly line: number;
  readonly column: number;
  readonly value: unknown;
}

/** Levels of a block; a manifest has six. */
const MAX_DEPTH = 32;

const [BLANK, HASH, DASH, COLON] = [32, 35, 45, 58];

/** By code: whether a key may hold the character. */
const IN_KEYS = Array.from({ length: 128 }, (_, code) => /[\w.:/-]/.test(String.fromCharCode(code)));

/**
 * Reads a document without the lines `---` around it: maps and lists by indentation, with values of one line. Undefined for
 * one that holds nothing. Throws NotPlain for whatever else YAML knows, and for whatever is wrong. The text is ASCII.
 */
export function readBlock(text: string): PlainDocument | undefined {
  return new BlockReader(text).document();
}

/** Goes through a text line by line. Nothing is made for a line: of ten thousand manifests that would be most of the work. */
class BlockReader {
  readonly #text: string;
  /** The line that is read next, from 1. */
  #line = 0;
  /** Blanks before what it says; none where the text is over. */
  #indent: number | undefined;
  /** Where what it says begins and ends. */
  #start = 0;
  #end = -1;

  constructor(text: string) {
    this.#text = text;
  }

  document(): PlainDocument | undefined {
    this.#toNextLine();
    const indent = this.#indent;
    if (indent === undefined) return undefined;
    const line = this.#line;
    const value = this.#node(indent, 0);
    if (this.#indent !== undefined) throw new NotPlain();
    return { line, column: indent + 1, value };
  }

  /** The map or list that begins here, indented by as much. */
  #node(indent: number, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new NotPlain();
    return this.#isItem() ? this.#list(indent, depth) : this.#map(indent, depth);
  }

  #map(indent: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    while (this.#isAt(indent)) {
      const key = this.#findKey();
      if (key === undefined) throw new NotPlain();
      const start = this.#findValue(this.#start + key.length + 1);
      addTo(map, key, start === undefined ? this.#below(indent, depth, true) : this.#inline(start));
    }
    return map;
  }

  #list(indent: number, depth: number): unknown[] {
    const list: unknown[] = [];
    while (this.#isAt(indent) && this.#isItem()) list.push(this.#item(indent, depth));
    return list;
  }

  #item(indent: number, depth: number): unknown {
    const start = this.#findValue(this.#start + 1);
    if (start === undefined) return this.#below(indent, depth, false);
    // A map or a list that begins behind the dash is indented by as much as stands before it.
    const dash = this.#start;
    this.#start = start;
    if (!this.#isItem() && this.#findKey() === undefined) return this.#inline(start);
    this.#indent = indent + start - dash;
    return this.#node(this.#indent, depth + 1);
  }

  #inline(start: number): unknown {
    const text = this.#text.slice(start, this.#end);
    this.#toNextLine();
    return readInline(text);
  }

  /** What is indented more than the key or dash of this line, or nothing. A list may stand below its key without being indented. */
  #below(indent: number, depth: number, mayBeLevel: boolean): unknown {
    this.#toNextLine();
    const next = this.#indent;
    const isBelow = next !== undefined && (next > indent || (mayBeLevel && next === indent && this.#isItem()));
    return isBelow ? this.#node(next, depth + 1) : null;
  }

  /** Whether the line stands at this indentation; false where it ends the block. */
  #isAt(indent: number): boolean {
    const own = this.#indent;
    if (own === undefined || own < indent) return false;
    if (own > indent) throw new NotPlain();
    return true;
  }

  /** Whether a dash stands here that begins an item. */
  #isItem(): boolean {
    const behind = this.#start + 1;
    return this.#codeAt(this.#start) === DASH && (behind === this.#end || this.#codeAt(behind) === BLANK);
  }

  /** The key that stands here, with a colon behind it; undefined where there is none. */
  #findKey(): string | undefined {
    let behind = this.#start;
    while (behind < this.#end && IN_KEYS[this.#codeAt(behind)] === true) behind += 1;
    const colon = behind - 1;
    const isEntry = this.#codeAt(colon) === COLON && (behind === this.#end || this.#codeAt(behind) === BLANK);
    const key = isEntry ? this.#text.slice(this.#start, colon) : '';
    return isKey(key) ? key : undefined;
  }

  /** The beginning of the value on this line, from there on; undefined where none stands, or only a note. */
  #findValue(from: number): number | undefined {
    let at = from;
    while (at < this.#end && this.#codeAt(at) === BLANK) at += 1;
    return at === this.#end || this.#codeAt(at) === HASH ? undefined : at;
  }

  /** Leaves out lines that say nothing. */
  #toNextLine(): void {
    while (this.#end < this.#text.length) {
      const begin = this.#end + 1;
      const end = this.#text.indexOf('\n', begin);
      this.#end = end === -1 ? this.#text.length : end;
      this.#line += 1;
      const start = this.#findValue(begin);
      if (start !== undefined) {
        this.#start = start;
        this.#indent = start - begin;
        return;
      }
    }
    this.#indent = undefined;
  }

  #codeAt(index: number): number {
    return this.#text.charCodeAt(index);
  }
}
