import type { Json } from '../model/json.ts';
import type { FieldChange, Op } from '../model/plan.ts';
import { valueOf } from './words.ts';

/** What one line of a change says of its field; texts are as they came, not yet made printable. */
export type LineValue =
  | { readonly kind: 'items'; readonly added: readonly Item[]; readonly removed: readonly Item[] }
  | { readonly kind: 'replaced'; readonly before: string; readonly after: string }
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'place'; readonly text: string };

/** A member of a list, with what is to be said of it. */
export interface Item {
  readonly name: string;
  readonly about?: string;
}

export interface ChangeLine {
  readonly label: string;
  readonly value: LineValue;
  readonly widens: boolean;
  /** What is dangerous of it, where that is something else than that it widens access: it is marked like that. */
  readonly alarm?: string;
  readonly note?: string;
}

/** What stands behind the mark of a line that a reviewer must not miss; empty where it is none. */
export function alarmOf({ widens, alarm }: Pick<ChangeLine, 'widens' | 'alarm'>): string {
  return [...(alarm === undefined ? [] : [alarm]), ...(widens ? ['widens access'] : [])].join(', ');
}

/** Undefined where nothing to be seen differs: an empty list and none at all, say. */
export function describeValue(op: Op, { path, before, after }: FieldChange): LineValue | undefined {
  if (isList(before) && isList(after)) {
    const [left, right] = [itemsOf(path, before), itemsOf(path, after)];
    const [added, removed] = [without(right, left), without(left, right)];
    if (added.length + removed.length > 0) return { kind: 'items', added, removed };
    if (left.length === 0) return undefined;
  }
  if (op === 'create') return { kind: 'value', text: valueOf(path, after) };
  return { kind: 'replaced', before: valueOf(path, before), after: valueOf(path, after) };
}

function without(items: readonly Item[], others: readonly Item[]): Item[] {
  const names = new Set(others.map(({ name }) => name));
  return items.filter(({ name }) => !names.has(name));
}

function isList(value: Json | undefined): value is readonly Json[] | undefined {
  return value === undefined || Array.isArray(value);
}

function itemsOf(path: readonly string[], list: readonly Json[] | undefined): Item[] {
  return (list ?? []).map((item) => ({ name: valueOf([...path, ''], item) }));
}
