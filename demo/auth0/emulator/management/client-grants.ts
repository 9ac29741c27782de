/** /client-grants: which client may use which scopes of which API. */
import { createGrantSchema, updateGrantSchema } from './schemas/api-schemas.ts';
import { apiError, invalidBody } from './errors.ts';
import { newGrantId } from '../ids.ts';
import { stringsOf, textOf, withoutNulls } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { integer, onlyParameters, paginate } from './pagination.ts';
import { scopeValues } from './resource-servers.ts';
import type { StoredGrant, StoredResourceServer } from '../state.ts';
import { managementAudience } from '../tenant.ts';
import type { ApiAnswer, ApiRequest, Tenant } from '../tenant.ts';
import { validBody } from './validation.ts';

const FILTERS = ['audience', 'client_id', 'allow_any_organization', 'subject_type', 'default_for'];

export function listGrants({ query }: ApiRequest, tenant: Tenant): ApiAnswer {
  onlyParameters(query, ['per_page', 'page', 'include_totals', 'from', 'take', ...FILTERS]);
  buryDead(tenant);
  const { state, switches } = tenant;
  const wanted = FILTERS.filter((name) => query.has(name));
  const audienceOfOne = query.get('client_id');
  const candidates = audienceOfOne === null ? state.grants.values() : byId(state.grantsOf(audienceOfOne));
  const items = candidates.filter(({ fields }) =>
    wanted.every((name) => textOf(fields[name] ?? defaultOf(name)) === query.get(name)),
  );
  const body = paginate(query, {
    items,
    key: 'client_grants',
    show: showGrant,
    cursor: ({ id }) => id,
    max: switches.maxPerPage,
    cap: switches.offsetCap,
  });
  return { status: 200, body };
}

