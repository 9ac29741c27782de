import { randomUUID } from 'node:crypto';
import { Secret } from '../model/secrets/secret.ts';
import type { Clock } from '../platform/clock.ts';
import type { OwnKey } from './own-key.ts';

/** RFC 7523 section 2.2. */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Long enough for a slow line, and for clocks that differ a little. */
const LIFETIME_S = 60;

/** An assertion as it stands in a token request. */
export function assertionForm(assertion: Secret): {
  readonly client_assertion_type: string;
  readonly client_assertion: string;
} {
  return { client_assertion_type: JWT_BEARER, client_assertion: assertion.reveal() };
}

/** What an assertion says. */
interface OwnAssertion {
  readonly clientId: string;
  readonly audience: string;
}

/** An assertion that the client signs itself (RFC 7523 section 3). It is good for one request. */
export async function signAssertion(
  { key, alg, keyId }: OwnKey,
  { clientId, audience }: OwnAssertion,
  clock: Pick<Clock, 'now'>,
): Promise<Secret> {
  const { SignJWT } = await import('jose');
  const now = Math.floor(clock.now() / 1000);
  const token = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, ...(keyId === undefined ? {} : { kid: keyId }), typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFETIME_S)
    .sign(key);
  return new Secret(token);
}
