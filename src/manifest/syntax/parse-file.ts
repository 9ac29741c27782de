import type { Document, LineCounter } from 'yaml';
import type { Position } from '../../model/finding.ts';
import type { ManifestKeys } from '../schema/schema-keys.ts';
import { nodeToValue } from './node-to-value.ts';
import type { Problem, RawDocument, SourceFile } from '../types.ts';
import { streamDocuments } from './yaml-documents.ts';
import { findBomb } from './yaml-bombs.ts';
import { placeSyntaxError, wordSyntaxError } from './yaml-errors.ts';

/** What a file holds, and what is wrong with its syntax. */
export interface ParsedFile {
  readonly documents: readonly RawDocument[];
  readonly problems: readonly Problem[];
}

/** What no text holds that a person wrote, and what could act on a terminal. */
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

const TOO_DEEP = 'cannot be read as YAML: it is nested too deeply';

/** Reads all documents of a file; empty ones are left out. Never throws, whatever the text is. */
export function parseManifestFile(file: SourceFile, keys: ManifestKeys): ParsedFile {
  const documents: RawDocument[] = [];
  const problems: Problem[] = [];
  const control = file.text.search(CONTROL);
  if (control !== -1) {
    problems.push(syntaxProblem(file, control, 'there is a control character here, which no manifest can hold'));
  }
  const bomb = findBomb(file.text);
  if (bomb !== undefined) {
    return { documents, problems: [...problems, syntaxProblem(file, bomb, TOO_DEEP)] };
  }
  const stream = streamDocuments(file.text);
  try {
    let index = 0;
    for (const parsed of stream.documents) {
      const document = readDocument(parsed, { file, document: index++, lines: stream.lines, keys }, problems);
      if (document !== undefined) {
        documents.push(document);
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    // The library recurses; the stack ends at some thousands of levels.
    problems.push(syntaxProblem(file, 0, TOO_DEEP));
  }
  const stray = stream.strayErrors()[0];
  if (stray !== undefined) {
    problems.push(syntaxProblem(file, stray.pos[0], wordSyntaxError(stray)));
  }
  return { documents, problems };
}

interface Context {
  readonly file: SourceFile;
  readonly document: number;
  readonly lines: LineCounter;
  readonly keys: ManifestKeys;
}

function readDocument(parsed: Document.Parsed, context: Context, problems: Problem[]): RawDocument | undefined {
  const { file, document, lines, keys } = context;
  // What follows a syntax error is mostly its consequence: one mistake, one finding.
  const syntaxError = parsed.errors[0] ?? parsed.warnings.find((warning) => warning.code === 'TAG_RESOLVE_FAILED');
  if (syntaxError !== undefined) {
    problems.push(syntaxProblem(file, placeSyntaxError(syntaxError, parsed.contents), wordSyntaxError(syntaxError)));
  }
  const { value, problems: found } = nodeToValue(parsed.contents, keys);
  for (const { offset, ...rest } of syntaxError === undefined ? found : []) {
    problems.push({ severity: 'error', ...rest, place: { file, offset } });
  }
  if (value === null && syntaxError === undefined && found.length === 0) {
    return undefined;
  }
  const offset = parsed.contents?.range?.[0] ?? parsed.range[0];
  return {
    file,
    document,
    position: positionAt(file, lines, offset),
    value,
    // A duplicate key hides nothing; after anything else parts of the value are missing.
    broken: syntaxError !== undefined || found.some((problem) => problem.rule !== 'duplicate-key'),
  };
}

function syntaxProblem(file: SourceFile, offset: number, message: string): Problem {
  return { severity: 'error', rule: 'yaml-syntax', message, place: { file, offset } };
}

/** Line and column, from 1, of an offset. */
export function positionAt(file: SourceFile, lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(Math.min(offset, file.text.length));
  // Before the first newline was read the counter knows no line.
  return line === 0 ? { file: file.name, line: 1, column: offset + 1 } : { file: file.name, line, column: col };
}
