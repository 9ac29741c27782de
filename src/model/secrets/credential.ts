import type { KeyAlg } from './key-alg.ts';
import type { Secret } from './secret.ts';

/** What a client authenticates with; `kind` names the method. */
export type Credential = ClientSecret | PrivateKey | FederatedIdentity;

/** A secret that the client and the provider share (RFC 6749 section 2.3.1). */
export interface ClientSecret {
  readonly kind: 'client-secret';
  readonly secret: Secret;
}

/** A key that the client alone has, and the provider the public part of (RFC 7523 section 2.2). */
export interface PrivateKey {
  readonly kind: 'private-key-jwt';
  /** PKCS#8, in PEM. */
  readonly privateKey: Secret;
  /** The `kid` in the head of assertions, and at the provider. */
  readonly keyId: string;
  readonly alg: KeyAlg;
}

/** No credential: a workload logs in with a token of its own, signed by an issuer that the provider trusts (RFC 7523). */
export interface FederatedIdentity {
  readonly kind: 'federated-jwt';
  /** What the provider calls the issuer. */
  readonly alias: string;
  /** The `sub` of the workload's tokens. */
  readonly subject: string;
  /** A token of the workload, where this run was given one. It is kept nowhere. */
  readonly assertion?: Secret;
}
