import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';

/** A credential as Auth0 lists it: with the `kid` of a key, never with the key. */
export const credential = z.object({
  id: z.string(),
  kid: z.string().optional(),
  /** ISO 8601, in UTC. */
  created_at: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
});
export type StoredCredential = z.infer<typeof credential>;

/** What the type of a credential is that `private_key_jwt` takes. */
export const PUBLIC_KEY = 'public_key' as const;

/** SPKI in PEM, as Auth0 takes keys. */
export function pemOf(jwk: JWK): string {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
