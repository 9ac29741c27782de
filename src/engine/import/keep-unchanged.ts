import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { LeftOutReason } from '../../model/estate.ts';
import { GrantryError } from '../../model/errors.ts';
import type { FieldWords } from '../../model/field-words.ts';
import type { Change, FieldChange, Plan } from '../../model/plan.ts';
import { nameSome } from '../../model/text/counting.ts';
import { asSentence } from '../../model/text/sentence.ts';
import type { ActualState } from '../../model/state.ts';
import type { Provider } from '../../providers/provider.ts';
import { adoptedFields } from '../plan/adopted-fields.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { PlanInput } from '../plan/build-plan.ts';
import { fieldChanges } from '../plan/field-changes.ts';
import { completeObjects, readObjects } from '../survey/survey-target.ts';
import type { Draft } from './draft.ts';
import { addLeftOut, keepValid, takeOut } from './keep-valid.ts';
import type { Kept, Valid } from './keep-valid.ts';
import type { ExistingManifests } from './load-drafts.ts';

/** What an adoption changes nothing of. */
export interface Unchanged extends Kept {
  /** What carries the mark of the stack and nobody declares: the very next plan would delete it. */
  readonly deleted: readonly Address[];
}

type PlanProvider = Pick<Provider, 'project' | 'read' | 'endpoints' | 'words' | 'describe'>;

/**
 * Takes out what an adoption would change, by the very plan that would show it, until it would change nothing. The provider is
 * read once: whatever is taken out, what is there stays the same.
 */
export async function keepUnchanged(valid: Valid, existing: ExistingManifests, provider: Provider): Promise<Unchanged> {
  const { actual } = await readObjects(valid.resolve(), provider);
  const endpoints = await provider.endpoints();
  let kept = valid;
  for (let round = 0; round <= valid.drafts.length; round += 1) {
    const plan = adoptionOf(kept.resolve(), actual, { endpoints, provider });
    const refused = refusals(plan, provider.words, kept.drafts);
    if (refused.size === 0)
      return { ...kept, deleted: plan.changes.flatMap(({ op, address }) => (op === 'delete' ? [address] : [])) };
    const without = addLeftOut(
      kept,
      takeOut(kept.drafts, ({ address }) => refused.get(address)),
    );
    const again = keepValid(without.drafts, existing);
    kept = { ...addLeftOut(without, again), resolve: again.resolve };
  }
  throw new GrantryError('FAILED', 'what was imported does not come out as it is there: nothing was written');
}

/** The plan that adopts everything, as far as it goes without the store. */
function adoptionOf(
  desired: DesiredState,
  actual: ActualState,
  { endpoints, provider }: Pick<PlanInput, 'endpoints'> & { readonly provider: PlanProvider },
): Plan {
  return buildPlan({
    desired,
    projected: completeObjects(provider.project(desired), desired, actual),
    actual,
    endpoints,
    deliveries: [],
    provider: provider.describe(),
    store: '',
    foreignPlaces: [],
    knownClients: undefined,
    adoption: { rules: [{ pattern: '*', matches: () => true, stack: undefined }] },
  });
}

/** Why drafts cannot be adopted as they are, by address. */
function refusals(
  { changes, conflicts }: Plan,
  words: FieldWords,
  drafts: readonly Draft[],
): ReadonlyMap<string, LeftOutReason> {
  const changeOf = new Map(changes.map((change) => [change.address, change]));
  const conflictOf = new Map(conflicts.map((conflict) => [conflict.address, conflict]));
  return new Map(
    drafts.flatMap(({ address }): [string, LeftOutReason][] => {
      const conflict = conflictOf.get(address);
      if (conflict !== undefined)
        return [[address, { reason: 'conflict', why: asSentence(`${conflict.reason}.`), todo: conflict.hint }]];
      const change = changeOf.get(address);
      const reason = change === undefined ? undefined : differenceIn(change, words);
      return reason === undefined ? [] : [[address, reason]];
    }),
  );
}

function differenceIn(change: Change, words: FieldWords): LeftOutReason | undefined {
  if (change.op === 'create') return NOT_THERE;
  const fields = change.op === 'adopt' ? adoptedFields(change, words) : fieldChanges(change, words);
  if (fields.length === 0) return undefined;
  return {
    reason: 'differs',
    why: `Declared, it would not be as it is: ${nameSome(
      fields.map((field) => inWords(field, words)),
      MOST_FIELDS,
      '; ',
    )}.`,
    todo: 'Change that at the provider, or declare it by hand and let a plan show what would change.',
  };
}

const MOST_FIELDS = 5;

const NOT_THERE: LeftOutReason = {
  reason: 'differs',
  why: 'Declared, it would be created: what is there is not what a manifest of it stands for.',
  todo: 'Declare it by hand and let a plan show what would change.',
};

/** `enabled is false, and would be true`. */
function inWords({ path, before, after }: FieldChange, words: FieldWords): string {
  return `${words.labelOf(path)} is ${words.valueOf(path, before)}, and would be ${words.valueOf(path, after)}`;
}
