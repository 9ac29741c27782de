import type { Address } from './address.ts';
import type { AuditEvent } from './audit.ts';
import type { GuardName, Op } from './plan.ts';

/** How one change went. A skipped one was never begun; one that was done before this run needed nothing. */
export interface ChangeResult {
  readonly address: Address;
  readonly op: Op;
  readonly outcome: 'done' | 'done-before' | 'failed' | 'skipped';
  /** What went wrong, or what it waited for. Never holds a secret. */
  readonly reason?: string;
  readonly hint?: string;
  /** The version that the store gave the document, where one was written. */
  readonly storeVersion?: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** One thing that a token proved, or failed to. */
export interface ProofCheck {
  /** Such as `token carries exactly inventory:read`. */
  readonly claim: string;
  readonly outcome: 'passed' | 'failed' | 'not-testable';
  /** What was found instead, or why it cannot be tested. Never holds a token or a secret. */
  readonly detail?: string;
}

/** What real tokens showed of one client. */
export interface ClientProof {
  readonly address: Address;
  /** Place and version of the credential in the store that was used. */
  readonly place: string;
  readonly storeVersion: number | undefined;
  readonly checks: readonly ProofCheck[];
  /** Milliseconds. */
  readonly duration: number;
}

/** What one apply did. */
export interface ApplyReport {
  readonly target: string;
  readonly stack: string;
  readonly provider: string;
  readonly store: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly results: readonly ChangeResult[];
  readonly proofs: readonly ClientProof[];
  /** True when the user stopped it: what is not in the results was not begun. */
  readonly interrupted: boolean;
  /** Guards that were overridden for this run and would have refused it. */
  readonly overriddenGuards: readonly GuardName[];
  /** Every change as the audit log tells it. */
  readonly audit: readonly AuditEvent[];
}

/** What one verify found. */
export interface VerifyReport {
  readonly target: string;
  readonly stack: string;
  readonly provider: string;
  readonly store: string;
  readonly proofs: readonly ClientProof[];
}

export function isProven(proof: ClientProof): boolean {
  return proof.checks.every((check) => check.outcome !== 'failed');
}
