import { Scalar, visit } from 'yaml';
import type { Node, YAMLError } from 'yaml';

/** By the library's message, where it is fixed text and more exact than the code. */
const BY_MESSAGE: ReadonlyMap<string, string> = new Map([
  ['Missing closing "quote', 'a " is missing at the end of a quoted text'],
  ["Missing closing 'quote", "a ' is missing at the end of a quoted text"],
  [
    'Implicit map keys need to be followed by map values',
    'a ":" is missing after a key, or the line is indented wrongly',
  ],
  ['Sequence item without - indicator', 'a list item must begin with "- ", or the line is indented wrongly'],
  ['All mapping items must start at the same column', 'the line is not indented like the keys above it'],
  ['All sequence items must start at the same column', 'the line is not indented like the list items above it'],
  ['Comments must be separated from other tokens by white space characters', 'a blank is missing before the #'],
  ['Nested mappings are not allowed in compact mappings', 'a second ": " on the line: put the value in quotes'],
  ['Alias cannot be an empty string', 'a name is missing after the *; if it is text, put it in quotes'],
  ['Anchor cannot be an empty string', 'a name is missing after the &; if it is text, put it in quotes'],
  ['Missing directives-end/doc-start indicator line', 'a line with --- is missing after the % line'],
]);

const BY_CODE: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias (*name) can have no anchor and no tag',
  BAD_ALIAS: 'the name of an anchor or alias is not valid; if it is text, put it in quotes',
  BAD_COLLECTION_TYPE: 'a tag does not fit the value after it; manifests need no tags',
  BAD_DIRECTIVE: 'the line beginning with % is not valid',
  BAD_DQ_ESCAPE: 'there is no such \\ escape in double quotes; use single quotes to write a backslash',
  BAD_INDENT: 'the line is indented wrongly, or a bracket before it is not closed',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place',
  BAD_SCALAR_START: 'text cannot begin with this character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a list or map cannot be a key',
  BLOCK_IN_FLOW: 'a list or map inside brackets must be written with brackets too',
  KEY_OVER_1024_CHARS: 'a key has more than 1024 characters',
  MISSING_CHAR: 'a character is missing here, such as a comma, colon, bracket or blank',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line; is a ":" or a closing quote missing?',
  MULTIPLE_ANCHORS: 'a value can have only one anchor',
  MULTIPLE_TAGS: 'a value can have only one tag; manifests need none',
  RESOURCE_EXHAUSTION: 'the document is nested too deeply',
  TAB_AS_INDENT: 'a tab indents the line: use blanks',
  TAG_RESOLVE_FAILED: 'tags (beginning with !) have no meaning in manifests; if it is text, put it in quotes',
  UNEXPECTED_TOKEN: 'something is here that does not belong, such as a bracket or comma too many',
};

/** What a syntax error means, in words that quote nothing of the file: any part of it may be a credential. */
export function wordSyntaxError(error: YAMLError): string {
  return `cannot be read as YAML: ${BY_MESSAGE.get(error.message) ?? BY_CODE[error.code] ?? 'the syntax is wrong here'}`;
}

/** Where to show a syntax error: for a quote that is never closed that is where it opens, not where the file ends. */
export function placeSyntaxError(error: YAMLError, contents: Node | null): number {
  const [offset] = error.pos;
  let opening = offset;
  if (contents !== null && /^Missing closing ["']/.test(error.message)) {
    visit(contents, {
      Scalar(_key, node) {
        const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
        const [start = 0, end = 0] = node.range ?? [];
        if (quoted && start <= offset && offset <= end + 1) {
          opening = start;
        }
      },
    });
  }
  return opening;
}
