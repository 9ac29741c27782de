import * as z from 'zod';
import { lineSchema } from './parts.ts';

/**
 * Claims that say who a token is of, for whom and until when, and what its bearer may do: RFC 7519, 7662, 7800, 8693, 9068, OpenID
 * Connect, and those that servers keep for themselves. A constant in their place would forge that.
 */
const RESERVED: ReadonlySet<string> = new Set(
  `iss sub aud exp nbf iat jti typ azp client_id scope scp cnf act may_act active token_type username
   auth_time nonce acr amr at_hash c_hash s_hash sid session_state events toe txn
   roles groups entitlements permissions realm_access resource_access allowed-origins trusted-certs authorization authorization_details
   clienthost clientaddress preferred_username gty org_id org_name`.split(/\s+/),
);

const MAX_NAME = 200;
const MAX_TEXT = 1000;

const nameSchema = z
  .string()
  .regex(/^[A-Za-z][\w:/.@-]*$/, {
    error: 'must begin with a letter and be made of letters, digits and _ : / . @ -',
  })
  .max(MAX_NAME, { error: `must have at most ${MAX_NAME} characters` })
  .refine((name) => !RESERVED.has(name.toLowerCase()), {
    error: 'is a claim with a meaning of its own, which no constant may take the place of: choose another name',
  });

const valueSchema = z.union(
  [
    lineSchema.max(MAX_TEXT, { error: `must have at most ${MAX_TEXT} characters` }),
    z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
      error: 'is too large to be kept exactly: write it as a text',
    }),
    z.boolean(),
  ],
  { error: 'must be a text of one line, a number, or true or false' },
);

/** Constants that an Api finds in its tokens. */
export const claimsSchema = z.record(nameSchema, valueSchema);