function byId(grants: readonly StoredGrant[]): StoredGrant[] {
  return grants.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function defaultOf(filter: string): string | undefined {
  return filter === 'subject_type' ? 'client' : undefined;
}

/** Grants of deleted clients that are still listed for a while, and now no more. */
function buryDead({ state, now }: Tenant): void {
  for (const { id, dyingUntil } of state.grants.values()) {
    if (dyingUntil !== undefined && dyingUntil <= now()) state.removeGrant(id);
  }
}

export function readGrant({ params }: ApiRequest, tenant: Tenant): ApiAnswer {
  return { status: 200, body: showGrant(existingGrant(params, tenant)) };
}

export function createGrant({ body }: ApiRequest, tenant: Tenant): ApiAnswer {
  const given = withoutNulls(validBody(createGrantSchema, body));
  const server = parties(given, tenant);
  const subjectType = given['subject_type'] ?? 'client';
  const twin = tenant.state
    .grantsOf(textOf(given['client_id']))
    .find(
      ({ fields }) => fields['audience'] === server.identifier && (fields['subject_type'] ?? 'client') === subjectType,
    );
  if (twin !== undefined) {
    throw apiError(409, 'A client grant for this client and audience already exists.', 'client_grant_already_exists');
  }
  refuseAllScopesOfSystem(given, server, tenant);
  const fields: JsonObject = { ...given };
  if (given['allow_all_scopes'] === true) delete fields['scope'];
  else fields['scope'] = grantable(stringsOf(given['scope']), server, tenant);
  if (tenant.apiDate.has('grantSubjectType')) fields['subject_type'] = subjectType;
  const grant = { id: newGrantId(), fields };
  tenant.state.addGrant(grant);
  return { status: 201, body: showGrant(grant) };
}

/** The API of the grant, once both ends exist and may be joined. */
function parties(given: JsonObject, { state }: Tenant): StoredResourceServer {
  const clientId = given['client_id'];
  if ((clientId === undefined) === (given['default_for'] === undefined)) {
    throw invalidBody("Payload validation error: 'Missing required property: client_id'.");
  }
  if (clientId !== undefined) {
    const client = state.clients.get(textOf(clientId));
    if (client === undefined) throw apiError(404, 'Client not found', 'inexistent_client');
    if (client.fields['app_type'] === 'express_configuration') {
      throw apiError(400, 'Client of type express_configuration cannot be used', 'validation_error');
    }
  }
  const server = state.resourceServer(textOf(given['audience']));
  if (server === undefined || server.identifier !== given['audience']) {
    throw apiError(404, 'Resource server not found', 'inexistent_resource_server');
  }
  return server;
}

export function updateGrant({ params, body }: ApiRequest, tenant: Tenant): ApiAnswer {
  const grant = existingGrant(params, tenant);
  const given = validBody(updateGrantSchema, body);
  if (grant.fields['is_system'] === true) throw apiError(400, 'System client grants cannot be changed.');
  const server = tenant.state.resourceServer(textOf(grant.fields['audience']));
  if (server !== undefined) refuseAllScopesOfSystem(given, server, tenant);
  const fields = withoutNulls({ ...grant.fields, ...given });
  if (fields['allow_all_scopes'] === true) delete fields['scope'];
  else if (given['allow_all_scopes'] === false) fields['scope'] ??= [];
  if (given['scope'] !== undefined && fields['scope'] !== undefined && server !== undefined) {
    fields['scope'] = grantable(stringsOf(given['scope']), server, tenant);
  }
  grant.fields = fields;
  return { status: 200, body: showGrant(grant) };
}

/** Idempotent: deleting what is not there is 204 as well. */
export function deleteGrant({ params }: ApiRequest, { state }: Tenant): ApiAnswer {
  const id = params['id'] ?? '';
  if (state.grants.get(id)?.fields['is_system'] === true) {
    throw apiError(400, 'System client grants cannot be deleted.');
  }
  state.removeGrant(id);
  return { status: 204 };
}

export function listGrantOrganizations({ params, query }: ApiRequest, tenant: Tenant): ApiAnswer {
  onlyParameters(query, ['per_page', 'page', 'include_totals', 'from', 'take']);
  integer(query, 'take', { min: 1, max: tenant.switches.maxPerPage });
  const { id } = existingGrant(params, tenant);
  const items = [...tenant.state.organizations.values()].filter(({ grants }) => grants.has(id));
  const body = paginate(query, {
    items,
    key: 'organizations',
    show: (organization) => ({ id: organization.id, ...organization.fields }),
    cursor: (organization) => organization.id,
    max: tenant.switches.maxPerPage,
  });
  return { status: 200, body };
}

/** What of the wanted scopes the API lets be granted; what it does with others is a switch. */
function grantable(wanted: readonly string[], server: StoredResourceServer, tenant: Tenant): string[] {
  const { undeclaredScopes, unknownManagementScopes } = tenant.switches;
  const declared = scopeValues(server.fields['scopes']);
  if (undeclaredScopes === 'accept') return [...wanted];
  if (declared.length === 0 && undeclaredScopes === 'refuse-if-any-declared') return [...wanted];
  const known = wanted.filter((scope) => declared.includes(scope));
  if (server.identifier === managementAudience(tenant) && unknownManagementScopes === 'drop') return known;
  if (known.length < wanted.length) {
    throw invalidBody('Payload validation error: scope must be a subset of resource server scopes');
  }
  return known;
}

function refuseAllScopesOfSystem(given: JsonObject, server: StoredResourceServer, tenant: Tenant): void {
  const system = server.fields['is_system'] === true || server.identifier === managementAudience(tenant);
  if (!system || given['allow_all_scopes'] === undefined) return;
  throw invalidBody('`allow_all_scopes` cannot be provided when `audience` is a system API');
}

export function existingGrant(params: Readonly<Record<string, string>>, { state }: Tenant): StoredGrant {
  const grant = state.grants.get(params['id'] ?? '');
  if (grant === undefined) throw apiError(404, 'The grant does not exist.', 'inexistent_client_grant');
  return grant;
}

export function showGrant({ id, fields }: StoredGrant): JsonObject {
  return { id, ...fields };
}
