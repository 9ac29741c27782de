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
  const why = await provider.explainDifference(differences.map(({ path }) => path));
  const named = differences.map((difference) => describe(difference, provider.words));
  throw notAsWritten(provider.describe(), `the change of ${address}`, named, why);
}

function describe({ path, before, after }: FieldDifference, words: FieldWords): string {
  return `${words.labelOf(path)} is ${words.valueOf(path, before)} instead of ${words.valueOf(path, after)}`;
}

/** Fails where something is lost of what a server or a store said it took; `lost` names each part of it. */
export function requireNothingLost(server: string, what: string, lost: readonly string[], hint?: string): void {
  if (lost.length > 0) throw notAsWritten(server, what, lost, hint);
}

/** Fails where something is still there that a server or a store said it took away; `left` names it. */
export function requireGone(server: string, what: string, left: string | undefined): void {
  if (left === undefined) return;
  throw new GrantryError('FAILED', `${server} took ${what}, but when it is read back ${left} is still there`, {
    hint: HINT,
  });
}

const HINT =
  'Something in between may answer for it, such as a proxy, or somebody made it again at the same moment. Run plan to see how things stand.';

/** The error for what was taken and is not so. */
export function notAsWritten(server: string, what: string, lost: readonly string[], why?: string): GrantryError {
  const named = nameSome(lost, MOST_NAMED, '; ');
  return new GrantryError('FAILED', `${server} took ${what}, but it is not so when it is read back: ${named}`, {
    hint: why ?? 'Somebody may have changed it at the same moment. Run plan to see how things stand.',
  });
}
