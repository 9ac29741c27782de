/** Client assertions (RFC 7523) as Auth0 documents them: short, for one use, signed with a key that the client names. */
import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JWTPayload, ProtectedHeaderParameters } from 'jose';
import { referencesIn } from '../management/credentials.ts';
import { oauthError } from '../management/errors.ts';
import type { Refusal } from '../management/errors.ts';
import { objectOr, textOf } from '../json.ts';
import type { StoredClient, StoredCredential } from '../state.ts';
import type { Tenant } from '../tenant.ts';

/** Seconds. */
const LONGEST_LIFE = 300;
const CLOCK_SKEW = 10;
/** Bytes of the assertion, and characters of its claims. */
const LONGEST_ASSERTION = 2048;
const LONGEST_CLAIM = 64;

/** An assertion that can be read; nothing of it is verified. */
export interface Assertion {
  readonly text: string;
  readonly header: ProtectedHeaderParameters;
  /** `iss` and `sub`, which must be one. */
  readonly clientId: string;
  readonly jti: string;
}

export function readAssertion(text: string, now: number): Assertion {
  if (Buffer.byteLength(text) > LONGEST_ASSERTION) throw refused('the client assertion is too long');
  const { header, claims } = decode(text);
  const { iss, sub, jti, exp, iat } = claims;
  if (iss === undefined || iss !== sub) throw refused("'iss' and 'sub' must be the client_id");
  if (jti === undefined || jti === '') throw refused("'jti' is required");
  if (iss.length > LONGEST_CLAIM || jti.length > LONGEST_CLAIM) throw refused('a claim is too long');
  const latest = iat === undefined ? now / 1000 + CLOCK_SKEW : iat;
  if (exp === undefined || exp - latest > LONGEST_LIFE) {
    throw refused("'exp' claim must specify a time that is no more than 5 minutes after 'iat'");
  }
  return { text, header, clientId: iss, jti };
}

function decode(text: string): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(text), claims: decodeJwt(text) };
  } catch (error) {
    throw Object.assign(refused('the client assertion is not a JWT'), { cause: error });
  }
}

/** Whether a key that the client's settings name has signed it, for this tenant and for now. */
export async function isGenuine(assertion: Assertion, client: StoredClient, tenant: Tenant): Promise<boolean> {
  for (const credential of enabledKeys(client, tenant)) {
    if (await isSignedBy(assertion, credential, tenant)) return true;
  }
  return false;
}

/** A credential that is only stored is inert, and so is one that has expired. */
function enabledKeys({ fields }: StoredClient, { state, now }: Tenant): StoredCredential[] {
  const { private_key_jwt: method } = objectOr(fields['client_authentication_methods']);
  return referencesIn(method)
    .flatMap((id) => state.credentials.get(id) ?? [])
    .filter(({ fields: { expires_at: expiry } }) => typeof expiry !== 'string' || Date.parse(expiry) > now());
}

async function isSignedBy(
  { text, header }: Assertion,
  { pem, fields }: StoredCredential,
  { domain, now }: Tenant,
): Promise<boolean> {
  if (pem === undefined || (header.kid !== undefined && header.kid !== fields['kid'])) return false;
  try {
    await jwtVerify(text, createPublicKey(pem), {
      algorithms: [textOf(fields['alg'])],
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

/** That the error is `invalid_client` is documented, with this sentence of the tenant's log for `exp`; the rest is not. */
export function refused(why: string): Refusal {
  return oauthError(401, 'invalid_client', `Failed client authentication: ${why}`);
}
