import { isJsonObject, sameJson } from '../../model/json.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Change, FieldChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import { widens } from './widening.ts';

/** The leaves that a change alters, sorted by path: what a reviewer reads and the audit log names. */
export function fieldChanges(change: Change): FieldChange[] {
  const before = 'before' in change ? change.before : undefined;
  const after = 'after' in change ? change.after : undefined;
  if (change.op === 'deliver') return [];
  const { notes, foreign = {} } = change;
  const hasNotes = Object.keys(notes).length + Object.keys(foreign).length > 0;
  return leafDifferences(before, after).map((difference) => {
    if (!hasNotes) return { ...difference, widens: widens(difference) };
    const path = difference.path.join(' ');
    const [note, whose] = [own(notes, path), own(foreign, path)];
    const remarks = [whose, note].filter((remark) => typeof remark === 'string').join('; ');
    return {
      ...difference,
      widens: whose !== undefined || widens(difference),
      ...(remarks === '' ? {} : { note: remarks }),
    };
  });
}

export interface LeafDifference {
  readonly path: readonly string[];
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Compares leaf by leaf; a list is one leaf, and an empty object is none. */
export function leafDifferences(before: Fields | undefined, after: Fields | undefined): LeafDifference[] {
  const found: LeafDifference[] = [];
  collect(before ?? {}, after ?? {}, [], found);
  return found;
}

function collect(before: JsonObject, after: JsonObject, path: readonly string[], found: LeafDifference[]): void {
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
