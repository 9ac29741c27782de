import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Alias, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { findNearest } from '../suggest.ts';
import type { ManifestKeys } from '../schema/schema-keys.ts';
import { isObject } from '../values.ts';

/** Something wrong with the values of a document, at an offset of its file. */
export interface ValueProblem {
  readonly rule: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly offset: number;
}

/** Deeper than any manifest, far from the end of the stack. */
const MAX_DEPTH = 64;

/** How many values aliases may add to a document, and for each that is written out: a few lines can stand for billions. */
const MAX_ALIASED_VALUES = 10_000;
const MAX_ALIASED_RATIO = 10;

interface Conversion {
  readonly keys: ManifestKeys;
  readonly anchors: Map<string, Node>;
  readonly problems: ValueProblem[];
  /** Anchored nodes being converted, to notice those that contain themselves. */
  readonly open: Set<Node>;
  aliasDepth: number;
  /** Values converted, written out and by aliases. */
  values: number;
  aliasedValues: number;
  exhausted: boolean;
}

/**
 * The plain value of a document: maps become objects without a prototype, so that no key is special.
 * Follows aliases and merge keys (`<<`), and reports duplicate keys, unknown anchors, keys that are not text,
 * and aliases that blow up. Linear in the size of the document.
 */
export function nodeToValue(root: unknown, keys: ManifestKeys): { value: unknown; problems: readonly ValueProblem[] } {
  const conversion: Conversion = {
    keys,
    anchors: new Map(),
    problems: [],
    open: new Set(),
    aliasDepth: 0,
    values: 0,
    aliasedValues: 0,
    exhausted: false,
  };
  const value = convert(root, conversion, 0);
  return { value, problems: conversion.problems };
}

function convert(node: unknown, state: Conversion, depth: number): unknown {
  if (state.exhausted || node === null || node === undefined) {
    return null;
  }
  if (isAlias(node)) {
    return convertAlias(node, state, depth);
  }
  if (isTooMuch(state)) {
    return giveUp(state, node, 'the aliases of this document stand for far more values than it has');
  }
  if (depth > MAX_DEPTH) {
    return giveUp(state, node, `the document is nested more than ${MAX_DEPTH} levels deep`);
  }
  if (isScalar(node)) {
    rememberAnchor(node, state);
    return node.value;
  }
  if (isMap(node) || isSeq(node)) {
    rememberAnchor(node, state);
    state.open.add(node);
    const value = isMap(node) ? convertMap(node, state, depth) : convertSeq(node, state, depth);
    state.open.delete(node);
    return value;
  }
  return null;
}

function isTooMuch(state: Conversion): boolean {
  if (state.aliasDepth === 0) {
    state.values += 1;
    return false;
  }
  state.aliasedValues += 1;
  return state.aliasedValues > MAX_ALIASED_VALUES + MAX_ALIASED_RATIO * state.values;
}

function convertSeq(seq: YAMLSeq, state: Conversion, depth: number): unknown[] {
  return seq.items.map((item) => {
    if (isPair(item)) {
      // `[a: 1]` is a list with a map of one key.
      const map: Record<string, unknown> = Object.create(null);
      addPair(map, item, state, depth + 1);
      return map;
    }
    return convert(item, state, depth + 1);
  });
}

function convertMap(map: YAMLMap, state: Conversion, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  const merged: unknown[] = [];
  for (const pair of map.items) {
    if (isMergeKey(pair)) {
      merged.push(convert(pair.value, state, depth + 1));
      reportBadMerge(merged.at(-1), pair, state);
    } else {
      addPair(result, pair, state, depth + 1);
    }
  }
  for (const source of merged.flat().filter(isObject)) {
    for (const key of Object.keys(source)) {
      if (!(key in result)) {
        result[key] = source[key];
      }
    }
  }
  return result;
}

/** `<<: *name` is how YAML users share a block of keys; keys written out win, earlier sources before later ones. */
export function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN';
}

function reportBadMerge(value: unknown, pair: Pair, state: Conversion): void {
  const values = Array.isArray(value) ? value : [value];
  if (!state.exhausted && !values.every(isObject)) {
    report(state, pair.key, 'yaml-syntax', '"<<" merges maps: its value must be an alias of a map, or a list of such');
  }
}

function addPair(map: Record<string, unknown>, pair: Pair, state: Conversion, depth: number): void {
  const key = readKey(pair.key, state);
  if (key === undefined) {
    convert(pair.value, state, depth);
    return;
  }
  if (key in map) {
    const name = state.keys.known.has(key) ? ` "${key}"` : '';
    report(state, pair.key, 'duplicate-key', `the key${name} is here twice in one map`);
  }
  map[key] = convert(pair.value, state, depth);
}

function readKey(node: unknown, state: Conversion): string | undefined {
  const key = isAlias(node) ? state.anchors.get(node.source) : node;
  if (!isScalar(key)) {
    report(state, node, 'yaml-syntax', 'a key must be text');
    return undefined;
  }
  rememberAnchor(key, state);
  const text = typeof key.value === 'string' ? key.value : (key.source ?? '');
  if (text === '') {
    report(state, node, 'yaml-syntax', 'a key is empty');
    return undefined;
  }
  if (text === '__proto__') {
    report(state, node, 'yaml-syntax', 'the key "__proto__" cannot be used');
    return undefined;
  }
  return text;
}

function convertAlias(alias: Alias, state: Conversion, depth: number): unknown {
  const target = state.anchors.get(alias.source);
  if (target === undefined) {
    const suggestion = findNearest(alias.source, [...state.anchors.keys()]);
    // The name is not quoted: `password: *abc` may be a password that was left without quotes.
    report(state, alias, 'unknown-anchor', 'no anchor (&name) of this name stands before this alias', suggestion);
    return null;
  }
  if (state.open.has(target)) {
    report(state, alias, 'unknown-anchor', 'this alias stands inside of what it stands for');
    return null;
  }
  state.aliasDepth += 1;
  const value = convert(target, state, depth);
  state.aliasDepth -= 1;
  return value;
}

function rememberAnchor(node: Node & { anchor?: string }, state: Conversion): void {
  if (node.anchor !== undefined && state.aliasDepth === 0) {
    state.anchors.set(node.anchor, node);
  }
}

function giveUp(state: Conversion, node: unknown, message: string): null {
  state.exhausted = true;
  report(state, node, 'yaml-syntax', message);
  return null;
}

function report(state: Conversion, node: unknown, rule: string, message: string, suggestion?: string): void {
  state.problems.push({ rule, message, suggestion, offset: offsetOf(node) });
}

function offsetOf(node: unknown): number {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && node.range ? node.range[0] : 0;
}
