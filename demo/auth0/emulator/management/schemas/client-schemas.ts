/** What POST and PATCH /clients take: a closed list of properties, checked deeply where it concerns machine-to-machine clients. */
import { z } from 'zod';
import { newCredentialSchemas } from './credential-schemas.ts';
import { anyObject, displayName, filledStrings, sized, strings } from './properties.ts';

const APP_TYPES = [
  'native',
  'spa',
  'regular_web',
  'non_interactive',
  'resource_server',
  'express_configuration',
  'rms',
  'box',
  'cloudbees',
  'concur',
  'dropbox',
  'mscrm',
  'echosign',
  'egnyte',
  'newrelic',
  'office365',
  'salesforce',
  'sentry',
  'sharepoint',
  'slack',
  'springcm',
  'zendesk',
  'zoom',
  'sso_integration',
  'oag',
] as const;

const tokenQuota = z.strictObject({
  client_credentials: sized(
    z.strictObject({
      enforce: z.boolean().optional(),
      per_day: z.int().min(1).max(2_147_483_647).optional(),
      per_hour: z.int().min(1).max(2_147_483_647).optional(),
    }),
    { min: 1 },
  ),
});

const refreshToken = z.strictObject({
  rotation_type: z.enum(['rotating', 'non-rotating']),
  expiration_type: z.enum(['expiring', 'non-expiring']),
  leeway: z.int().min(0).optional(),
  token_lifetime: z.int().min(1).max(157_788_000).optional(),
  infinite_token_lifetime: z.boolean().optional(),
  idle_token_lifetime: z.int().min(1).optional(),
  infinite_idle_token_lifetime: z.boolean().optional(),
  policies: z
    .array(z.strictObject({ audience: z.string(), scope: strings }))
    .nullable()
    .optional(),
});

const sessionTransfer = z.strictObject({
  can_create_session_transfer_token: z.boolean().optional(),
  enforce_cascade_revocation: z.boolean().optional(),
  allowed_authentication_methods: z
    .array(z.enum(['cookie', 'query']))
    .nullable()
    .optional(),
  enforce_device_binding: z.enum(['ip', 'asn', 'none']).optional(),
  allow_refresh_token: z.boolean().optional(),
  enforce_online_refresh_tokens: z.boolean().optional(),
  delegation: z
    .strictObject({
      allow_delegated_access: z.boolean().optional(),
      enforce_device_binding: z.enum(['ip', 'asn']).optional(),
    })
    .nullable()
    .optional(),
});

const jwtConfiguration = z.looseObject({
  lifetime_in_seconds: z.int().optional(),
  secret_encoded: z.boolean().optional(),
  scopes: anyObject.optional(),
  alg: z.enum(['HS256', 'RS256', 'RS512', 'PS256']).optional(),
});

/** At most 10 keys; keys and values are strings of at most 255 characters, and null deletes a key. */
const clientMetadata = sized(z.record(z.string().max(255), z.string().max(255).nullable()), { max: 10 });

const defaultOrganization = z.strictObject({
  organization_id: z.string().regex(/^org_/),
  flows: z.array(z.enum(['client_credentials'])),
});

