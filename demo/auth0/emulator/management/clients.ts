/** /clients, /clients/{id} and rotate-secret. */
import { validBody } from './validation.ts';
import {
  backchannelLogout,
  completeRefreshToken,
  mergeSessionTransfer,
  newClientFields,
  pem,
  withoutEmptyLinks,
} from './client-defaults.ts';
import { createClientSchema, updateClientSchema } from './schemas/client-schemas.ts';
import { refuseContradictions, refuseImmutable, refuseNoMethod, refuseOtherAlgorithm } from './client-refusals.ts';
import { HOLDERS, refuseUnknownCredentials, storeNewCredentials } from './credentials.ts';
import { apiError, insufficientScope, invalidBody, invalidQuery } from './errors.ts';
import { newClientId, newSecret, newThirdPartyClientId } from '../ids.ts';
import { isJsonObject, objectOr, textOf, withoutNulls } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import { flag, onlyParameters, paginate, selectFields } from './pagination.ts';
import type { StoredClient } from '../state.ts';
import type { ApiAnswer, ApiRequest, Tenant } from '../tenant.ts';

const METADATA_LIMIT = 10;

export function listClients({ query, scopes }: ApiRequest, tenant: Tenant): ApiAnswer {
  const names = ['fields', 'include_fields', 'page', 'per_page', 'include_totals', 'from', 'take'];
  onlyParameters(query, [...names, 'is_global', 'is_first_party', 'app_type', 'external_client_id', 'q']);
  const matches = clientFilter(query, tenant);
  const items = [...tenant.state.clients.values()]
    .map((client, place) => ({ client, place: String(place).padStart(9, '0') }))
    .filter(({ client }) => matches(client));
  const body = paginate(query, {
    items,
    key: 'clients',
    show: ({ client }) => selectFields(showClient(client, scopes), query),
    cursor: ({ place }) => place,
    max: tenant.switches.maxPerPage,
    minPerPage: 0,
    cap: tenant.switches.offsetCap,
  });
  return { status: 200, body };
}

function clientFilter(query: URLSearchParams, tenant: Tenant): (client: StoredClient) => boolean {
  const types = query.get('app_type')?.split(',');
  const global = query.has('is_global') ? flag(query, 'is_global') : undefined;
  const firstParty = query.has('is_first_party') ? flag(query, 'is_first_party') : undefined;
  const external = query.get('external_client_id');
  const found = searchFilter(query.get('q'), tenant);
  return (client) =>
    (types === undefined || types.includes(textOf(client.fields['app_type']))) &&
    (global === undefined || (client.fields['global'] ?? false) === global) &&
    (firstParty === undefined || client.fields['is_first_party'] === firstParty) &&
    (external === null || client.fields['external_client_id'] === external) &&
    found(client);
}

/** Of the search language only what was recorded: clients with a grant for an organisation. */
function searchFilter(text: string | null, { state }: Tenant): (client: StoredClient) => boolean {
  if (text === null) return () => true;
  const id = /^client_grant\.organization_id:(\S+)$/.exec(text)?.[1];
  if (id === undefined) throw invalidQuery(`'the emulator does not know this search: ${text}' on property q.`);
  const associated = state.organizations.get(id)?.grants ?? new Set();
  return (client) => state.grantsOf(client.id).some((grant) => associated.has(grant.id));
}

export function readClient({ params, query, scopes }: ApiRequest, tenant: Tenant): ApiAnswer {
  onlyParameters(query, ['fields', 'include_fields']);
  return { status: 200, body: selectFields(showClient(existingClient(params, tenant), scopes), query) };
}

export function createClient({ body, scopes }: ApiRequest, tenant: Tenant): ApiAnswer {
  const { secret, sent } = takeSecret(withoutRetiredAlias(body, tenant), tenant);
  const given = validBody(createClientSchema, sent);
  refuseContradictions(given);
  if (given['client_authentication_methods'] !== undefined) requireScope(scopes, 'create:client_credentials');
  const id = given['third_party_security_mode'] === 'strict' ? newThirdPartyClientId() : newClientId();
  const client: StoredClient = { id, fields: newClientFields(given, tenant) };
  refuseOtherAlgorithm(given, client.fields);
  if (secret !== undefined) client.fields['client_secret'] = secret;
  const stored = storeNewCredentials(client, tenant);
  tenant.state.clients.set(id, client);
  linkResourceServer(given, client, tenant);
  return { status: 201, body: showNewClient(client, scopes, stored) };
}

