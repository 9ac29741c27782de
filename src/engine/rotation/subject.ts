import type { Probe, ProbePorts } from './probe.ts';
import type { CredentialRotation, Gap } from '../../credentials/method.ts';
import type { CredentialMethod } from '../../credentials/method.ts';
import type { Credential } from '../../model/secrets/credential.ts';
import type { AuthMethod } from '../../model/desired.ts';
import type { ProofCheck, RevokedTokens } from '../../model/report.ts';
import type { ActualCredential, Delivery } from '../../model/state.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import type { RotationIntent } from './rotation-intent.ts';

export interface RotationPorts extends ProbePorts {
  readonly provider: Provider;
  readonly store: Store;
  readonly stack: string;
}

/** A client whose credential is to be rotated; it was delivered to this store before. */
export interface RotationSubject {
  /** metadata.name. */
  readonly name: string;
  readonly owner: string;
  /** The provider's own id. */
  readonly id: string;
  readonly method: Pick<CredentialMethod<Credential>, 'read'>;
  readonly rotation: CredentialRotation;
  readonly credential: ActualCredential;
  readonly delivered: Delivery;
  /** How it authenticates, as the server has it now. */
  readonly auth: AuthMethod;
  /** The previous credential stays valid for a while. */
  readonly keepsPrevious: boolean;
  /** For how long, where grantry ends that; seconds. */
  readonly overlap: number;
  /** How often it is rotated, where that was not noted with the client yet; seconds. */
  readonly rotateEvery?: number;
  /** What a document says beside the credential, should there be none. */
  readonly facts: Readonly<Record<string, string>>;
  /** A token request that the credential must be good for. */
  readonly probe: Probe;
}

/** What became of a rotation. */
export interface Rotated {
  readonly kind: RotationIntent['kind'];
  /** It was begun by a run before, and finished now. */
  readonly begunBefore: string | undefined;
  readonly storeVersion: number;
  /** Until when the previous credential is accepted too, in Unix seconds; undefined: it is not. */
  readonly previousUntil: number | undefined;
  /** How long no credential in the store was accepted; undefined: there was an overlap. */
  readonly gap: Gap | undefined;
  /** Of a revocation. */
  readonly tokens?: RevokedTokens;
  /** One that failed leaves the rotation unfinished. */
  readonly checks: readonly ProofCheck[];
}

export interface RotateOptions {
  readonly kind: RotationIntent['kind'];
  /** One that was finished a moment ago, but for its note, counts as this rotation. */
  readonly mayBeDone: boolean;
}
