import { GrantryError } from '../../../model/errors.ts';
import type { SavedPlan } from '../../../model/saved-plan.ts';
import { planSchema } from './plan-schema.ts';
import { desiredDigest } from './save-plan.ts';

/** Reads a saved plan; throws INVALID_INPUT for what is none, STALE_PLAN for a version that this tool does not know. */
export function readSavedPlan(text: string, file: string): SavedPlan {
  const value = parseJson(text, file);
  const version =
    typeof value === 'object' && value !== null && 'formatVersion' in value ? value.formatVersion : undefined;
  if (version !== 2) {
    throw new GrantryError('STALE_PLAN', `${file} is no plan that this version of grantry can apply`, {
      hint:
        version === undefined
          ? 'Make one with: grantry plan -t TARGET --out plan.json'
          : 'Its formatVersion is unknown here: apply it with the version of grantry that made it, or plan again.',
    });
  }
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') || 'its root';
    throw new GrantryError('INVALID_INPUT', `${file} is not a valid plan: it is wrong at ${where}`, {
      hint: 'It was changed after it was made, or cut off. Plan again.',
    });
  }
  // zod gives absent keys as absent, which is what the types mean by optional.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const plan = parsed.data as SavedPlan;
  const seen = new Set<string>();
  const twice = plan.changes.find(({ address }) => seen.size === seen.add(address).size);
  if (twice !== undefined) {
    throw new GrantryError('INVALID_INPUT', `${file} is not a valid plan: it has ${twice.address} twice`, {
      hint: 'It was changed after it was made. Plan again.',
    });
  }
  if (desiredDigest(plan.desired) !== plan.desiredDigest) {
    throw new GrantryError('INVALID_INPUT', `${file} was changed after it was made: its digest is not right`, {
      hint: 'Plan again.',
    });
  }
  return plan;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GrantryError('INVALID_INPUT', `${file} is not JSON`, {
      hint: 'Make a plan with: grantry plan -t TARGET --out plan.json',
    });
  }
}
