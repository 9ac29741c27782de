import type { Secret } from './secret.ts';

/** What a client authenticates with; `kind` names the method. */
export type Credential = ClientSecret;

/** A secret that the client and the provider share (RFC 6749 section 2.3.1). */
export interface ClientSecret {
  readonly kind: 'client-secret';
  readonly secret: Secret;
}
