import { nameSome } from '../../model/counting.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, CreateChange, UpdateChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import { leafDifferences } from '../plan/field-changes.ts';
import type { LeafDifference } from '../plan/field-changes.ts';
import type { Provider } from '../../providers/provider.ts';
import { FIELD_WORDS } from '../../providers/field-words.ts';

const MOST_NAMED = 5;

/** Fails where an object, read back, is not what the plan said it would be: such a change is never done. */
export async function requireAsWritten(
  { address, after }: CreateChange | UpdateChange | AdoptChange,
  found: Fields,
  provider: Pick<Provider, 'describe' | 'explainDifference'>,
): Promise<void> {
  const differences = leafDifferences(found, after);
  if (differences.length === 0) return;
  const named = nameSome(differences.map(describe), MOST_NAMED, '; ');
  const why = await provider.explainDifference(differences.map(({ path }) => path));
  throw new GrantryError(
    'FAILED',
    `${provider.describe()} took the change of ${address}, but it is not so when it is read back: ${named}`,
    { hint: why ?? 'Somebody may have changed it at the same moment. Run plan to see how things stand.' },
  );
}

function describe({ path, before, after }: LeafDifference): string {
  return `${FIELD_WORDS.labelOf(path)} is ${FIELD_WORDS.valueOf(path, before)} instead of ${FIELD_WORDS.valueOf(path, after)}`;
}
