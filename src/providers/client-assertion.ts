import { randomUUID } from 'node:crypto';
import { Secret } from '../model/secrets/secret.ts';
import type { Clock } from '../platform/clock.ts';
import type { OwnKey } from './own-key.ts';

/** Long enough for a slow line, and for clocks that differ a little. */
const LIFETIME_S = 60;

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
