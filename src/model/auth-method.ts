import type { AuthMethod } from './desired.ts';
import type { KeyAlg } from './secrets/key-alg.ts';

/** In a client's fields in place of one of several: whatever the provider takes. */
export const ANY = 'any';

/** What a document and a reviewer call a way to authenticate (RFC 7591 section 2, `token_endpoint_auth_method`). */
export function authName(auth: AuthMethod): string {
  if (typeof auth === 'string') return auth;
  return 'federated' in auth ? 'federated' : 'private_key_jwt';
}

/**
 * What a consumer is told of it. Of a client that may send its secret as it likes that is the way which RFC 6749 section 2.3.1
 * prefers.
 */
export function authNameForConsumer(auth: AuthMethod): string {
  return auth === 'client_secret' ? 'client_secret_basic' : authName(auth);
}

/** Whether a client that authenticates so sends assertions, which name whom they are for (RFC 7523 section 3). */
export function needsAssertion(auth: AuthMethod): boolean {
  return typeof auth !== 'string';
}

/** What a client signs its assertions with; null: it signs none of its own. */
export function signingAlgOf(auth: AuthMethod): KeyAlg | null {
  return typeof auth !== 'string' && 'private_key_jwt' in auth ? auth.private_key_jwt.alg : null;
}

/** Who may log in as a client; null: whoever has its credential. */
export function identityIn(auth: AuthMethod): { readonly alias: string; readonly subject: string } | null {
  if (typeof auth === 'string' || !('federated' in auth)) return null;
  const { alias, subject } = auth.federated;
  return { alias, subject };
}
