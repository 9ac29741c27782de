import { adoptedFields } from '../../../engine/plan/adopted-fields.ts';
import { fieldChanges } from '../../../engine/plan/field-changes.ts';
import { isKind, nameOf } from '../../../model/address.ts';
import type { FieldWords } from '../../../model/field-words.ts';
import { isJsonObject, sameJson } from '../../../model/values/json.ts';
import type { Json, JsonObject } from '../../../model/values/json.ts';
import type { Change, CreateChange, FieldChange } from '../../../model/plan.ts';

/** The differences that say something to a reviewer. What every new client has says nothing, nor does the mark that adopting sets. */
export function shownFields(change: Change, words: FieldWords): FieldChange[] {
  switch (change.op) {
    case 'delete':
      return fieldChanges({ ...change, before: shownOnDelete(change.before, words) }, words);
    case 'create':
      // How a provider does it is its own matter: what it is for is shown beside.
      if (isKind(change.address, 'Rotation')) return [];
      return fieldChanges({ ...change, after: pruneNew(change, words) }, words);
    case 'adopt':
      return adoptedFields(change, words);
    case 'update':
    case 'deliver':
    default:
      return fieldChanges(change, words);
  }
}

function shownOnDelete(fields: JsonObject, words: FieldWords): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => words.describe([key])?.isShownOnDelete === true));
}

/** Done before the leaves are compared: of some forty, few are left. */
function pruneNew({ address, after, notes }: CreateChange, words: FieldWords): JsonObject {
  const name = nameOf(address);
  const isNoted = Object.keys(notes).length > 0;

  function prune(fields: JsonObject, above: readonly string[]): JsonObject {
    return Object.fromEntries(
      Object.entries(fields).flatMap(([key, value]): [string, Json][] => {
        const path = [...above, key];
        // Scopes have lines of their own.
        if (path.length === 1 && key === 'scopes') return [[key, value]];
        const { usual, isSilentOnCreate = false } = words.describe(path) ?? {};
        if (isJsonObject(value)) {
          const inner = isSilentOnCreate ? {} : prune(value, path);
          return Object.keys(inner).length === 0 ? [] : [[key, inner]];
        }
        if (isNoted && Object.hasOwn(notes, path.join(' '))) return [[key, value]];
        return isSilentOnCreate || isUsual(value, usual?.(name)) ? [] : [[key, value]];
      }),
    );
  }

  return prune(after, []);
}

/** Beside what a provider describes, empty lists and switches that are off say nothing. */
function isUsual(value: Json, expected: Json | undefined): boolean {
  if (expected !== undefined) return sameJson(value, expected);
  return value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0);
}
