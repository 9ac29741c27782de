import type { Secret } from './secret.ts';

/** RFC 7523 section 2.2. */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An assertion as it stands in a token request. */
export function assertionForm(assertion: Secret): {
  readonly client_assertion_type: string;
  readonly client_assertion: string;
} {
  return { client_assertion_type: JWT_BEARER, client_assertion: assertion.reveal() };
}
