import * as z from 'zod';
import { SIGNING_ALGORITHMS } from '../../model/signing-algorithms.ts';
import { TOKEN_TYPES } from '../../model/token-form.ts';
import { claimsSchema } from './claims.ts';
import {
  lineSchema,
  nameSchema,
  overridesSchema,
  positiveDurationSchema,
  proseSchema,
  targetsSchema,
} from './parts.ts';

/** RFC 6749 section 3.3, without the apostrophe, which servers refuse like every other quote. */
const SCOPE = /^[\x21\x23-\x26\x28-\x5B\x5D-\x7E]+$/;

/** A scope's name, within what every server takes: outside of it one answers 400 or a bare 500. */
const scopeNameSchema = z
  .string()
  .regex(SCOPE, { error: 'must have no blanks, quotes, backslashes or letters outside ASCII' })
  .max(255, { error: 'must have at most 255 characters' });

const scopeDescriptionSchema = proseSchema.max(255, { error: 'must have at most 255 characters' });

/** Whether a manifest can name a scope so. */
export function isScopeName(text: string): boolean {
  return scopeNameSchema.safeParse(text).success;
}

/** Whether a manifest can say this of a scope. */
export function isScopeDescription(text: string): boolean {
  return scopeDescriptionSchema.safeParse(text).success;
}

const tokenSchema = z
  .strictObject({
    alg: z
      .enum(SIGNING_ALGORITHMS)
      .optional()
      .meta({ description: 'How they are signed. Default: what the server has.' }),
    type: z
      .enum(TOKEN_TYPES)
      .optional()
      .meta({ description: 'Their header typ; at+jwt is that of RFC 9068. Default: JWT.' }),
  })
  .meta({ description: 'The form of tokens for this Api.' });

/** spec of an Api: a resource server, its audience and its scopes. */
export const apiSpecSchema = z
  .strictObject({
    audience: lineSchema
      .regex(/^\S*$/, { error: 'must have no blanks: where several audiences stand, blanks part them' })
      .meta({ description: 'The aud claim of tokens for this Api.' }),
    tokenLifetime: positiveDurationSchema
      .optional()
      .meta({ description: 'How long access tokens live. Default: what the server has.' }),
    token: tokenSchema.optional(),
    senderConstrained: z
      .literal('dpop')
      .optional()
      .meta({ description: 'Callers must prove possession of a key (DPoP, RFC 9449): a token alone is of no use.' }),
    claims: claimsSchema.default({}).meta({ description: 'Constants in tokens for this Api.' }),
    introspectedBy: nameSchema
      .optional()
      .meta({ description: 'Name of the Client with which this Api introspects tokens.' }),
    managed: z
      .boolean()
      .default(true)
      .meta({ description: 'false: another stack owns it. It may be granted, is never changed, and must exist.' }),
    scopes: z
      .record(scopeNameSchema, scopeDescriptionSchema)
      .refine((scopes) => Object.keys(scopes).length > 0, { error: 'must hold at least one scope' })
      .meta({ description: 'Scope names and what each allows.', minProperties: 1 }),
    overrides: overridesSchema.optional(),
    targets: targetsSchema.optional(),
  })
  .meta({ description: 'An audience and its scopes.' });

/** A valid spec of an Api, as written. */
export type ApiSpec = z.output<typeof apiSpecSchema>;
