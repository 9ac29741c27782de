import type { ClientAuth } from 'oauth4webapi';
import type { z } from 'zod';
import type { Credential } from '../model/secrets/credential.ts';
import type { AuthMethod } from '../model/desired.ts';
import type { Clock } from '../platform/clock.ts';
import type { IssuedCredential, Provider } from '../providers/provider.ts';
import type { Payload, PayloadUpdate } from '../stores/store.ts';

/**
 * One way in which clients authenticate. A method is given credentials of its own kind only: the registry picks it by the
 * credential, by the payload of a document, or by what a client's fields say.
 */
export interface CredentialMethod<C extends Credential> {
  readonly kind: C['kind'];
  /** What `spec.auth` of a manifest may be. */
  readonly auth: z.ZodType<AuthMethod>;
  /** The keys of a document that hold the credential, and which of them are secret. None: there is nothing to keep. */
  readonly payloadKeys: Readonly<Record<string, 'secret' | 'public'>>;
  /** Makes a new credential. */
  make(): C;
  /** What a document is to hold. */
  toPayload(held: HeldCredential<C>): PayloadUpdate;
  /** What a document holds; undefined where its payload is not whole, or of another method. */
  fromPayload(payload: Payload): HeldCredential<C> | undefined;
  isSame(left: C, right: C): boolean;
  /** Whether anybody can guess it. */
  isGuessable(credential: C): boolean;
  /** How a request to the token endpoint is authenticated. */
  authenticate(credential: C, auth: AuthMethod): ClientAuth;
  /** The credential that the provider has now. */
  read(id: string, provider: CredentialProvider): Promise<IssuedCredential>;
  /** Undefined: there is nothing to rotate. */
  readonly rotation?: CredentialRotation;
}

/** A credential as a document in the store holds it. */
export interface HeldCredential<C extends Credential> {
  readonly present: C;
  /** What is about to replace it, where a rotation cannot keep both valid. */
  readonly next?: C | undefined;
  /**
   * The one before, while the provider accepts it too, where a store has no other place for it; null: it is to go. Undefined:
   * what lies there of it stays.
   */
  readonly previous?: C | null | undefined;
}

/** What of a provider a method works with: each needs one of its facets. */
export type CredentialProvider = Pick<Provider, 'capabilities' | 'secrets'>;

/** The part of a rotation that depends on the method. Places, marks, the intent and the proofs are the engine's part. */
export interface CredentialRotation {
  /** Issues a new credential and delivers it. The previous one stays valid for the overlap of the client. */
  renew(client: RotatingClient, steps: RotationSteps): Promise<Renewed>;
  /** The same where the previous one ends at once. */
  replace(client: RotatingClient, steps: RotationSteps): Promise<Replaced>;
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
  /** The place of its document in the store. */
  readonly delivered: { readonly place: string; readonly path: string };
  /** When the credential was made that is replaced, in Unix seconds; null: nobody knows. */
  readonly was: number | null;
  /** What the store holds of it; undefined: nothing that is whole. */
  readonly stored: Credential | undefined;
}

/** What a method has the engine do at the right moments of a rotation. */
export interface RotationSteps {
  readonly provider: CredentialProvider;
  readonly clock: Clock;
  /** Writes the credential to come into the document, beside the present one. */
  stage(held: Required<Pick<HeldCredential<Credential>, 'present' | 'next'>>): Promise<void>;
  /** Writes the new credential into the document as the present one; returns the version of that. */
  deliver(issued: IssuedCredential, since?: number): Promise<number>;
}

/** A new credential at the provider, and in the store. */
export interface Renewed {
  readonly issued: IssuedCredential;
  /** When it was made, in Unix seconds, where the method chose that. */
  readonly since: number | undefined;
  /** Of the document. */
  readonly version: number;
  /** How long no credential in the store was accepted, in milliseconds; undefined: there was an overlap. */
  readonly gap: Gap | undefined;
}

/** One whose moment the method chose. */
export interface Replaced extends Renewed {
  readonly since: number;
}

export interface Gap {
  readonly ms: number;
  readonly atMost: boolean;
}
