import { z } from 'zod';
import type { Secret } from '../../../model/secrets/secret.ts';
import { quoted } from '../../../model/text/printable.ts';
import { jwtPayload } from '../../../model/values/jwt-payload.ts';

const claims = z.object({
  iss: z.string().optional().catch(undefined),
  sub: z.string().optional().catch(undefined),
  aud: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  iat: z.number().optional().catch(undefined),
});

/** What an assertion says of itself, fit to be shown. Nothing of it is checked: only words follow from it. */
export interface AssertionClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** Seconds since the epoch; undefined where it does not say. */
  readonly issuedAt: number | undefined;
}

/** Undefined for what is no JWT (RFC 7519 section 7.2): whatever else it is, nobody is to be sent it. */
export function claimsOf(assertion: Secret): AssertionClaims | undefined {
  const parts = assertion.reveal().split('.');
  if (parts.length !== 3 || parts.some((part) => !/^[\w-]+$/.test(part))) return undefined;
  const { data } = claims.safeParse(jwtPayload(assertion.reveal()));
  if (data === undefined) return undefined;
  const { iss = 'none', sub = 'none', aud = 'none', iat } = data;
  return {
    issuer: quoted(iss),
    subject: quoted(sub),
    audience: quoted(Array.isArray(aud) ? aud.join(' and ') : aud),
    issuedAt: iat,
  };
}
