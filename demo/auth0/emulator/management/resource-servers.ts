/** /resource-servers and /resource-servers/{id}, where {id} is the hex id or the URL-encoded identifier. */
import { createResourceServerSchema, updateResourceServerSchema } from './schemas/api-schemas.ts';
import { apiError, invalidBody } from './errors.ts';
import { newResourceServerId, newSecret } from '../ids.ts';
import { isJsonObject, objectOr, stringsOf, textOf, withoutNulls } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { onlyParameters, paginate, selectFields } from './pagination.ts';
import type { StoredGrant, StoredResourceServer } from '../state.ts';
import { managementAudience } from '../tenant.ts';
import type { ApiAnswer, ApiRequest, Tenant } from '../tenant.ts';
import { validBody } from './validation.ts';

const TOKEN_LIFETIME = 86_400;
const TOKEN_LIFETIME_FOR_WEB = 7200;
const MAX_SCOPES = 1000;

export function listResourceServers({ query }: ApiRequest, { state, switches }: Tenant): ApiAnswer {
  onlyParameters(query, [
    'identifiers',
    'identifiers[]',
    'page',
    'per_page',
    'include_totals',
    'fields',
    'include_fields',
  ]);
  const wanted = [...query.getAll('identifiers'), ...query.getAll('identifiers[]')].flatMap((text) => text.split(','));
  const all = [...state.resourceServers.values()];
  const items = wanted.length === 0 ? all : all.filter(({ identifier }) => wanted.includes(identifier));
  const show = (server: StoredResourceServer): JsonObject => selectFields(showResourceServer(server), query);
  return { status: 200, body: paginate(query, { items, key: 'resource_servers', show, max: switches.maxPerPage }) };
}

export function readResourceServer({ params, query }: ApiRequest, tenant: Tenant): ApiAnswer {
  onlyParameters(query, ['fields', 'include_fields']);
  return { status: 200, body: selectFields(showResourceServer(existing(params, tenant)), query) };
}

export function createResourceServer({ body }: ApiRequest, tenant: Tenant): ApiAnswer {
  const given = validBody(createResourceServerSchema, body);
  const identifier = textOf(given['identifier']);
  if (identifier === managementAudience(tenant)) {
    throw apiError(400, 'The selected identifier is reserved.', 'invalid_body');
  }
  if (tenant.state.resourceServer(identifier) !== undefined) {
    throw apiError(409, 'A resource server with the same identifier already exists.');
  }
  refuseScopes(given['scopes']);
  const server = newResourceServer({ ...given, ...systemApi(identifier, tenant) }, tenant);
  tenant.state.addResourceServer(server);
  return { status: 201, body: showResourceServer(server) };
}

/** What an API of Auth0's own, which a tenant activates by creating it, is whatever the request says. */
function systemApi(identifier: string, { domain }: Tenant): JsonObject {
  if (identifier !== `https://${domain}/me/`) return {};
  const scopes = ['create', 'read', 'delete'].map((verb) => ({
    value: `${verb}:me:connected_accounts`,
    description: verb,
  }));
  return {
    name: 'Auth0 My Account API',
    scopes,
    allow_offline_access: true,
    token_lifetime: 600,
    skip_consent_for_verifiable_first_party_clients: true,
    is_system: true,
    proof_of_possession: { mechanism: 'dpop', required: false },
    subject_type_authorization: { user: { policy: 'require_client_grant' }, client: { policy: 'deny_all' } },
  };
}

/** With the defaults of what was not given. */
export function newResourceServer(given: JsonObject, { apiDate }: Tenant): StoredResourceServer {
  const { identifier, subject_type_authorization: subjects, ...sent } = withoutNulls(given);
  const fields: JsonObject = {
    allow_offline_access: false,
    skip_consent_for_verifiable_first_party_clients: false,
    token_lifetime: TOKEN_LIFETIME,
    token_lifetime_for_web: Math.min(TOKEN_LIFETIME_FOR_WEB, Number(sent['token_lifetime'] ?? TOKEN_LIFETIME)),
    signing_alg: 'RS256',
    ...sent,
  };
  if (sent['signing_alg'] === 'HS256') fields['signing_secret'] ??= newSecret();
  if (subjects !== undefined || apiDate.has('subjectTypeAuthorization')) {
    fields['subject_type_authorization'] = {
      client: { policy: 'require_client_grant' },
      user: { policy: 'allow_all' },
      ...objectOr(subjects),
    };
  }
  return { id: newResourceServerId(), identifier: textOf(identifier), fields };
}

