import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { addToGroup } from '../../model/groups.ts';
import { isKnownKey, isSafeTargetKey, mayHoldSecret } from './credential-keys.ts';
import { isMergeKey } from './node-to-value.ts';
import { lineAt } from './syntax-view.ts';
import type { SyntaxView } from './syntax-view.ts';

/** Lines that hold a credential, each with the key to show in place of it; empty where the key may be one too. */
export type HiddenLines = Map<number, string>;

/** Beyond this depth nothing is looked at any more, and all of it hidden. */
const MAX_DEPTH = 100;

interface Walk {
  readonly view: SyntaxView;
  readonly hidden: HiddenLines;
  readonly anchors: Map<string, Node[]>;
  readonly strictlySeen: Set<Node>;
}

/**
 * How much of a map may be shown. `open`: all but what a key calls a credential. `strict`: only the values of keys
 * that are known to hold none; so in a Target, and under `secret` of a Client. `scopes`: all, keys being scope names.
 */
type Mode = 'open' | 'strict' | 'scopes';

/** Finds the lines of credentials by the syntax trees; right for files whose syntax is. */
export function hideInTrees(view: SyntaxView): HiddenLines {
  const hidden: HiddenLines = new Map();
  for (const document of view.documents) {
    const walk: Walk = { view, hidden, anchors: new Map(), strictlySeen: new Set() };
    const root = document.contents;
    if (isMap(root)) {
      collectAnchors(root, walk, 0);
      walkMap(root, modeOf(document), walk, 0);
    } else if (isNode(root)) {
      hideNode(root, '', walk);
    }
  }
  return hidden;
}

function modeOf(document: Document.Parsed): Mode {
  const kind: unknown = isMap(document.contents) ? document.contents.get('kind') : undefined;
  return kind === 'Api' || kind === 'Client' ? 'open' : 'strict';
}

function collectAnchors(node: unknown, walk: Walk, depth: number): void {
  if (isPair(node)) {
    collectAnchors(node.key, walk, depth);
    collectAnchors(node.value, walk, depth);
  } else if (isNode(node) && !isAlias(node) && depth <= MAX_DEPTH) {
    if ('anchor' in node && node.anchor !== undefined) {
      addToGroup(walk.anchors, node.anchor, node);
    }
    if (isCollection(node)) {
      node.items.forEach((item) => collectAnchors(item, walk, depth + 1));
    }
  }
}

function walkMap(map: YAMLMap, mode: Mode, walk: Walk, depth: number): void {
  for (const pair of map.items) {
    if (isMergeKey(pair)) {
      walkValue(pair.value, mode, walk, depth);
      continue;
    }
    const key = isScalar(pair.key)
      ? typeof pair.key.value === 'string'
        ? pair.key.value
        : pair.key.source
      : undefined;
    if (key === undefined || key === '' || depth > MAX_DEPTH) {
      hidePair(pair, '', walk);
    } else {
      walkPair(pair, key, mode, walk, depth);
    }
  }
}

function walkPair(pair: Pair, key: string, mode: Mode, walk: Walk, depth: number): void {
  const { value } = pair;
  if (mode === 'scopes' && isScalar(value)) {
    return;
  }
  const secret = mayHoldSecret(key);
  const holder = key === 'secret' || key === 'secrets';
  if (isMap(value) && (holder || !secret)) {
    walkMap(value, nextMode(key, mode), walk, depth + 1);
  } else if (isSeq(value) && !secret && (mode === 'open' || isSafeTargetKey(key))) {
    walkValue(value, nextMode(key, mode), walk, depth + 1);
  } else if (isAlias(value) && !secret && !isLeafHidden(key, mode)) {
    walkValue(value, mode, walk, depth + 1);
  } else if (secret || isLeafHidden(key, mode) || holdsUserinfo(key, value) || isLoneWord(key, value)) {
    if (!holder || !isLoneWord('', value)) {
      hidePair(pair, isKnownKey(key) || (secret && /^[\w.-]+$/.test(key)) ? key : '', walk);
    }
  }
}

function nextMode(key: string, mode: Mode): Mode {
  if (mode === 'strict' || key === 'secret') {
    return 'strict';
  }
  return key === 'scopes' ? 'scopes' : 'open';
}

function isLeafHidden(key: string, mode: Mode): boolean {
  return mode === 'strict' && !isSafeTargetKey(key);
}

/** A word that only became a key by a mistake, such as the second line of a text. */
function isLoneWord(key: string, value: unknown): boolean {
  return !isKnownKey(key) && (value === null || (isScalar(value) && value.value === null));
}

/** `https://user:password@host`. */
function holdsUserinfo(key: string, value: unknown): boolean {
  return ['url', 'address', 'domain'].includes(key) && isScalar(value) && /[@?#]/.test(String(value.value));
}

function walkValue(value: unknown, mode: Mode, walk: Walk, depth: number): void {
  if (isAlias(value)) {
    // What an alias stands for was looked at where it stands; here it may be more of a credential than there.
    for (const node of mode === 'strict' ? (walk.anchors.get(value.source) ?? []) : []) {
      if (!walk.strictlySeen.has(node)) {
        walk.strictlySeen.add(node);
        walkValue(node, mode, walk, depth);
      }
    }
  } else if (isMap(value)) {
    walkMap(value, mode, walk, depth);
  } else if (isSeq(value)) {
    value.items.forEach((item) => (isPair(item) ? hidePair(item, '', walk) : walkValue(item, mode, walk, depth + 1)));
  }
}

function hidePair(pair: Pair, label: string, walk: Walk): void {
  hideNode(pair.key, label, walk);
  hideNode(pair.value, label, walk);
  const [from, to] = [rangeOf(pair.key)?.[0], (rangeOf(pair.value) ?? rangeOf(pair.key))?.[1]];
  if (from !== undefined && to !== undefined) {
    hideRange(from, to, label, walk);
  }
}

function hideNode(value: unknown, label: string, walk: Walk): void {
  const range = rangeOf(value);
  if (range !== undefined) {
    hideRange(range[0], range[1], label, walk);
  }
  if (isAlias(value)) {
    for (const node of walk.anchors.get(value.source) ?? []) {
      const anchored = rangeOf(node);
      if (anchored !== undefined) {
        hideRange(anchored[0], anchored[1], label, walk);
      }
    }
  }
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return isNode(node) ? (node.range ?? undefined) : undefined;
}

function hideRange(from: number, to: number, label: string, walk: Walk): void {
  const last = lineAt(walk.view, Math.max(from, to - 1));
  for (let line = lineAt(walk.view, from); line <= last; line++) {
    if ((walk.hidden.get(line) ?? '') === '') {
      walk.hidden.set(line, label);
    }
  }
}
