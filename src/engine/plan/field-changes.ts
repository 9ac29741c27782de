import type { FieldDifference, FieldWords } from '../../model/field-words.ts';
import { isJsonObject, sameJson } from '../../model/values/json.ts';
import type { Json, JsonObject } from '../../model/values/json.ts';
import type { Change, FieldChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';

/** The leaves that a change alters, sorted by path: what a reviewer reads and the audit log names. */
export function fieldChanges(change: Change, words: Pick<FieldWords, 'widens' | 'breaks'>): FieldChange[] {
  const { notes, foreign = {} } = change;
  const hasNotes = Object.keys(notes).length + Object.keys(foreign).length > 0;
  return differencesOf(change).map((difference) => {
    const breaks = words.breaks(difference);
    const dangers = { widens: words.widens(difference), ...(breaks === undefined ? {} : { breaks }) };
    if (!hasNotes) return { ...difference, ...dangers };
    const path = difference.path.join(' ');
    const [note, whose] = [own(notes, path), own(foreign, path)];
    const remarks = [whose, note].filter((remark) => typeof remark === 'string').join('; ');
    return {
      ...difference,
      ...dangers,
      widens: whose !== undefined || dangers.widens,
      ...(remarks === '' ? {} : { note: remarks }),
    };
  });
}

/** The paths of the leaves that a change alters, sorted. */
export function changedPaths(change: Change): (readonly string[])[] {
  return differencesOf(change).map(({ path }) => path);
}

function differencesOf(change: Change): FieldDifference[] {
  if (change.op === 'deliver') return [];
  return leafDifferences('before' in change ? change.before : undefined, 'after' in change ? change.after : undefined);
}

/** Compares leaf by leaf; a list is one leaf, and an empty object is none. */
export function leafDifferences(before: Fields | undefined, after: Fields | undefined): FieldDifference[] {
  const found: FieldDifference[] = [];
  collect(before ?? {}, after ?? {}, [], found);
  return found;
}

function collect(before: JsonObject, after: JsonObject, path: readonly string[], found: FieldDifference[]): void {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  for (const key of keys) {
    const [left, right] = [own(before, key), own(after, key)];
    const here = [...path, key];
    if (isJsonObject(left) || isJsonObject(right)) {
      collect(isJsonObject(left) ? left : {}, isJsonObject(right) ? right : {}, here, found);
      if (!isJsonObject(left) && left !== undefined) found.push({ path: here, before: left, after: undefined });
      if (!isJsonObject(right) && right !== undefined) found.push({ path: here, before: undefined, after: right });
    } else if (!sameJson(left, right)) {
      found.push({ path: here, before: left, after: right });
    }
  }
}

/** A label may be called `constructor`. */
function own(fields: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
