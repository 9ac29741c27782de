import type { Address } from '../../model/address.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ApiLedger } from '../ledger/api-ledger.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import type { Store } from '../../stores/store.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/** What carrying out a change left behind. */
export interface Done {
  readonly storeVersion?: number;
}

export interface CarryOutPorts extends TargetPorts {
  readonly clock: Clock;
  readonly stack: string;
  /** Destroy the documents of deleted clients instead of marking them as retired. */
  readonly purgeStore: boolean;
  /** Where Apis are noted that cannot be marked. */
  readonly apiLedger: ApiLedger;
  /** Finishes a rotation of this client that a run before left, where there is one; gives the document's version. */
  readonly finishRotation: (client: Address) => Promise<number | undefined>;
}

/** The store that a client's document is left in. */
export function storeLeft(
  { store, formerStore }: Pick<TargetPorts, 'store' | 'formerStore'>,
  { leftPlace }: Pick<PlannedDelivery, 'leftPlace'>,
): Store {
  if (leftPlace === undefined) return store;
  if (formerStore !== undefined) return formerStore;
  throw new TypeError(`the store of ${leftPlace} was not opened`);
}

/** Unix seconds. */
export function secondsNow({ clock }: Pick<CarryOutPorts, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}
