/** How a client proves at the token endpoint who it is: by its secret, or by an assertion signed with its key. */
import { createPublicKey, timingSafeEqual } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { oauthError } from '../management/errors.ts';
import type { Refusal } from '../management/errors.ts';
import { isJsonObject, objectOr, textOf } from '../json.ts';
import type { StoredClient } from '../state.ts';
import type { Tenant } from '../tenant.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LONGEST_ASSERTION = 300;
const CLOCK_SKEW = 10;

/** What came with a token request. */
export interface PresentedCredentials {
  readonly clientId: string | undefined;
  readonly secret: string | undefined;
  readonly assertion: string | undefined;
}

/** Checks credentials, and remembers which assertions were used: each is good for one request. */
export class ClientAuthentication {
  readonly #used = new Set<string>();

  async authenticate(presented: PresentedCredentials, tenant: Tenant): Promise<StoredClient> {
    if (presented.assertion !== undefined) return this.#byAssertion(presented.assertion, tenant);
    const client = tenant.state.clients.get(presented.clientId ?? '');
    if (client === undefined || presented.secret === undefined) throw unauthorized();
    if (client.fields['client_authentication_methods'] !== undefined) throw unauthorized();
    if (!isSecretOf(client, presented.secret, tenant.now())) throw unauthorized();
    return client;
  }

  async #byAssertion(assertion: string, tenant: Tenant): Promise<StoredClient> {
    const claims = readAssertion(assertion);
    const client = tenant.state.clients.get(String(claims.iss));
    if (client === undefined || claims.sub !== claims.iss) throw unauthorized();
    const { jti, exp = 0, iat } = claims;
    const now = tenant.now() / 1000;
    if (jti === undefined || this.#used.has(jti) || exp - (iat ?? now) > LONGEST_ASSERTION + CLOCK_SKEW) {
      throw unauthorized();
    }
    for (const pem of registeredKeys(client, tenant)) {
      if (await isSignedBy(assertion, pem, tenant)) {
        this.#used.add(jti);
        return client;
      }
    }
    throw unauthorized();
  }
}

function isSecretOf({ fields, retired }: StoredClient, secret: string, now: number): boolean {
  const current = fields['client_secret'];
  if (typeof current === 'string' && isEqual(current, secret)) return true;
  return retired !== undefined && retired.until > now && isEqual(retired.secret, secret);
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function readAssertion(assertion: string): ReturnType<typeof decodeJwt> {
  try {
    return decodeJwt(assertion);
  } catch (error) {
    throw Object.assign(unauthorized(), { cause: error });
  }
}

/** The keys that the client's settings name: a credential that is only stored is inert. */
function registeredKeys({ fields }: StoredClient, { state, now }: Tenant): string[] {
  const { private_key_jwt: method } = objectOr(fields['client_authentication_methods']);
  const references = objectOr(method)['credentials'];
  return (Array.isArray(references) ? references : [])
    .filter(isJsonObject)
    .map(({ id }) => state.credentials.get(textOf(id)))
    .filter((credential) => {
      const expiry = credential?.fields['expires_at'];
      return typeof expiry !== 'string' || Date.parse(expiry) > now();
    })
    .flatMap((credential) => credential?.pem ?? []);
}

async function isSignedBy(assertion: string, pem: string, { domain, now }: Tenant): Promise<boolean> {
  try {
    await jwtVerify(assertion, createPublicKey(pem), {
      audience: `https://${domain}/`,
      clockTolerance: CLOCK_SKEW,
      currentDate: new Date(now()),
      requiredClaims: ['exp'],
    });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false; // of jose: not this key, or not valid now
    throw error;
  }
}

function unauthorized(): Refusal {
  return oauthError(401, 'access_denied', 'Unauthorized');
}
