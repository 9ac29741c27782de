import { isJsonObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Change, FieldChange } from '../model/plan.ts';
import { describeValue, type ChangeLine, type Item } from './change-line.ts';
import { labelOf, valueOf } from './words.ts';

/**
 * The lines on the scopes of an Api. A scope that comes or goes is one item, not one line for each of its fields;
 * a difference that several scopes share, such as another audience, is told once.
 */
export function scopeLines(change: Change, fields: readonly FieldChange[]): ChangeLine[] {
  const ofScopes = fields.filter(({ path }) => path[0] === 'scopes' && path.length === 3);
  if (ofScopes.length === 0) return [];
  const before = objectIn('before' in change ? change.before['scopes'] : undefined);
  const after = objectIn('after' in change ? change.after['scopes'] : undefined);
  const added = Object.keys(after).filter((scope) => !Object.hasOwn(before, scope));
  const removed = Object.keys(before).filter((scope) => !Object.hasOwn(after, scope));
  const kept = ofScopes.filter(
    ({ path: [, scope = ''] }) => Object.hasOwn(before, scope) && Object.hasOwn(after, scope),
  );
  const coming = new Set(added);
  return [
    ...(change.op === 'create' ? sharedByNew(ofScopes, 'audience', 'audience') : []),
    ...membership(added.toSorted(), removed.toSorted(), after, change.op === 'create' ? [] : ofScopes),
    ...(change.op === 'create' ? sharedByNew(ofScopes, 'introspectedBy', 'introspected by') : []),
    ...keptLines(change, kept, Object.keys(after).length - coming.size),
  ];
}

function objectIn(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function membership(
  added: readonly string[],
  removed: readonly string[],
  after: JsonObject,
  fields: readonly FieldChange[],
): ChangeLine[] {
  if (added.length + removed.length === 0) return [];
  const item = (name: string): Item => {
    const about = objectIn(after[name])['description'];
    const shown = valueOf([], name);
    return typeof about === 'string' && about !== '' ? { name: shown, about } : { name: shown };
  };
  const value = { kind: 'items' as const, added: added.map(item), removed: removed.map(item) };
  const coming = new Set(added);
  return [{ label: 'scopes', value, ...remarksOf(fields.filter(({ path: [, scope = ''] }) => coming.has(scope))) }];
}

/** What all scopes of a new Api have in common. */
function sharedByNew(fields: readonly FieldChange[], key: string, label: string): ChangeLine[] {
  const ofKey = fields.filter(({ path }) => path[2] === key);
  const values = new Set(ofKey.flatMap(({ after }) => (Array.isArray(after) ? after : [after])));
  const text = [...values]
    .flatMap((value) => (value === undefined || value === null ? [] : [valueOf([], value)]))
    .join(', ');
  return text === '' ? [] : [{ label, value: { kind: 'value', text }, ...remarksOf(ofKey) }];
}

/** What is said of several fields that are told in one line. */
function remarksOf(fields: readonly FieldChange[]): Pick<ChangeLine, 'widens' | 'note'> {
  const notes = [...new Set(fields.flatMap(({ note }) => note ?? []))].join('; ');
  return { widens: fields.some(({ widens }) => widens), ...(notes === '' ? {} : { note: notes }) };
}

function keptLines(change: Change, fields: readonly FieldChange[], scopes: number): ChangeLine[] {
  const groups = new Map<string, [FieldChange, ...FieldChange[]]>();
  for (const field of fields) {
    const key = JSON.stringify([field.path[2], field.before ?? null, field.after ?? null, field.note ?? '']);
    const group = groups.get(key);
    if (group) group.push(field);
    else groups.set(key, [field]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const value = describeValue(change.op, first);
    if (value === undefined) return [];
    const label = group.length === 1 ? labelOf(first.path) : sharedLabel(first.path, group.length, scopes);
    return [{ label, value, widens: first.widens, ...(first.note === undefined ? {} : { note: first.note }) }];
  });
}

function sharedLabel(path: readonly string[], share: number, scopes: number): string {
  const field = labelOf([path[0] ?? '', '', path[2] ?? '']).trim();
  return share === scopes ? `${field}, all scopes` : `${field}, ${share} scopes`;
}
