import { isMap, isNode, isScalar, visit } from 'yaml';
import type { Pair } from 'yaml';
import { mayHoldCredential } from '../schema/credential-keys.ts';
import type { ManifestKeys } from '../schema/schema-keys.ts';
import type { Problem } from '../types.ts';
import { lineText } from './syntax-view.ts';
import type { SyntaxView } from './syntax-view.ts';

/** Findings beside which nothing of a file is shown: something in it is not what it seems, or should not be there at all. */
const DOUBTS: ReadonlySet<string> = new Set(['yaml-syntax', 'unknown-anchor', 'misplaced-credential', 'renamed-key']);

/**
 * Whether lines of a file may be shown beside its findings. Not where it holds a Target, or anything that is no Api or
 * Client, and not where its syntax is broken or a credential stands in it: nobody knows then what the line means.
 */
export function showsLines(view: SyntaxView, problems: readonly Problem[]): boolean {
  const isOpen = view.documents.every(({ contents }) => {
    const kind: unknown = isMap(contents) ? contents.get('kind') : undefined;
    return contents === null || kind === 'Api' || kind === 'Client';
  });
  return isOpen && !view.broken && !problems.some(({ rule }) => DOUBTS.has(rule));
}

/** The line that a problem is on; undefined where it may hold a credential. */
export function sourceLine(view: SyntaxView, { place }: Problem, line: number, keys: ManifestKeys): string | undefined {
  const text = lineText(view, line);
  const isInside = 'path' in place ? leadsIntoCredential(place.path, keys) : liesInCredential(view, place.offset);
  return isInside || mayHoldCredential(text, keys) ? undefined : text;
}

/** The same of a place in the text that no path leads to, such as a key that is there twice. */
function liesInCredential({ documents }: SyntaxView, offset: number): boolean {
  let found = false;
  const look = (_: unknown, { key, value }: Pair): void => {
    if (!isScalar(key) || key.value !== 'credential' || !isNode(value)) return;
    const [start, , end] = value.range ?? [offset, offset, offset];
    found ||= start <= offset && offset <= end;
  };
  for (const document of documents) visit(document, { Pair: look });
  return found;
}

/** What stands in place of a Client's `credential`, or below it under a key that is not ours, may be one. */
function leadsIntoCredential(path: readonly (string | number)[], { known }: ManifestKeys): boolean {
  const start = path.indexOf('credential');
  const below = path.slice(start + 1);
  return start !== -1 && (below.length === 0 || below.some((key) => typeof key === 'number' || !known.has(key)));
}
