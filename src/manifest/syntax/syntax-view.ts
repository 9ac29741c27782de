import type { Document, LineCounter } from 'yaml';
import type { SourceFile } from '../types.ts';
import { findBomb } from './yaml-bombs.ts';
import { streamDocuments } from './yaml-documents.ts';

/** The syntax trees of one file, for as long as its findings are worded. */
export interface SyntaxView {
  readonly file: SourceFile;
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** True when the trees cannot be trusted to show what belongs to what. */
  readonly broken: boolean;
}

/** Reads a file again with its syntax trees kept. Never throws for what is in the text. */
export function viewSyntax(file: SourceFile): SyntaxView {
  const bomb = findBomb(file.text) !== undefined;
  // Its lines are still needed.
  const stream = streamDocuments(bomb ? file.text.replaceAll(/[^\n]/g, ' ') : file.text);
  const documents: Document.Parsed[] = [];
  let broken = bomb;
  try {
    for (const document of stream.documents) {
      documents.push(document);
      broken ||= document.errors.length > 0 || document.warnings.length > 0;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    broken = true;
  }
  broken ||= stream.strayErrors().length > 0;
  return { file, documents, lines: stream.lines, broken };
}

/** The text of a line, without its end. */
export function lineText(view: SyntaxView, line: number): string {
  const { text } = view.file;
  const start = view.lines.lineStarts[line - 1] ?? 0;
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? text.length : end).replace(/\r$/, '');
}
