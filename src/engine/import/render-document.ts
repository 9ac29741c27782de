import { Document, Scalar, isCollection, isScalar, isSeq, visit } from 'yaml';
import { withEscapes } from '../../model/text/printable.ts';
import type { JsonObject } from '../../model/values/json.ts';
import { commentLine } from './comments.ts';

/** Lists under these keys stand in one line, as in the examples. */
const IN_ONE_LINE: ReadonlySet<unknown> = new Set(['scopes', 'onRequest', 'targets', 'default', 'optional']);

/** Words that other readers of YAML take for something else than text. */
const MEANS_SOMETHING = /^(?:y|n|yes|no|on|off|true|false|null|~)$|^[-+]?[0-9][0-9_:.,]*$/i;

/** A manifest as YAML, formatted as the examples are, with comments above it and a line break at its end. */
export function renderDocument(manifest: JsonObject, comments: readonly string[] = []): string {
  const document = new Document(manifest, { version: '1.2' });
  visit(document, {
    Pair: (_, { key, value }) => {
      if (isScalar(key) && isCollection(value) && isInOneLine(key.value, value)) value.flow = true;
    },
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && mustBeQuoted(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const yaml = document.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  });
  // Whatever needs an escape stands in double quotes.
  return `${comments.map(commentLine).join('')}${withEscapes(yaml, yamlEscape)}`;
}

/** The scopes of an Api are a map, and each has a line. */
function isInOneLine(key: unknown, value: object): boolean {
  return key === 'credential' || (IN_ONE_LINE.has(key) && isSeq(value));
}

/** Plain text of several lines is not safe within a list, and what cannot be seen must not be hidden. */
function mustBeQuoted(text: string): boolean {
  return MEANS_SOMETHING.test(text) || /[\n\t]|\s$/.test(text) || withEscapes(text, () => '') !== text;
}

function yamlEscape(codePoint: number): string {
  const hex = codePoint.toString(16);
  return codePoint > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
