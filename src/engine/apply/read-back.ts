import type { FieldDifference, FieldWords } from '../../model/field-words.ts';
import { nameSome } from '../../model/text/counting.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, CreateChange, UpdateChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import { leafDifferences } from '../plan/field-changes.ts';
import type { Provider } from '../../providers/provider.ts';

const MOST_NAMED = 5;

/** Fails where an object, read back, is not what the plan said it would be: such a change is never done. */
export async function requireAsWritten(
  { address, after }: CreateChange | UpdateChange | AdoptChange,
  found: Fields,
  provider: Pick<Provider, 'describe' | 'explainDifference' | 'words'>,
): Promise<void> {
  const differences = leafDifferences(found, after);
  if (differences.length === 0) return;
  const named = nameSome(
    differences.map((difference) => describe(difference, provider.words)),
    MOST_NAMED,
    '; ',
  );
  const why = await provider.explainDifference(differences.map(({ path }) => path));
  throw new GrantryError(
    'FAILED',
    `${provider.describe()} took the change of ${address}, but it is not so when it is read back: ${named}`,
    { hint: why ?? 'Somebody may have changed it at the same moment. Run plan to see how things stand.' },
  );
}

function describe({ path, before, after }: FieldDifference, words: FieldWords): string {
  return `${words.labelOf(path)} is ${words.valueOf(path, before)} instead of ${words.valueOf(path, after)}`;
}
