/** /oauth/token: client credentials in full; of the grants of users only their refusals, as there are no users. */
import type { IncomingHttpHeaders } from 'node:http';
import { oauthError } from '../management/errors.ts';
import { ASSERTION_TYPE } from './client-authentication.ts';
import type { ClientAuthentication } from './client-authentication.ts';
import { objectOr, stringsOf, textOf } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { scopeValues } from '../management/resource-servers.ts';
import { algorithmOf, newTokenId } from '../signing-key.ts';
import type { SigningKey } from '../signing-key.ts';
import type { StoredClient, StoredGrant, StoredResourceServer } from '../state.ts';
import type { Tenant } from '../tenant.ts';
import type { PossessionProofs } from './possession.ts';
import type { TokenQuota } from './token-quota.ts';

export interface TokenEndpoint {
  readonly key: SigningKey;
  readonly authentication: ClientAuthentication;
  readonly proofs: PossessionProofs;
  readonly quota: TokenQuota;
}

/** `form` holds the parameters whether they came as a form or as JSON; the rest are headers. */
export async function issueToken(
  form: ReadonlyMap<string, string>,
  { authorization, dpop }: IncomingHttpHeaders,
  { endpoint, tenant }: { endpoint: TokenEndpoint; tenant: Tenant },
): Promise<JsonObject> {
  const grantType = form.get('grant_type');
  if (grantType === undefined) throw oauthError(400, 'invalid_request', 'Missing required parameter: grant_type');
  const credentials = presented(form, authorization);
  if (grantType !== 'client_credentials') {
    const isConfidential = credentials.secret !== undefined || credentials.assertion !== undefined;
    if (isConfidential) await endpoint.authentication.authenticate(credentials, tenant);
    throw refuseUserGrant(grantType);
  }
  const client = await endpoint.authentication.authenticate(credentials, tenant);
  if (!stringsOf(client.fields['grant_types']).includes('client_credentials')) {
    const uri = 'https://auth0.com/docs/clients/client-grant-types';
    throw oauthError(403, 'unauthorized_client', "Grant type 'client_credentials' not allowed for the client.", {
      error_uri: uri,
    });
  }
  const { server, grant } = findGrant(client, form, tenant);
  const scopes = grantedScopes(grant, server, form.get('scope'));
  const jkt = await endpoint.proofs.thumbprint(typeof dpop === 'string' ? dpop : undefined, { client, server }, tenant);
  endpoint.quota.take(client, tenant.now());
  const lifetime = Number(server.fields['token_lifetime'] ?? 86_400);
  const claims = {
    ...commonClaims(client, server, { tenant, lifetime }),
    ...organizationClaim(form),
    ...(jkt === undefined ? {} : { cnf: { jkt } }),
  };
  const token = await sign(endpoint.key, { claims, scopes, client, server, tenant });
  const answer: JsonObject = {
    access_token: token,
    expires_in: lifetime,
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
  };
  return scopes.length === 0 ? answer : { ...answer, scope: scopes.join(' ') };
}

