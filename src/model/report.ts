import type { Address } from './address.ts';
import type { AuditEvent } from './audit.ts';
import type { CheckResult, Purpose } from './check.ts';
import type { ClientState } from './desired.ts';
import type { GuardName, Op, RotationOp } from './plan.ts';

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

/** What is to be shown before a token can be asked for. */
export const CREDENTIAL_IN_STORE = 'the store has the credential';

/** What real tokens showed of one client. */
export interface ClientProof {
  readonly address: Address;
  /** Place and version of the credential in the store that was used. */
  readonly place: string;
  readonly storeVersion: number | undefined;
  readonly checks: readonly ProofCheck[];
  /**
   * The credential itself is the trouble: it is not in the store, or the token endpoint does not take it. `kept`: its owner keeps
   * it, as declared, so that no token could be asked for.
   */
  readonly credential?: 'missing' | 'refused' | 'kept';
  /** Milliseconds. */
  readonly duration: number;
}

/** Which target a report is about, and which servers were asked. */
export interface ReportHead {
  readonly target: string;
  readonly stack: string;
  readonly provider: string;
  readonly store: string;
}

/** What one apply did. */
export interface ApplyReport extends ReportHead {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly results: readonly ChangeResult[];
  readonly proofs: readonly ClientProof[];
  /** True when the user stopped it: what is not in the results was not begun. */
  readonly interrupted: boolean;
  /** Whose lock was broken for this run, in words. */
  readonly brokeLock?: string;
  /** Guards that were overridden for this run and would have refused it. */
  readonly overriddenGuards: readonly GuardName[];
  /** Every change as the audit log holds it. */
  readonly audit: readonly AuditEvent[];
}

/** What became of tokens that were issued by a credential that was revoked. */
export interface RevokedTokens {
  /** Introspection calls those issued before inactive: ISO 8601; undefined: the provider cannot do that. */
  readonly inactiveBefore: string | undefined;
  /** For how long at most whoever checks tokens by itself still accepts them, in seconds; undefined: nobody knows. */
  readonly acceptedFor: number | undefined;
}

/** How the rotation of one client went. `finished`: a run before had begun it. */
export interface RotationResult {
  readonly address: Address;
  readonly op: RotationOp;
  readonly outcome: 'done' | 'finished' | 'failed' | 'refused' | 'skipped';
  /** Place of the document in the store; empty where nothing is known of it. */
  readonly place: string;
  readonly storeVersion?: number;
  /** Until when the previous credential is accepted too: ISO 8601. */
  readonly overlapUntil?: string;
  /** For how long no credential in the store was accepted. */
  readonly gap?: { readonly ms: number; readonly atMost: boolean };
  /** Of a revocation. */
  readonly tokens?: RevokedTokens;
  readonly checks: readonly ProofCheck[];
  /** Why it is not done. Never holds a secret. */
  readonly reason?: string;
  readonly hint?: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** What one rotate did. */
export interface RotateReport extends ReportHead {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly results: readonly RotationResult[];
  /** How many more are due, beyond `--max`. */
  readonly waiting: number;
  readonly interrupted: boolean;
  /** Whose lock was broken for this run, in words. */
  readonly brokeLock?: string;
  /** What a reader must know beside it. */
  readonly notices: readonly string[];
  readonly audit: readonly AuditEvent[];
}

/** One client's credential as it is now. Ages and times in seconds. */
export interface CredentialStatus {
  readonly address: Address;
  readonly owner: string;
  /** Of the client, as declared. One that is disabled is not rotated. */
  readonly state: ClientState;
  /** Where it lies; undefined: it was never delivered here. */
  readonly place: string | undefined;
  readonly storeVersion: number | undefined;
  /** ISO 8601. */
  readonly madeAt: string | undefined;
  readonly age: number | undefined;
  /** When it is due: ISO 8601; in the past: overdue. */
  readonly dueAt: string | undefined;
  readonly overdue: boolean;
  /** Until when the previous credential is accepted too. */
  readonly overlapUntil: string | undefined;
  /** When the provider stops accepting it, whatever anybody does. */
  readonly refusedFrom: string | undefined;
  /** What is to be done about it, in words; empty: nothing. */
  readonly remarks: readonly string[];
}

export interface StatusReport extends ReportHead {
  /** ISO 8601. */
  readonly now: string;
  readonly credentials: readonly CredentialStatus[];
  readonly notices: readonly string[];
}

/** What one verify found. */
export interface VerifyReport extends ReportHead {
  readonly proofs: readonly ClientProof[];
}

/** Which of a target's servers is meant; `former-store`: where credentials were delivered before. */
export type Side = 'provider' | 'store' | 'former-store';

/** What was looked at in one server. */
export interface ServerChecks {
  readonly side: Side;
  /** As output names it. */
  readonly name: string;
  readonly checks: readonly CheckResult[];
}

/** What is missing for these purposes. */
export interface DoctorReport extends ReportHead {
  readonly purposes: readonly Purpose[];
  readonly servers: readonly ServerChecks[];
}

/** Nothing failed. */
export function isProven({ checks }: Pick<ClientProof, 'checks'>): boolean {
  return checks.every((check) => check.outcome !== 'failed');
}

/** Nothing failed, and no token was asked for. */
export function isUntested({ checks, credential }: Pick<ClientProof, 'checks' | 'credential'>): boolean {
  return credential === 'kept' && isProven({ checks });
}

/** Nothing failed, and nothing was shown: of a client that may call nothing, at a provider that gives such a client no token. */
export function hasNothingToProve({ checks }: Pick<ClientProof, 'checks'>): boolean {
  return checks.every((check) => check.outcome === 'not-testable');
}

/** Whether a rotation went well. */
export function isRotated({ outcome }: Pick<RotationResult, 'outcome'>): boolean {
  return outcome === 'done' || outcome === 'finished';
}
