import type { FieldDescription, FieldWords } from '../../../model/field-words.ts';
import { groupBy } from '../../../model/values/groups.ts';
import { isJsonObject } from '../../../model/values/json.ts';
import type { Json, JsonObject } from '../../../model/values/json.ts';
import type { Change, FieldChange } from '../../../model/plan.ts';
import type { ChangeLine, Item } from '../../page.ts';
import { describeValue, makeLine } from './line.ts';

/** Whether a field is one of a scope of an Api. */
export function isOfScope({ path }: FieldChange): boolean {
  return path[0] === 'scopes' && path.length === 3;
}

/**
 * The lines on the scopes of an Api. A scope that comes or goes is one item, not one line for each of its fields;
 * a difference that several scopes share, such as another audience, is shown once.
 */
export function scopeLines(change: Change, fields: readonly FieldChange[], words: FieldWords): ChangeLine[] {
  const ofScopes = fields.filter(isOfScope);
  if (ofScopes.length === 0) return [];
  const before = objectIn('before' in change ? change.before['scopes'] : undefined);
  const after = objectIn('after' in change ? change.after['scopes'] : undefined);
  const added = Object.keys(after).filter((scope) => !Object.hasOwn(before, scope));
  const removed = Object.keys(before).filter((scope) => !Object.hasOwn(after, scope));
  const kept = ofScopes.filter(
    ({ path: [, scope = ''] }) => Object.hasOwn(before, scope) && Object.hasOwn(after, scope),
  );
  const isNew = change.op === 'create';
  return [
    ...(isNew ? sharedByNew(ofScopes, 'before', words) : []),
    ...membership({ added: added.toSorted(), removed: removed.toSorted(), after }, isNew ? [] : ofScopes, words),
    ...(isNew ? sharedByNew(ofScopes, 'after', words) : []),
    ...keptLines(change, kept, Object.keys(after).length - added.length, words),
  ];
}

function objectIn(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

interface Membership {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly after: JsonObject;
}

function membership(
  { added, removed, after }: Membership,
  fields: readonly FieldChange[],
  words: FieldWords,
): ChangeLine[] {
  if (added.length + removed.length === 0) return [];
  const item = (name: string): Item => {
    const about = objectIn(after[name])['description'];
    const shown = words.valueOf([], name);
    return typeof about === 'string' && about !== '' ? { name: shown, about } : { name: shown };
  };
  const coming = new Set(added);
  const ofComing = fields.filter(({ path: [, scope = ''] }) => coming.has(scope));
  const value = { kind: 'items' as const, added: added.map(item), removed: removed.map(item) };
  return [makeLine({ label: 'scopes', value, ...remarksOf(ofComing) })];
}

/** What all scopes of a new Api have in common: one line for each such field. */
function sharedByNew(
  fields: readonly FieldChange[],
  place: FieldDescription['sharedByNewScopes'],
  words: FieldWords,
): ChangeLine[] {
  return [...groupBy(fields, ({ path }) => path[2] ?? '')].flatMap(([key, ofKey]) => {
    if (words.describe(['scopes', '', key])?.sharedByNewScopes !== place) return [];
    const values = new Set(ofKey.flatMap(({ after }) => (Array.isArray(after) ? after : [after])));
    const text = [...values]
      .flatMap((value) => (value === undefined || value === null ? [] : [words.valueOf([], value)]))
      .join(', ');
    if (text === '') return [];
    return [makeLine({ label: scopeField(key, words), value: { kind: 'value', text }, ...remarksOf(ofKey) })];
  });
}

/** What a field is called, whatever the scope. */
function scopeField(key: string, words: FieldWords): string {
  return words.labelOf(['scopes', '', key]).trim();
}

/** What is said of several fields that are shown in one line. */
function remarksOf(fields: readonly FieldChange[]): { readonly widens: boolean; readonly note: string } {
  const notes = [...new Set(fields.flatMap(({ note }) => note ?? []))].join('; ');
  return { widens: fields.some(({ widens }) => widens), note: notes };
}

function keptLines(change: Change, fields: readonly FieldChange[], scopes: number, words: FieldWords): ChangeLine[] {
  const groups = groupBy(fields, ({ path, before, after, note }) =>
    JSON.stringify([path[2], before ?? null, after ?? null, note ?? '']),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const value = first === undefined ? undefined : describeValue(change.op, first, words);
    if (first === undefined || value === undefined) return [];
    const shared = `${scopeField(first.path[2] ?? '', words)}, ${group.length === scopes ? 'all' : group.length} scopes`;
    const label = group.length === 1 ? words.labelOf(first.path) : shared;
    return [makeLine({ label, value, widens: first.widens, note: first.note })];
  });
}
