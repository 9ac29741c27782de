/** Thrown where a text says anything that the plain reader does not know, be it right or wrong. */
export class NotPlain extends Error {}

/** Deeper than any manifest. */
const MAX_DEPTH = 32;

/** A key is text in every schema of YAML, and not what a parser makes of another value as a key. */
const KEY = '(?!(?:true|false|null|yes|no|on|off|y|n|nan|infinity)(?::|$))[A-Za-z][\\w.:/-]{0,250}';

const KEY_ALONE = new RegExp(`^${KEY}$`, 'i');

export function isKey(text: string): boolean {
  return KEY_ALONE.test(text);
}

/** What may stand behind a value: blanks, and a note. */
const REST = / *(?: #.*)?$/y;
const DOUBLE_QUOTED = /"([^"\\]*)"/y;
const SINGLE_QUOTED = /'([^']*)'/y;
const BLANKS = / */y;

/** Between brackets; a colon may be inside of it, but not before a blank or at its end. */
const FLOW_TEXT = /[\w/$](?:[\w./$ -]|:(?=[\w/$]))*/y;
const FLOW_KEY = new RegExp(`(${KEY}): +`, 'iy');

/** Not what begins like anything but text, and holds nothing that could begin or end something. */
const BLOCK_TEXT = /^[\w/$(](?:[^:#]|:(?=[^ ])|(?<=[^ ])#)*$/;

/** Numbers in any notation of any schema, and words for what is no text. */
const NOT_TEXT = /^(?:[-+.]*\d[\d.e+_-]*|0[box].*|true|false|null)$/i;
const INTEGER = /^(?:0|[1-9]\d{0,14})$/;
const NO_TEXTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** What nearly all values are: words, and lists of words that may have colons inside. */
const WORDS = /^(?!(?:true|false|null)$)[a-z][\w./-]*(?: [\w./-]+)*$/i;
const LIST_WORD = '(?!(?:true|false|null)[\\],])[a-z][\\w./-]*(?::[\\w/][\\w./-]*)*';
const LIST_OF_WORDS = new RegExp(`^\\[${LIST_WORD}(?:, ${LIST_WORD})*\\]$`, 'i');

/** The value that stands on one line, behind a key or a dash. */
export function readInline(text: string): unknown {
  if (WORDS.test(text)) return text;
  if (LIST_OF_WORDS.test(text)) return text.slice(1, -1).split(', ');
  if (!/^["'[{]/.test(text)) {
    const note = text.search(/ +#/);
    const bare = (note === -1 ? text : text.slice(0, note)).trimEnd();
    if (!BLOCK_TEXT.test(bare)) throw new NotPlain();
    return scalarOf(bare);
  }
  const scanner = new Scanner(text);
  const value = scanner.value(0);
  if (scanner.match(REST) === undefined) throw new NotPlain();
  return value;
}

function scalarOf(text: string): unknown {
  if (!NOT_TEXT.test(text)) return text;
  if (INTEGER.test(text)) return Number(text);
  const word = NO_TEXTS.get(text);
  if (word === undefined) throw new NotPlain();
  return word;
}

/** Refuses a key that is there already. No key is special: one that could be the prototype's does not begin with a letter. */
export function addTo(map: Record<string, unknown>, key: string, value: unknown): void {
  if (Object.hasOwn(map, key)) throw new NotPlain();
  map[key] = value;
}

/** Reads quoted text, and lists and maps between brackets. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What the pattern, which must be sticky, finds here: its group, or all of it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found[1] ?? found[0];
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new NotPlain();
    switch (this.#text.charAt(this.#at)) {
      case '[':
        return this.#list(depth + 1);
      case '{':
        return this.#map(depth + 1);
      case '"':
        return this.#need(DOUBLE_QUOTED);
      case "'":
        return this.#need(SINGLE_QUOTED);
      default:
        return scalarOf(this.#need(FLOW_TEXT).trimEnd());
    }
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = [];
    this.#items(']', () => list.push(this.value(depth)));
    return list;
  }

  #map(depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    this.#items('}', () => addTo(map, this.#need(FLOW_KEY), this.value(depth)));
    return map;
  }

  #items(end: string, read: () => void): void {
    this.#at += 1;
    this.match(BLANKS);
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      read();
      this.match(BLANKS);
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === end) return;
      if (next !== ',') throw new NotPlain();
      this.match(BLANKS);
    }
  }

  #need(pattern: RegExp): string {
    const found = this.match(pattern);
    if (found === undefined) throw new NotPlain();
    return found;
  }
}
