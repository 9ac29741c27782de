import type { RotationRequest } from '../../rotation/select-rotations.ts';
import type { LockPolicy } from '../run-context.ts';

/** What a rotate is to do. */
export interface RotateRequest {
  /** Which credentials, and how. */
  readonly rotation: RotationRequest;
  /** Rotations at the same time. */
  readonly parallelism: number;
  readonly lock: LockPolicy;
  /**
   * Called before anything is written or locked, where all credentials are to be rotated or several previous secrets
   * refused at once; rejects where they are not to be.
   */
  readonly confirm: (question: RotationQuestion) => Promise<void>;
}

/** What is to be confirmed. */
export interface RotationQuestion {
  readonly target: string;
  /** Names of the clients. */
  readonly clients: readonly string[];
  /** The previous secrets are refused at once. */
  readonly revokes: boolean;
  /** What to know of it, each in one line. */
  readonly notices: readonly string[];
}
