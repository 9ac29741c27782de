import type { RawDocument, SourceFile } from '../types.ts';
import { readBlock } from './plain-block.ts';
import type { PlainDocument } from './plain-block.ts';
import { NotPlain } from './plain-scalar.ts';

/**
 * Whatever has two readings, or takes care: anchors, aliases, tags, directives, block scalars, complex keys, escapes,
 * merge keys, tabs, carriage returns, document ends, and what is no ASCII. All of it is left to the library.
 */
const NOT_PLAIN = /[^\n -~]|[&*!%|>?\\@`]|<<|^\.\.\.|.---|---./m;

const SEPARATOR = /^---$/gm;

/**
 * The documents of a file as most people write them, in a tenth of the time that the library takes; undefined for every
 * file in which anything is unusual or wrong. It gives what `parseManifestFile` gives without it, and a test holds it to that.
 */
export function parsePlain(file: SourceFile): RawDocument[] | undefined {
  if (NOT_PLAIN.test(file.text)) return undefined;
  try {
    return read(file);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function read(file: SourceFile): RawDocument[] {
  const documents: RawDocument[] = [];
  let line = 0;
  let document = 0;
  const chunks = file.text.split(SEPARATOR);
  for (let index = 0; index < chunks.length; index += 1) {
    const chunk = chunks[index] ?? '';
    const found: PlainDocument | undefined = readBlock(chunk);
    if (found !== undefined) {
      const position = { file: file.name, line: line + found.line, column: found.column };
      documents.push({ file, document, position, value: found.value, broken: false });
    }
    // Before the first line `---` there is a document only if something is written there.
    if (index > 0 || found !== undefined) document += 1;
    // Nobody asks for the lines of the last one, which is the only one of most files.
    if (index < chunks.length - 1) line += chunk.split('\n').length - 1;
  }
  return documents;
}
