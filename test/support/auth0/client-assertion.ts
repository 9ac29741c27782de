import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { JWTHeaderParameters, JWTPayload } from 'jose';

export interface AssertionParts {
  readonly header?: Partial<JWTHeaderParameters>;
  /** Over what Auth0 documents; undefined: without the claim. */
  readonly claims?: Record<string, unknown>;
}

/** The parameters of a token request that authenticate a client by its key. */
export async function clientAssertion(
  { clientId, domain, key }: { clientId: string; domain: string; key: KeyObject },
  { header = {}, claims = {} }: AssertionParts = {},
): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const usual: JWTPayload = {
    iss: clientId,
    sub: clientId,
    aud: `https://${domain}/`,
    iat: now,
    exp: now + 60,
    jti: crypto.randomUUID(),
  };
  const wanted = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
  const assertion = await new SignJWT(Object.fromEntries(wanted))
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(key);
  return {
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  };
}
