/** What POST and PATCH take on resource servers and client grants. */
import { z } from 'zod';
import { anyObject, displayName, sized } from './properties.ts';

const scopes = z.array(
  z.strictObject({ value: z.string().min(1).max(280), description: z.string().max(500).optional() }),
);

const resourceServer = {
  name: displayName.max(200),
  scopes,
  signing_alg: z.enum(['HS256', 'RS256', 'RS512', 'PS256']),
  signing_secret: z.string().min(16),
  allow_offline_access: z.boolean(),
  allow_online_access: z.boolean(),
  allow_online_access_with_ephemeral_sessions: z.boolean(),
  token_lifetime: z.int().min(0).max(2_592_000),
  // Missing in the published schema, and accepted by the real API.
  token_lifetime_for_web: z.int().min(0).max(2_592_000),
  token_dialect: z.enum(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz']),
  skip_consent_for_verifiable_first_party_clients: z.boolean(),
  enforce_policies: z.boolean(),
  token_encryption: anyObject.nullable(),
  consent_policy: z.enum(['transactional-authorization-with-mfa']).nullable(),
  authorization_details: z.array(anyObject).nullable(),
  proof_of_possession: z
    .strictObject({
      mechanism: z.enum(['mtls', 'dpop']),
      required: z.boolean(),
      required_for: z.enum(['public_clients', 'all_clients']).optional(),
    })
    .nullable(),
  subject_type_authorization: z.strictObject({
    user: z.looseObject({ policy: z.enum(['allow_all', 'deny_all', 'require_client_grant']).optional() }).optional(),
    client: z.looseObject({ policy: z.enum(['deny_all', 'require_client_grant']).optional() }).optional(),
  }),
  authorization_policy: z.strictObject({ policy_id: z.string().min(1).max(1024) }).nullable(),
};

export const createResourceServerSchema = z
  .strictObject(resourceServer)
  .partial()
  .extend({ identifier: z.string().min(1).max(600) });

export const updateResourceServerSchema = z.strictObject(resourceServer).partial();

const grantScope = z.array(z.string().min(1).max(280));
const usage = z.enum(['deny', 'allow', 'require']);
const detailsTypes = z.array(z.string().min(1).max(255));

export const createGrantSchema = z.strictObject({
  client_id: z.string().optional(),
  audience: z.string().min(1),
  default_for: z.enum(['third_party_clients']).optional(),
  organization_usage: usage.optional(),
  allow_any_organization: z.boolean().optional(),
  scope: grantScope.optional(),
  subject_type: z.enum(['client', 'user']).optional(),
  authorization_details_types: detailsTypes.optional(),
  allow_all_scopes: z.boolean().optional(),
});

export const updateGrantSchema = sized(
  z.strictObject({
    scope: grantScope.nullable().optional(),
    organization_usage: usage.nullable().optional(),
    allow_any_organization: z.boolean().nullable().optional(),
    authorization_details_types: detailsTypes.optional(),
    allow_all_scopes: z.boolean().nullable().optional(),
  }),
  { min: 1 },
);

export const organizationGrantSchema = z.strictObject({ grant_id: z.string() });
