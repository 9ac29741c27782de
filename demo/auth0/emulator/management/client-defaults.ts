/** A new client: what was sent, and what Auth0 makes of the rest. */
import { randomBytes } from 'node:crypto';
import { newSecret } from '../ids.ts';
import { isJsonObject, objectOr, textOf, withoutNulls } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Tenant } from '../tenant.ts';

const GRANT_TYPES = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'];

const REFRESH_TOKEN: JsonObject = {
  expiration_type: 'non-expiring',
  leeway: 0,
  infinite_token_lifetime: true,
  infinite_idle_token_lifetime: true,
  token_lifetime: 2_592_000,
  idle_token_lifetime: 1_296_000,
  rotation_type: 'non-rotating',
};

const SESSION_TRANSFER: JsonObject = {
  can_create_session_transfer_token: false,
  allowed_authentication_methods: [],
  enforce_device_binding: 'ip',
  allow_refresh_token: false,
  enforce_online_refresh_tokens: true,
  enforce_cascade_revocation: true,
};

const LOGOUT_INITIATORS: JsonObject = { mode: 'custom', selected_initiators: ['rp-logout', 'idp-logout'] };

/** What a kind of application brings with it. */
const BY_APP_TYPE: Readonly<Record<string, JsonObject>> = {
  resource_server: {
    grant_types: [],
    jwt_configuration: { alg: 'RS256' },
  },
  express_configuration: {
    callbacks: ['https://system-admin.okta.com/admin/app/express-configuration/callback'],
    grant_types: ['authorization_code', 'client_credentials'],
    jwt_configuration: { alg: 'RS256' },
    organization_usage: 'require',
    organization_require_behavior: 'pre_login_prompt',
    client_authentication_methods: { private_key_jwt: { credentials: [] } },
  },
};

/** What a client of a third party brings with it that is created as strict. */
const STRICT_THIRD_PARTY: JsonObject = {
  oidc_conformant: true,
  grant_types: ['authorization_code'],
  jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 3600 },
  refresh_token: {
    expiration_type: 'expiring',
    leeway: 0,
    infinite_token_lifetime: true,
    infinite_idle_token_lifetime: false,
    token_lifetime: 31_557_600,
    idle_token_lifetime: 2_592_000,
    rotation_type: 'non-rotating',
  },
};

/** Everything the client will show, but `client_id`; nulls that were sent are as good as nothing. */
export function newClientFields(sent: JsonObject, tenant: Tenant): JsonObject {
  const given = withoutNulls(sent);
  const ofType = BY_APP_TYPE[textOf(given['app_type'])] ?? {};
  const ofParty = given['third_party_security_mode'] === 'strict' ? STRICT_THIRD_PARTY : {};
  const { jwt_configuration: typeJwt, refresh_token: typeRefresh, ...typeFields } = { ...ofType, ...ofParty };
  return {
    tenant: tenant.name,
    global: false,
    is_token_endpoint_ip_header_trusted: false,
    is_first_party: true,
    oidc_conformant: false,
    sso_disabled: false,
    cross_origin_auth: given['cross_origin_authentication'] ?? false,
    ...eraFields(given, tenant),
    callback_url_template: false,
    client_secret: newSecret(),
    grant_types: given['token_endpoint_auth_method'] === 'none' ? GRANT_TYPES.slice(0, 3) : GRANT_TYPES,
    custom_login_page_on: true,
    signing_keys: [
      {
        cert: pem('CERTIFICATE'),
        pkcs7: pem('PKCS7'),
        subject: `/CN=${tenant.domain}`,
      },
    ],
    ...typeFields,
    ...withoutEmptyLinks(given),
    ...nestedDefaults(given, { jwt: typeJwt, refresh: typeRefresh }),
  };
}

/** Links that were set to nothing are as good as not set; other texts may be empty. */
export function withoutEmptyLinks(fields: JsonObject): JsonObject {
  const { initiate_login_uri: link, ...rest } = fields;
  return link === undefined || link === '' ? rest : fields;
}

/** What new clients carried at the date of the API, and not before. */
function eraFields(given: JsonObject, { apiDate }: Tenant): JsonObject {
  const fields: JsonObject = {};
  if (apiDate.has('crossOriginAuthentication')) {
    fields['cross_origin_authentication'] = given['cross_origin_auth'] ?? false;
  }
  if (apiDate.has('asyncApprovalChannels')) fields['async_approval_notification_channels'] = ['guardian-push'];
  if (apiDate.has('thirdPartySecurityMode') && given['is_first_party'] === false) {
    fields['third_party_security_mode'] = 'permissive';
  }
  return fields;
}

/** Settings that Auth0 completes inside; `ofType` are those that the kind of client brings. */
function nestedDefaults(given: JsonObject, ofType: { jwt: Json | undefined; refresh: Json | undefined }): JsonObject {
  const nested: JsonObject = {
    // A configuration that was sent is not completed with a lifetime.
    jwt_configuration: {
      secret_encoded: false,
      ...objectOr(given['jwt_configuration'] ?? ofType.jwt ?? { lifetime_in_seconds: 36_000 }),
    },
    refresh_token: completeRefreshToken(objectOr(given['refresh_token'] ?? ofType.refresh)),
  };
  if (given['session_transfer'] !== undefined) {
    nested['session_transfer'] = mergeSessionTransfer({}, objectOr(given['session_transfer']));
  }
  if (isJsonObject(given['oidc_logout'])) {
    const logout = given['oidc_logout'];
    const isEmpty = Object.keys(logout).length === 0;
    nested['oidc_logout'] = isEmpty ? { backchannel_logout_initiators: LOGOUT_INITIATORS } : logout;
    nested['oidc_backchannel_logout'] = backchannelLogout(logout);
  }
  return nested;
}

/** The older setting of logouts, which Auth0 derives from the newer one. */
export function backchannelLogout(logout: JsonObject): JsonObject {
  const urls = logout['backchannel_logout_urls'];
  return urls === undefined ? {} : { backchannel_logout_urls: urls };
}

export function completeRefreshToken(sent: JsonObject): JsonObject {
  const forever = sent['expiration_type'] !== 'expiring';
  return {
    ...REFRESH_TOKEN,
    infinite_token_lifetime: forever,
    infinite_idle_token_lifetime: forever,
    ...withoutNulls(sent),
  };
}

/** Keys that are not sent stay, or get their defaults; a null takes its key away. */
export function mergeSessionTransfer(before: JsonObject, sent: JsonObject): JsonObject {
  return withoutNulls({ ...SESSION_TRANSFER, ...before, ...sent });
}

/** In the form of the real thing and unique, so that a search for leaked keys can find it; nothing can be signed with it. */
export function pem(label: string): string {
  return `-----BEGIN ${label}-----\n${randomBytes(96).toString('base64')}\n-----END ${label}-----\n`;
}