export function updateClient({ params, body, scopes }: ApiRequest, tenant: Tenant): ApiAnswer {
  const client = existingClient(params, tenant);
  const given = validBody(updateClientSchema, withoutRetiredAlias(body, tenant));
  refuseContradictions(given);
  refuseNoMethod(given);
  refuseOtherAlgorithm(given, { ...client.fields, ...given });
  refuseImmutable(client, given);
  if (given['client_secret'] !== undefined) requireScope(scopes, 'update:client_keys');
  if (given['client_authentication_methods'] !== undefined) requireScope(scopes, 'update:client_credentials');
  if (!['client_secret', ...HOLDERS].some((key) => given[key] !== undefined)) requireScope(scopes, 'update:clients');
  refuseUnknownCredentials(client.id, given, tenant);
  patchClient(client, given, tenant);
  return { status: 200, body: showClient(client, scopes) };
}

/** Idempotent: deleting what is not there is 204 as well. Grants and credentials go with the client. */
export function deleteClient({ params }: ApiRequest, { state, switches, now }: Tenant): ApiAnswer {
  const id = params['id'] ?? '';
  state.clients.delete(id);
  for (const credential of state.credentialsOf(id)) state.credentials.delete(credential.id);
  for (const grant of state.grantsOf(id)) {
    if (switches.cascadeLag > 0) grant.dyingUntil = now() + switches.cascadeLag;
    else state.removeGrant(grant.id);
  }
  return { status: 204 };
}

export function rotateSecret({ params, body, scopes }: ApiRequest, tenant: Tenant): ApiAnswer {
  const client = existingClient(params, tenant);
  if (body !== undefined && body !== null && !(isJsonObject(body) && Object.keys(body).length === 0)) {
    throw invalidBody("Payload validation error: 'Additional properties not allowed'.");
  }
  if (isJsonObject(objectOr(client.fields['client_authentication_methods'])['private_key_jwt'])) {
    throw apiError(400, 'The secret of a client that uses private_key_jwt cannot be rotated', 'invalid_body');
  }
  replaceSecret(client, newSecret(), tenant);
  return { status: 200, body: showClient(client, scopes) };
}

function existingClient(params: Readonly<Record<string, string>>, { state }: Tenant): StoredClient {
  const client = state.clients.get(params['id'] ?? '');
  if (client === undefined) throw apiError(404, 'The client does not exist', 'inexistent_client');
  return client;
}

/**
 * What a token sees of a client: the secret and the names of its keys only with the right to keys, and the secret never
 * beside other ways to authenticate.
 */
function showClient({ id, fields }: StoredClient, scopes: ReadonlySet<string>): JsonObject {
  const { client_secret: secret, client_authentication_methods: methods, ...rest } = fields;
  const whole: JsonObject = { ...rest, client_id: id };
  if (!scopes.has('read:client_keys') && !scopes.has('read:client_credentials')) return whole;
  if (methods !== undefined) return { ...whole, client_authentication_methods: methods };
  return secret === undefined ? whole : { ...whole, client_secret: secret };
}

/** Only the answer to a creation has the private signing key, and the metadata of credentials. */
function showNewClient(client: StoredClient, scopes: ReadonlySet<string>, stored: JsonObject): JsonObject {
  const [signingKey] = Array.isArray(client.fields['signing_keys']) ? client.fields['signing_keys'] : [];
  return {
    ...showClient(client, scopes),
    ...stored,
    encrypted: true,
    signing_keys: [{ ...objectOr(signingKey), key: pem('RSA PRIVATE KEY') }],
  };
}

