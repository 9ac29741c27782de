import { Composer, LineCounter, Parser, Schema } from 'yaml';
import type { Document, YAMLError } from 'yaml';

/**
 * One schema for all documents: YAML 1.2, whatever a %YAML line says, so that `no` and `on` are text.
 * Our own conversion does merge keys.
 */
const SCHEMA = new Schema({ schema: 'core' });

const OPTIONS = {
  schema: SCHEMA,
  // Quadratic in the library; nodeToValue looks for duplicates instead.
  uniqueKeys: false,
  // The library's own messages and code frames quote values, which may be credentials.
  prettyErrors: false,
  logLevel: 'silent',
  stringKeys: false,
} as const;

/** The documents of a text, one at a time, so that nobody has to hold all their syntax trees. */
export interface DocumentStream {
  readonly documents: Generator<Document.Parsed, void>;
  readonly lines: LineCounter;
  /** Errors that belong to no document; complete once all documents were read. */
  readonly strayErrors: () => readonly YAMLError[];
}

/** Reads YAML; broken documents come with `errors`. Throws RangeError when it is nested too deeply for the stack. */
export function streamDocuments(text: string): DocumentStream {
  const lines = new LineCounter();
  const composer = new Composer(OPTIONS);
  const tokens = new Parser(lines.addNewLine).parse(text);
  return {
    documents: composer.compose(tokens) as Generator<Document.Parsed, void>,
    lines,
    strayErrors: () => composer.streamInfo().errors,
  };
}
