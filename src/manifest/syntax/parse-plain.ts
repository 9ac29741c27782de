import { CORE_SCHEMA, loadAll } from 'js-yaml';
import type { RawDocument, SourceFile } from '../types.ts';

/**
 * Whatever has two readings, or takes care: anchors, aliases, tags, directives, block scalars, complex keys, escapes,
 * merge keys, tabs, carriage returns, document ends, and what is no ASCII. All of it is left to the other parser.
 */
const NOT_PLAIN = /[^\n -~]|[&*!%|>?\\@`]|<<|^\.\.\.|.---|---./m;

/** Keys that are text in every schema of YAML, and not what the parser makes of another value as a key. */
const PLAIN_KEY = /^(?!(?:true|false|null|yes|no|on|off|y|n|nan|infinity)$)[a-z][\w.:/-]*$/i;

/** The two parsers do not agree on numbers that are too large. */
const MAYBE_NUMBER = /^[-+.]*\d[\d.e+_-]*$/i;

const SEPARATOR = /^---$/gm;

/**
 * The documents of a file as most people write them, read by a parser that is twice as fast but keeps no positions;
 * undefined for every file in which anything is unusual or wrong. It gives what `parseManifestFile` gives without it, and a
 * test holds it to that.
 */
export function parsePlain(file: SourceFile): RawDocument[] | undefined {
  if (NOT_PLAIN.test(file.text)) return undefined;
  const chunks = chunksOf(file.text);
  const values = load(file.text);
  if (values === undefined) return undefined;
  const filled = chunks.filter(({ isEmpty }) => !isEmpty);
  if (filled.length !== values.length) return undefined;
  const documents: RawDocument[] = [];
  for (const [index, { document, line, column }] of filled.entries()) {
    const value = copy(values[index], 0);
    if (value === undefined || value === null) return undefined;
    documents.push({ file, document, position: { file: file.name, line, column }, value, broken: false });
  }
  return documents;
}

function load(text: string): unknown[] | undefined {
  try {
    const values: unknown[] = loadAll(text, { schema: CORE_SCHEMA });
    return values.filter((value) => value !== null && value !== undefined);
  } catch {
    // The other parser says what is wrong, and where.
    return undefined;
  }
}

interface Chunk {
  /** The how-manieth document, from 0. */
  readonly document: number;
  /** Of its first value, from 1. */
  readonly line: number;
  readonly column: number;
  readonly isEmpty: boolean;
}

/** What lies between the lines `---`; before the first one there is a document only if something is written there. */
function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let line = 1;
  for (const [index, chunk] of text.split(SEPARATOR).entries()) {
    const lines = chunk.split('\n');
    const first = lines.findIndex((each) => /^ *[^ #]/.test(each));
    const isEmpty = first === -1;
    if (index > 0 || !isEmpty) {
      const column = isEmpty ? 1 : (lines[first] ?? '').search(/[^ ]/) + 1;
      chunks.push({ document: chunks.length, line: line + Math.max(0, first), column, isEmpty });
    }
    line += lines.length - 1;
  }
  return chunks;
}

/** Deeper than any manifest. */
const MAX_DEPTH = 32;

/** Maps without a prototype, so that no key is special; undefined when a key may be no text, or a value is no JSON. */
function copy(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return MAYBE_NUMBER.test(value) ? undefined : value;
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => copy(item, depth + 1));
    return items.includes(undefined) ? undefined : items;
  }
  if (typeof value !== 'object') return undefined;
  const map: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    const copied = PLAIN_KEY.test(key) ? copy(inner, depth + 1) : undefined;
    if (copied === undefined) return undefined;
    map[key] = copied;
  }
  return map;
}