export function updateResourceServer({ params, body }: ApiRequest, tenant: Tenant): ApiAnswer {
  const server = existing(params, tenant);
  const given = validBody(updateResourceServerSchema, body);
  refuseManagement(server, 'patched', tenant);
  refuseScopes(given['scopes']);
  if (given['scopes'] !== undefined) shrinkGrants(server, scopeValues(given['scopes']), tenant);
  const merged = withoutNulls({ ...server.fields, ...given });
  const subjects = given['subject_type_authorization'];
  if (isJsonObject(subjects)) {
    merged['subject_type_authorization'] = { ...objectOr(server.fields['subject_type_authorization']), ...subjects };
  }
  if (merged['signing_alg'] === 'HS256') merged['signing_secret'] ??= newSecret();
  else delete merged['signing_secret'];
  server.fields = merged;
  return { status: 200, body: showResourceServer(server) };
}

/** Idempotent: deleting what is not there is 204 as well. */
export function deleteResourceServer({ params }: ApiRequest, tenant: Tenant): ApiAnswer {
  const { state, switches } = tenant;
  const server = state.resourceServer(params['id'] ?? '');
  if (server === undefined) return { status: 204 };
  refuseManagement(server, 'deleted', tenant);
  state.removeResourceServer(server);
  if (switches.grantsOfDeletedApi === 'delete') {
    for (const { id, fields } of state.grants.values()) {
      if (fields['audience'] === server.identifier) state.removeGrant(id);
    }
  }
  return { status: 204 };
}

/** System APIs that a tenant activates itself can be changed and taken away again; the Management API cannot. */
function refuseManagement({ identifier }: StoredResourceServer, verb: string, tenant: Tenant): void {
  if (identifier === managementAudience(tenant)) throw apiError(400, `System resource servers cannot be ${verb}.`);
}

/** The names of the scopes that an API declares. */
export function scopeValues(scopes: Json | undefined): string[] {
  return Array.isArray(scopes) ? scopes.map((scope) => textOf(objectOr(scope)['value'])) : [];
}

/** Shrinking an API's scopes beneath its grants: what happens is a switch. */
function shrinkGrants(server: StoredResourceServer, left: readonly string[], { state, switches }: Tenant): void {
  const gone = new Set(scopeValues(server.fields['scopes']).filter((scope) => !left.includes(scope)));
  if (gone.size === 0 || switches.removedScopeInUse === 'keep-in-grants') return;
  const holding = state.grants.values().filter((grant) => holdsAny(grant, server.identifier, gone));
  if (holding.length > 0 && switches.removedScopeInUse === 'refuse') {
    throw invalidBody(`Scopes that are in use by client grants cannot be removed: ${[...gone].join(', ')}`);
  }
  for (const grant of holding) {
    const scope = stringsOf(grant.fields['scope']).filter((name) => !gone.has(name));
    grant.fields = { ...grant.fields, scope };
  }
}

function holdsAny({ fields }: StoredGrant, audience: string, scopes: ReadonlySet<string>): boolean {
  return fields['audience'] === audience && stringsOf(fields['scope']).some((scope) => scopes.has(scope));
}

function refuseScopes(scopes: Json | undefined): void {
  const values = scopeValues(scopes);
  if (values.length > MAX_SCOPES) {
    throw invalidBody(
      `Payload validation error: 'Array is too long (${values.length}), maximum ${MAX_SCOPES}' on property scopes ({description}).`,
    );
  }
  const twice = values.findIndex((value, index) => values.indexOf(value) !== index);
  if (twice === -1) return;
  const first = values.indexOf(values[twice] ?? '');
  throw invalidBody(
    `Payload validation error: 'Array items are not unique (indexes ${first} and ${twice})' on property scopes ({description}).`,
  );
}

/** The key of an encryption is never shown again. */
function showResourceServer({ id, identifier, fields }: StoredResourceServer): JsonObject {
  const { token_encryption: encryption, ...rest } = fields;
  const shown: JsonObject = { id, identifier, ...rest };
  if (isJsonObject(encryption)) {
    const { pem: _pem, ...key } = objectOr(encryption['encryption_key']);
    shown['token_encryption'] = { ...encryption, encryption_key: key };
  }
  return shown;
}

function existing(params: Readonly<Record<string, string>>, { state }: Tenant): StoredResourceServer {
  const server = state.resourceServer(params['id'] ?? '');
  if (server === undefined) throw apiError(404, 'The resource server does not exist', 'inexistent_resource_server');
  return server;
}
