import type { Address } from '../../model/address.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ApiLedger } from '../ledger/api-ledger.ts';
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

/** Unix seconds. */
export function secondsNow({ clock }: Pick<CarryOutPorts, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}
