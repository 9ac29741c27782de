import type { AuthMethod } from './desired.ts';

/** What a document and a reviewer call a way to authenticate (RFC 7591 section 2, `token_endpoint_auth_method`). */
export function authName(auth: AuthMethod): string {
  return typeof auth === 'string' ? auth : 'private_key_jwt';
}

/** Whether a client that authenticates so sends assertions, which name whom they are for (RFC 7523 section 3). */
export function needsAssertion(auth: AuthMethod): boolean {
  return typeof auth !== 'string';
}
