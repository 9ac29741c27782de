import type { FieldWords } from '../../../model/field-words.ts';
import type { Json } from '../../../model/values/json.ts';
import type { FieldChange, Op } from '../../../model/plan.ts';
import type { ChangeLine, Item, LineValue } from '../../page.ts';

interface Line {
  readonly label: string;
  readonly value: LineValue;
  readonly widens?: boolean;
  /** What is dangerous of it, where that is something else than that it widens access. */
  readonly alarm?: string | undefined;
  readonly note?: string | undefined;
}

/** A line under a change; empty alarms and notes are none. */
export function makeLine({ label, value, widens = false, alarm = '', note = '' }: Line): ChangeLine {
  const alarms = [...(alarm === '' ? [] : [alarm]), ...(widens ? ['widens access'] : [])].join(', ');
  return { label, value, ...(alarms === '' ? {} : { alarm: alarms }), ...(note === '' ? {} : { note }) };
}

/** Undefined where nothing to be seen differs: an empty list and none at all, say. */
export function describeValue(op: Op, { path, before, after }: FieldChange, words: FieldWords): LineValue | undefined {
  if (isList(before) && isList(after)) {
    const [left, right] = [itemsOf(path, before, words), itemsOf(path, after, words)];
    const [added, removed] = [without(right, left), without(left, right)];
    if (added.length + removed.length > 0) return { kind: 'items', added, removed };
    if (left.length === 0) return undefined;
  }
  if (op === 'create') return { kind: 'value', text: words.valueOf(path, after) };
  return { kind: 'replaced', before: words.valueOf(path, before), after: words.valueOf(path, after) };
}

function without(items: readonly Item[], others: readonly Item[]): Item[] {
  const names = new Set(others.map(({ name }) => name));
  return items.filter(({ name }) => !names.has(name));
}

function isList(value: Json | undefined): value is readonly Json[] | undefined {
  return value === undefined || Array.isArray(value);
}

function itemsOf(path: readonly string[], list: readonly Json[] | undefined, words: FieldWords): Item[] {
  return (list ?? []).map((item) => ({ name: words.valueOf([...path, ''], item) }));
}
