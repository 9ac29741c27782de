/** What the credentials of private_key_jwt and mTLS are made of. */
import { z } from 'zod';
import { instant, sized } from './properties.ts';

const name = z.string().max(128).optional();
const kid = z
  .string()
  .min(10)
  .max(64)
  .regex(/^[0-9a-zA-Z-_]{10,64}$/);

const publicKey = z.strictObject({
  credential_type: z.enum(['public_key']),
  name,
  pem: z.string(),
  alg: z.enum(['RS256', 'RS384', 'PS256']).optional(),
  parse_expiry_from_cert: z.boolean().optional(),
  expires_at: instant.optional(),
  kid: kid.optional(),
});
const subjectDn = z.strictObject({
  credential_type: z.enum(['cert_subject_dn']),
  name,
  subject_dn: z.string().min(1).max(256).optional(),
  pem: z.string().min(1).max(4096).optional(),
});
const x509 = z.strictObject({
  credential_type: z.enum(['x509_cert']),
  name,
  pem: z.string().min(1).max(4096),
});

/** One for each `credential_type`, as they stand within a client that is being created. */
export const newCredentialSchemas = { publicKey, subjectDn, x509 };

/** POST /clients/{id}/credentials. */
export const createCredentialSchema = z.strictObject({
  credential_type: z.enum(['public_key', 'cert_subject_dn', 'x509_cert']),
  name,
  subject_dn: z.string().min(1).max(256).optional(),
  pem: z.string().optional(),
  alg: z.enum(['RS256', 'RS384', 'PS256']).optional(),
  parse_expiry_from_cert: z.boolean().optional(),
  expires_at: instant.optional(),
  kid: kid.optional(),
});

/** PATCH: only the expiry, null clears it. */
export const updateCredentialSchema = sized(z.strictObject({ expires_at: instant.nullable().optional() }), { min: 1 });
