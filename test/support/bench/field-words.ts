/** Plans as they are shown with the words of grantry's own providers. */
import { BACKENDS, fieldWordsOf } from '../../../src/cli/backends.ts';
import { dangersOf as dangersIn } from '../../../src/engine/plan/danger.ts';
import type { Danger } from '../../../src/engine/plan/danger.ts';
import { fieldChanges as changesIn } from '../../../src/engine/plan/field-changes.ts';
import type { Change, FieldChange, Plan, PlanReview } from '../../../src/model/plan.ts';
import { planDocument as documentOf, renderPlan as render } from '../../../src/report/index.ts';
import type { PlanRenderOptions } from '../../../src/report/index.ts';
import { reviewChanges as review } from '../../../src/report/views/plan/reviewed-change.ts';
import type { ReviewedChange } from '../../../src/report/views/plan/reviewed-change.ts';

export const FIELD_WORDS = fieldWordsOf(BACKENDS);

export function renderPlan(plan: Plan, options: Omit<PlanRenderOptions, 'words'>): string {
  return render(plan, { ...options, words: FIELD_WORDS });
}

export function planDocument(plan: Plan): object {
  return documentOf(plan, FIELD_WORDS);
}

export function fieldChanges(change: Change): FieldChange[] {
  return changesIn(change, FIELD_WORDS);
}

export function dangersOf(change: Change, review: PlanReview | undefined): Danger[] {
  return dangersIn(change, review, FIELD_WORDS);
}

export function reviewChanges(plan: Plan): ReviewedChange[] {
  return review(plan, FIELD_WORDS);
}
