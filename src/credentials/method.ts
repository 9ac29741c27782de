import type { ClientAuth } from 'oauth4webapi';
import type { z } from 'zod';
import type { Credential } from '../model/secrets/credential.ts';
import type { AuthMethod } from '../model/desired.ts';
import type { ActualCredential, Fields } from '../model/state.ts';
import type { Clock } from '../platform/clock.ts';
import type { FoundCredential, IssuedCredential, Provider } from '../providers/provider.ts';
import type { Payload, PayloadUpdate } from '../stores/store.ts';

/** Where a credential stands in a document. */
export const SLOTS = ['present', 'next', 'previous'] as const;
export type Slot = (typeof SLOTS)[number];

/** The keys of a document, and which of them are secret. */
export type PayloadKeys = Readonly<Record<string, 'secret' | 'public'>>;

/**
 * One way in which clients authenticate. A method is given credentials of its own kind only: the registry picks it by the
 * credential, by the payload of a document, or by what a client's fields say.
 */
export interface CredentialMethod<C extends Credential> {
  readonly kind: C['kind'];
  /** What `spec.auth` of a manifest may be, with nothing left out. */
  readonly auth: z.ZodType<AuthMethod>;
  /** What the fields of a client say of this method; undefined: it is none of this method. */
  authIn(fields: Fields): AuthMethod | undefined;
  /** The keys that hold a credential, by its slot. None: there is nothing to keep. */
  readonly payloadKeys: Readonly<Record<Slot, PayloadKeys>>;
  /** Makes a new credential for a client that authenticates so. */
  make(auth: AuthMethod): Promise<C>;
  /** What a document is to hold of it. */
  toPayload(credential: C, slot: Slot): PayloadUpdate;
  /** What a document holds; undefined where its payload is not whole, or of another method. */
  fromPayload(payload: Payload, slot: Slot): C | undefined;
  isSame(left: C, right: C): boolean;
  /** Whether anybody can guess it. */
  isGuessable(credential: C): boolean;
  /** Whether a client that authenticates so can use it. */
  fits(credential: C, auth: AuthMethod): boolean;
  /** How a request to the token endpoint is authenticated. */
  authenticate(credential: C, auth: AuthMethod): ClientAuth;
  /** The credential that the provider has now, as far as it shows it, or as what the store holds is it. */
  read(id: string, provider: CredentialProvider, readHeld: ReadHeld): Promise<FoundCredential>;
  /** Whether a listing shows enough to tell the present credential from others. */
  isShown(listed: ActualCredential): boolean;
  /** Whether a listing shows it as the present one. */
  isPresent(credential: C, listed: ActualCredential): boolean;
  /** Whether a listing shows that the provider has none of grantry's. */
  isGone(listed: ActualCredential): boolean;
  /** The workload itself: grantry can ask for no token with it, and nothing of it has an age. Default: the store. */
  readonly heldBy?: 'workload';
  /** Undefined: there is nothing to rotate. */
  readonly rotation?: CredentialRotation;
}

/** A credential as a document in the store holds it. */
export interface HeldCredential {
  readonly present: Credential;
  /** What is about to replace it, where it is not at the provider yet. */
  readonly next?: Credential | undefined;
  /**
   * The one before, while the provider accepts it too, where a store has no other place for it; null: it is to go. Undefined:
   * what lies there of it stays.
   */
  readonly previous?: Credential | null | undefined;
}

/** Reads what the store holds of a client; undefined: nothing that is whole. Asked only where a provider does not show it all. */
export type ReadHeld = () => Promise<HeldCredential | undefined>;

/** What of a provider a method works with: each needs one of its facets. */
export type CredentialProvider = Pick<Provider, 'capabilities' | 'secrets' | 'keys' | 'federation'>;

/** The part of a rotation that depends on the method. Places, marks, the intent and the proofs are the engine's part. */
export interface CredentialRotation {
  /** Who ends an overlap: the server, if it is set up to keep the previous credential at all, or grantry. */
  readonly overlapEndedBy: 'server' | 'grantry';
  /**
   * Issues a credential, before it is delivered: it lies in the store beside the present one, and the provider has it. Of a client
   * that authenticates otherwise yet it is good once that has changed.
   */
  prepare(client: RotatingClient, steps: RotationSteps): Promise<Prepared>;
  /** Issues a new credential and delivers it. The previous one stays valid for the overlap of the client. */
  renew(client: RotatingClient, steps: RotationSteps): Promise<Renewed>;
  /** The same where the previous one ends at once. */
  replace(client: RotatingClient, steps: RotationSteps): Promise<Renewed>;
  /** Ends the previous credential, where the provider still accepts one, and gives it where the provider shows it. */
  endPrevious(id: string, provider: CredentialProvider): Promise<Credential | undefined>;
  /** What is shown once a token request with the previous credential is refused. */
  readonly previousIsRefused: string;
}

/** A client whose credential is being rotated. */
export interface RotatingClient {
  /** The provider's own id. */
  readonly id: string;
  readonly clientId: string;
  /** How it authenticates with the new one. */
  readonly auth: AuthMethod;
  /** How long the previous one is to be accepted, where grantry ends that; seconds. */
  readonly overlap: number;
  /** The place of its document in the store. */
  readonly delivered: { readonly place: string; readonly path: string };
  /** When the credential was made that is replaced, in Unix seconds; null: nobody knows. */
  readonly was: number | null;
  /** What the store holds of it, of whatever method; undefined: nothing that is whole. */
  readonly stored: Credential | undefined;
  /** Of keys: what is accepted beside the present one goes on until its own time is over, where a new one is made. */
  readonly keepsOlder?: boolean;
}

/** What a method has the engine do at the right moments of a rotation. */
export interface RotationSteps {
  readonly provider: CredentialProvider;
  readonly clock: Clock;
  /** Writes the credential to come into the document, beside the present one. */
  stage(held: HeldCredential): Promise<void>;
  /** Writes the new credential into the document as the present one; returns the version of that. */
  deliver(issued: IssuedCredential, since?: number): Promise<number>;
}

/** A new credential at the provider. */
export interface Prepared {
  readonly issued: IssuedCredential;
  /** When it was made, in Unix seconds, where the method chose that. */
  readonly since: number | undefined;
}

/** A new credential at the provider, and in the store. */
export interface Renewed extends Prepared {
  /** Of the document. */
  readonly version: number;
  /** How long no credential in the store was accepted, in milliseconds; undefined: there was an overlap. */
  readonly gap: Gap | undefined;
}

export interface Gap {
  readonly ms: number;
  readonly atMost: boolean;
}
