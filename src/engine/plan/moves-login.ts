import type { PlannedDelivery } from '../../model/plan.ts';
import { changedFacts } from '../survey/document-facts.ts';

/** Whether a delivery has consumers log in at another server than before. */
export function movesLogin(delivery: PlannedDelivery | undefined): boolean {
  return delivery !== undefined && changedFacts(delivery).some(({ sendsElsewhere }) => sendsElsewhere);
}