function patchClient(client: StoredClient, given: JsonObject, tenant: Tenant): void {
  const fields = { ...client.fields };
  for (const [key, value] of Object.entries(given)) {
    if (key === 'client_secret') continue;
    const next = patched(key, { before: fields[key], value, tenant });
    if (next === null) delete fields[key];
    else fields[key] = next;
  }
  patchLogout(fields, given);
  // The two ways to authenticate exclude each other: going back to a secret drops the credentials' use.
  if (typeof given['token_endpoint_auth_method'] === 'string') delete fields['client_authentication_methods'];
  client.fields = withoutEmptyLinks(fields);
  if (typeof given['client_secret'] === 'string') replaceSecret(client, given['client_secret'], tenant);
}

/** The two settings of logouts come and go together. */
function patchLogout(fields: JsonObject, given: JsonObject): void {
  const { oidc_logout: logout, oidc_backchannel_logout: older } = given;
  const isGone = logout === null || older === null || (isJsonObject(logout) && Object.keys(logout).length === 0);
  if (isGone) {
    delete fields['oidc_logout'];
    delete fields['oidc_backchannel_logout'];
  } else if (isJsonObject(logout)) {
    fields['oidc_backchannel_logout'] = backchannelLogout(logout);
  }
}

/** The value of one setting after a PATCH; null: it is gone. */
function patched(
  key: string,
  { before, value, tenant }: { before: Json | undefined; value: Json; tenant: Tenant },
): Json {
  if (value === null) return null;
  switch (key) {
    case 'client_metadata':
      return mergeMetadata(objectOr(before), objectOr(value), tenant);
    case 'jwt_configuration':
      return withoutNulls({ secret_encoded: false, ...objectOr(before), ...objectOr(value) });
    case 'native_social_login':
      return { ...objectOr(before), ...objectOr(value) };
    case 'refresh_token':
      return completeRefreshToken(objectOr(value));
    case 'session_transfer':
      return mergeSessionTransfer(objectOr(before), objectOr(value));
    default:
      return value;
  }
}

function mergeMetadata(before: JsonObject, sent: JsonObject, { switches }: Tenant): JsonObject {
  if (Object.keys(sent).length === 0) return switches.emptyMetadata === 'clear' ? {} : before;
  const merged = withoutNulls({ ...before, ...sent });
  const count = Object.keys(merged).length;
  if (count > METADATA_LIMIT) {
    throw invalidBody(
      `Payload validation error: 'Too many properties defined (${count}), maximum ${METADATA_LIMIT}' on property client_metadata ({description}).`,
    );
  }
  return merged;
}

function replaceSecret(client: StoredClient, secret: string, { switches, now }: Tenant): void {
  const before = client.fields['client_secret'];
  client.fields['client_secret'] = secret;
  if (switches.secretLag > 0 && typeof before === 'string') {
    client.retired = { secret: before, until: now() + switches.secretLag };
  } else {
    delete client.retired;
  }
}

/** A body with the old name of `cross_origin_authentication`, while the API still took it. */
function withoutRetiredAlias(body: Json | undefined, { apiDate }: Tenant): Json | undefined {
  if (!isJsonObject(body) || apiDate.has('crossOriginAuthReadOnly')) return body;
  const { cross_origin_auth: alias, ...rest } = body;
  return alias === undefined || 'cross_origin_authentication' in rest || !apiDate.has('crossOriginAuthentication')
    ? rest
    : { ...rest, cross_origin_authentication: alias };
}

function takeSecret(body: Json | undefined, { switches }: Tenant): { secret?: string; sent: Json | undefined } {
  if (switches.secretOnCreate === 'refuse' || !isJsonObject(body)) return { sent: body };
  const { client_secret: secret, ...sent } = body;
  return typeof secret === 'string' && secret !== '' ? { secret, sent } : { sent: body };
}

/** An application of the type resource_server shows at its API as well. */
function linkResourceServer(given: JsonObject, { id }: StoredClient, { state }: Tenant): void {
  const identifier = given['resource_server_identifier'];
  const server = typeof identifier === 'string' ? state.resourceServer(identifier) : undefined;
  if (server !== undefined) server.fields = { ...server.fields, client_id: id };
}

function requireScope(scopes: ReadonlySet<string>, scope: string): void {
  if (!scopes.has(scope)) throw insufficientScope([scope]);
}