/** There are no users, so no code, no second factor and no refresh token can be right. */
function refuseUserGrant(grantType: string): Error {
  switch (grantType) {
    case 'authorization_code':
      return oauthError(403, 'invalid_grant', 'Invalid authorization code');
    case 'refresh_token':
      return oauthError(403, 'invalid_grant', 'Unknown or invalid refresh token.');
    case 'password':
    case 'http://auth0.com/oauth/grant-type/password-realm':
      return oauthError(403, 'invalid_grant', 'Wrong email or password.');
    case 'http://auth0.com/oauth/grant-type/mfa-oob':
      return oauthError(400, 'access_denied', 'MFA Authorization rejected.');
    case 'http://auth0.com/oauth/grant-type/mfa-otp':
    case 'http://auth0.com/oauth/grant-type/mfa-recovery-code':
      return oauthError(403, 'invalid_grant', 'MFA Authorization rejected.');
    case 'http://auth0.com/oauth/grant-type/passwordless/otp':
      return oauthError(403, 'invalid_grant', 'Wrong email or verification code.');
    case 'urn:ietf:params:oauth:grant-type:device_code':
      return oauthError(403, 'invalid_grant', 'Invalid or expired device code.');
    default:
      return oauthError(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`);
  }
}

function presented(form: ReadonlyMap<string, string>, authorization: string | undefined) {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [id = '', ...rest] = Buffer.from(basic, 'base64').toString().split(':');
    return { clientId: unescapeForm(id), secret: unescapeForm(rest.join(':')), assertion: undefined };
  }
  const assertion = form.get('client_assertion_type') === ASSERTION_TYPE ? form.get('client_assertion') : undefined;
  return { clientId: form.get('client_id'), secret: form.get('client_secret'), assertion };
}

/** RFC 6749, section 2.3.1: both parts of the header are form-encoded. */
function unescapeForm(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}

function findGrant(
  client: StoredClient,
  form: ReadonlyMap<string, string>,
  { state }: Tenant,
): { server: StoredResourceServer; grant: StoredGrant } {
  const audience = form.get('audience');
  if (audience === undefined) {
    throw oauthError(
      403,
      'access_denied',
      'No audience parameter was provided, and no default audience has been configured',
    );
  }
  const server = state.resourceServer(audience);
  if (server === undefined || server.identifier !== audience) {
    throw oauthError(403, 'access_denied', `Service not enabled within domain: ${audience}`);
  }
  const grant = state
    .grantsOf(client.id)
    .find(({ fields }) => fields['audience'] === audience && (fields['subject_type'] ?? 'client') === 'client');
  if (grant === undefined || grant.dyingUntil !== undefined || deniesMachines(server)) {
    const advice =
      'You need to create a "client-grant" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants';
    throw oauthError(403, 'access_denied', `Client is not authorized to access "${audience}". ${advice}`);
  }
  refuseOrganization(grant, form.get('organization'), state.organizations.get(form.get('organization') ?? '')?.grants);
  return { server, grant };
}

/** Whether the API gives no application a token as itself, whatever is granted. */
function deniesMachines({ fields }: StoredResourceServer): boolean {
  return objectOr(objectOr(fields['subject_type_authorization'])['client'])['policy'] === 'deny_all';
}

function refuseOrganization(
  { id, fields }: StoredGrant,
  organization: string | undefined,
  associated: ReadonlySet<string> | undefined,
): void {
  const usage = fields['organization_usage'] ?? 'deny';
  if (organization === undefined) {
    if (usage === 'require') throw oauthError(403, 'access_denied', 'An organization is required');
    return;
  }
  const open = usage !== 'deny' && (fields['allow_any_organization'] === true || associated?.has(id) === true);
  if (!open) throw oauthError(403, 'access_denied', `Client is not authorized to access organization ${organization}`);
}

function grantedScopes(grant: StoredGrant, server: StoredResourceServer, asked: string | undefined): string[] {
  const granted =
    grant.fields['allow_all_scopes'] === true ? scopeValues(server.fields['scopes']) : stringsOf(grant.fields['scope']);
  const wanted = (asked ?? '').split(' ').filter((scope) => scope !== '');
  if (wanted.length === 0) return granted;
  const missing = wanted.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    throw oauthError(403, 'access_denied', `Client has not been granted scopes: ${missing.join(', ')}`);
  }
  return wanted;
}

function commonClaims(
  { id }: StoredClient,
  server: StoredResourceServer,
  { tenant, lifetime }: { tenant: Tenant; lifetime: number },
): Record<string, unknown> {
  const iat = Math.floor(tenant.now() / 1000);
  return {
    iss: `https://${tenant.domain}/`,
    sub: `${id}@clients`,
    aud: server.identifier,
    iat,
    exp: iat + lifetime,
  };
}

function organizationClaim(form: ReadonlyMap<string, string>): Record<string, unknown> {
  const organization = form.get('organization');
  return organization === undefined ? {} : { org_id: organization };
}

interface TokenParts {
  readonly claims: Record<string, unknown>;
  readonly scopes: readonly string[];
  readonly client: StoredClient;
  readonly server: StoredResourceServer;
  readonly tenant: Tenant;
}

/** In the profile that the API chose: Auth0's own, or RFC 9068's. */
function sign(key: SigningKey, { claims, scopes, client, server, tenant }: TokenParts): Promise<string> {
  const dialect = textOf(server.fields['token_dialect'] ?? 'access_token');
  const scope = scopes.length === 0 ? {} : { scope: scopes.join(' ') };
  const withPermissions =
    dialect.endsWith('_authz') &&
    server.fields['enforce_policies'] === true &&
    tenant.switches.permissionsClaim === 'granted-scopes';
  const permissions = withPermissions ? { permissions: scopes } : {};
  const alg = algorithmOf(server.fields['signing_alg']);
  if (dialect.startsWith('rfc9068')) {
    return key.sign({ ...claims, ...scope, jti: newTokenId(), client_id: client.id, ...permissions }, 'at+jwt', alg);
  }
  return key.sign({ ...claims, ...scope, gty: 'client-credentials', azp: client.id, ...permissions }, 'JWT', alg);
}
