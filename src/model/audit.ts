import type { Address } from './address.ts';
import type { Op, RotationOp } from './plan.ts';

/** One line of the audit log: what was done to one object, by whom; never a value. */
export interface AuditEvent {
  /** ISO 8601. */
  readonly time: string;
  readonly event: 'begun' | 'done' | 'failed';
  /** Who ran grantry: the CI's actor, or the user of the machine. */
  readonly who: string;
  readonly host: string;
  /** The run of CI, where there is one. */
  readonly run: string | undefined;
  readonly tool: string;
  readonly target: string;
  readonly stack: string;
  readonly address: Address;
  readonly op: Op | RotationOp;
  /** Paths of the fields that change. */
  readonly fields: readonly string[];
  /** Where a credential was delivered. */
  readonly place: string | undefined;
  readonly storeVersion: number | undefined;
  /** Why it failed. */
  readonly reason: string | undefined;
}