/** What both requests take alike. */
const shared = {
  description: z.string().max(140),
  logo_uri: z.string(),
  callbacks: strings,
  oidc_logout: anyObject.nullable(),
  oidc_backchannel_logout: anyObject.nullable(),
  session_transfer: sessionTransfer.nullable(),
  allowed_origins: strings,
  web_origins: strings,
  client_aliases: filledStrings,
  allowed_clients: filledStrings,
  allowed_logout_urls: strings,
  grant_types: filledStrings,
  is_token_endpoint_ip_header_trusted: z.boolean(),
  app_type: z.enum(APP_TYPES),
  is_first_party: z.boolean(),
  oidc_conformant: z.boolean(),
  jwt_configuration: jwtConfiguration,
  encryption_key: anyObject.nullable(),
  sso: z.boolean(),
  cross_origin_authentication: z.boolean(),
  cross_origin_loc: z.string().nullable(),
  sso_disabled: z.boolean(),
  custom_login_page_on: z.boolean(),
  custom_login_page: z.string(),
  custom_login_page_preview: z.string(),
  form_template: z.string(),
  addons: anyObject,
  client_metadata: clientMetadata,
  mobile: anyObject,
  initiate_login_uri: z.string(),
  native_social_login: sized(
    z.strictObject({ apple: anyObject.optional(), facebook: anyObject.optional(), google: anyObject.optional() }),
    { min: 1 },
  ).nullable(),
  fedcm_login: anyObject.nullable(),
  refresh_token: refreshToken.nullable(),
  default_organization: defaultOrganization.nullable(),
  organization_usage: z.enum(['deny', 'allow', 'require']).nullable(),
  organization_require_behavior: z.enum(['no_prompt', 'pre_login_prompt', 'post_login_prompt']).nullable(),
  organization_discovery_methods: z
    .array(z.enum(['email', 'organization_name']))
    .min(1)
    .nullable(),
  require_pushed_authorization_requests: z.boolean(),
  require_proof_of_possession: z.boolean(),
  compliance_level: z
    .enum(['none', 'fapi1_adv_pkj_par', 'fapi1_adv_mtls_par', 'fapi2_sp_pkj_mtls', 'fapi2_sp_mtls_mtls'])
    .nullable(),
  skip_non_verifiable_callback_uri_confirmation_prompt: z.boolean().nullable(),
  token_exchange: z
    .strictObject({
      allow_any_profile_of_type: z.array(z.enum(['custom_authentication', 'on_behalf_of_token_exchange'])).optional(),
    })
    .nullable(),
  par_request_expiry: z.int().min(10).max(600).nullable(),
  token_quota: tokenQuota.nullable(),
  third_party_security_mode: z.enum(['strict', 'permissive']),
  redirection_policy: z.enum(['allow_always', 'open_redirect_protection']),
  express_configuration: anyObject.nullable(),
  my_organization_configuration: anyObject.nullable(),
  identity_assertion_authorization_grant: z.strictObject({ active: z.boolean() }).nullable(),
  async_approval_notification_channels: z
    .array(z.enum(['guardian-push', 'email']))
    .min(1)
    .nullable(),
};

const authMethod = z.enum(['none', 'client_secret_post', 'client_secret_basic']);
const credentialRefs = z.array(z.strictObject({ id: z.string().regex(/^cred_/) }));
const byReference = z.strictObject({ credentials: credentialRefs });
const newCredentials = <T extends z.ZodType>(credential: T) => z.strictObject({ credentials: z.array(credential) });
const vaultAccess = {
  ip_allowlist: strings.optional(),
  grants: z.array(z.strictObject({ connection: z.string(), scopes: strings })).optional(),
};
const { publicKey, subjectDn, x509 } = newCredentialSchemas;

/** Exactly one method. */
const oneMethod = <T extends z.ZodType>(methods: T): T => sized(methods, { min: 1, max: 1 });

export const createClientSchema = z
  .strictObject({
    ...shared,
    token_endpoint_auth_method: authMethod,
    client_authentication_methods: oneMethod(
      z.strictObject({
        private_key_jwt: newCredentials(publicKey).optional(),
        tls_client_auth: newCredentials(subjectDn).optional(),
        self_signed_tls_client_auth: newCredentials(x509).optional(),
      }),
    ),
    signed_request_object: z.strictObject({
      required: z.boolean().optional(),
      credentials: z.array(publicKey).optional(),
    }),
    token_vault_privileged_access: z.strictObject({ credentials: z.array(publicKey), ...vaultAccess }),
    resource_server_identifier: z.string().min(1).max(600),
  })
  .partial()
  .extend({ name: displayName });

export const updateClientSchema = sized(
  z
    .strictObject({
      ...shared,
      name: displayName,
      client_secret: z.string().min(1),
      token_endpoint_auth_method: authMethod.nullable(),
      client_authentication_methods: oneMethod(
        z.strictObject({
          private_key_jwt: byReference.optional(),
          tls_client_auth: byReference.optional(),
          self_signed_tls_client_auth: byReference.optional(),
        }),
      ).nullable(),
      signed_request_object: z
        .strictObject({ required: z.boolean().optional(), credentials: credentialRefs.optional() })
        .nullable(),
      token_vault_privileged_access: z.strictObject({ credentials: credentialRefs, ...vaultAccess }).nullable(),
    })
    .partial(),
  { min: 1 },
);
