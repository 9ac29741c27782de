import { isAlias, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import type { Document, Pair, YAMLMap } from 'yaml';
import { isMergeKey } from './node-to-value.ts';
import type { SyntaxView } from './syntax-view.ts';
import type { Place } from '../types.ts';

type PathPlace = Extract<Place, { path: unknown }>;

/** More merges inside of merges than anybody writes; ends circles. */
const MAX_MERGES = 16;

interface Locator {
  readonly view: SyntaxView;
  /** Pairs by key, so that many findings in one large map stay linear. */
  readonly pairs: Map<YAMLMap, Map<string, Pair>>;
}

/** A function that finds the offset of a place in a file: of what is there, or of the nearest thing on the way to it. */
export function createLocator(view: SyntaxView): (place: PathPlace) => number {
  const locator: Locator = { view, pairs: new Map() };
  return (place) => {
    const document = view.documents[place.document];
    const start = document?.contents?.range?.[0] ?? document?.range[0] ?? 0;
    return document === undefined ? start : (findOffset(document, place, locator) ?? start);
  };
}

function findOffset(document: Document.Parsed, place: PathPlace, locator: Locator): number | undefined {
  const { path, part } = place;
  let node: unknown = document.contents;
  let nearest: number | undefined;
  for (const [index, step] of path.entries()) {
    const container = follow(node, document);
    const pair = isMap(container) ? findPair(container, String(step), document, locator, 0) : undefined;
    const item: unknown = isSeq(container) ? container.items[Number(step)] : undefined;
    const keyOffset = startOf(pair?.key ?? item);
    if (keyOffset === undefined) {
      return nearest;
    }
    node = pair === undefined ? item : pair.value;
    nearest = index === path.length - 1 && part === 'value' ? (startOf(node) ?? keyOffset) : keyOffset;
  }
  return nearest;
}

function findPair(
  map: YAMLMap,
  key: string,
  document: Document.Parsed,
  locator: Locator,
  merges: number,
): Pair | undefined {
  const own = indexPairs(map, locator).get(key);
  if (own !== undefined || merges > MAX_MERGES) {
    return own;
  }
  const sources = map.items.filter(isMergeKey).flatMap((pair) => {
    const value = follow(pair.value, document);
    return isSeq(value) ? value.items.map((item) => follow(item, document)) : [value];
  });
  for (const source of sources) {
    const found = isMap(source) ? findPair(source, key, document, locator, merges + 1) : undefined;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function indexPairs(map: YAMLMap, locator: Locator): Map<string, Pair> {
  const known = locator.pairs.get(map);
  if (known !== undefined) {
    return known;
  }
  // Of a key that is there twice the last one: its value is the one that counts.
  const index = new Map<string, Pair>();
  for (const pair of map.items) {
    if (isScalar(pair.key)) {
      index.set(typeof pair.key.value === 'string' ? pair.key.value : (pair.key.source ?? ''), pair);
    }
  }
  locator.pairs.set(map, index);
  return index;
}

function follow(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  if (isPair(node)) {
    return startOf(node.key);
  }
  return isNode(node) ? node.range?.[0] : undefined;
}
