import type { FieldWords } from '../../model/field-words.ts';
import type { AdoptChange, FieldChange } from '../../model/plan.ts';
import { fieldChanges } from './field-changes.ts';

/**
 * What an adoption changes beside the mark that it sets, which goes without saying: plans show it, and import declares nothing
 * of which this would not be empty.
 */
export function adoptedFields(change: AdoptChange, words: FieldWords): FieldChange[] {
  return fieldChanges(change, words).filter(
    ({ path: [head = ''], before }) => words.describe([head])?.isMark !== true || (before ?? null) !== null,
  );
}
