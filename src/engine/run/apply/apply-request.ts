import type { GuardName, Plan } from '../../../model/plan.ts';
import type { SavedPlan } from '../../../model/saved-plan.ts';
import type { Adoption } from '../../plan/adoption.ts';
import type { LockPolicy } from '../run-context.ts';

/** What an apply is to do. */
export interface ApplyRequest {
  /** The plan to carry out; undefined: the one that is made now. */
  readonly saved: SavedPlan | undefined;
  readonly adoption: Adoption;
  /** Guards that do not count this time. */
  readonly overrides: ReadonlySet<GuardName>;
  /** Compare the credentials in the store with those of the provider. */
  readonly checkStore: boolean;
  /** Destroy the documents of deleted clients instead of marking them as retired. */
  readonly purgeStore: boolean;
  /** Prove with real tokens what changed. */
  readonly proof: boolean;
  /** Changes, or proofs, at the same time. */
  readonly parallelism: number;
  readonly lock: LockPolicy;
  readonly approval: Approval;
}

/** Who says yes to a plan. */
interface Approval {
  /** Called with the plan before anything is written or locked; rejects where it is not to be carried out. */
  readonly confirm: (plan: Plan) => Promise<void>;
  /** Whether that yes holds for whatever is to be done once the lock is held. Else it must be the plan that was confirmed, or less. */
  readonly coversChanges: boolean;
}
