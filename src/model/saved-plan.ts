import type { DesiredApi, DesiredClient } from './desired.ts';
import type { Change, Plan } from './plan.ts';

/** The part of the manifests that a plan's changes follow from; without source positions. */
export interface SavedDesired {
  readonly apis: readonly Omit<DesiredApi, 'position'>[];
  readonly clients: readonly Omit<DesiredClient, 'position'>[];
  /** Seconds. */
  readonly overlaps: readonly number[];
}

export type SavedChange = Change & {
  /** Of the object as it was read; null: it was not there. */
  readonly fingerprint: string | null;
  /** When the client's secret was made, in Unix seconds; null where there is none or the provider does not say. */
  readonly secretMadeAt: number | null;
};

/** A plan as `plan --out` writes it: docs/plan-format.md. Holds no secret and no hash of one. */
export interface SavedPlan extends Omit<Plan, 'changes' | 'review'> {
  readonly formatVersion: 2;
  readonly kind: 'plan';
  readonly tool: string;
  /** ISO 8601; all else is the same for the same inputs, byte for byte. */
  readonly createdAt: string;
  /** The last apply in the ledger before the plan was made; null: none. */
  readonly lastApply: string | null;
  readonly changes: readonly SavedChange[];
  readonly desired: SavedDesired;
  /** SHA-256 of `desired`. */
  readonly desiredDigest: string;
}
