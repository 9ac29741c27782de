/** The Management API's endpoints, and which scopes let a token in. */
import {
  createGrant,
  deleteGrant,
  listGrantOrganizations,
  listGrants,
  readGrant,
  updateGrant,
} from './client-grants.ts';
import { createClient, deleteClient, listClients, readClient, rotateSecret, updateClient } from './clients.ts';
import {
  createCredential,
  deleteCredential,
  listCredentials,
  readCredential,
  updateCredential,
} from './credentials.ts';
import { apiError } from './errors.ts';
import { addOrganizationGrant, listOrganizationGrants, removeOrganizationGrant } from './organization-grants.ts';
import {
  createResourceServer,
  deleteResourceServer,
  listResourceServers,
  readResourceServer,
  updateResourceServer,
} from './resource-servers.ts';
import type { ApiAnswer, ApiRequest, Tenant } from '../tenant.ts';

export interface Route {
  readonly method: string;
  /** Below /api/v2; a segment in braces is a parameter. */
  readonly path: string;
  /** One of them is enough. */
  readonly scopes: readonly string[];
  readonly handle: (request: ApiRequest, tenant: Tenant) => ApiAnswer;
}

const READ_CLIENTS = ['read:clients', 'read:client_keys', 'read:client_credentials', 'read:client_summary'];
const UPDATE_CLIENTS = ['update:clients', 'update:client_keys', 'update:client_credentials'];
const CREDENTIALS = '/clients/{id}/credentials';
const CREDENTIAL = '/clients/{id}/credentials/{credential_id}';
const ORGANIZATION_GRANTS = '/organizations/{id}/client-grants';
const ORGANIZATION_GRANT = '/organizations/{id}/client-grants/{grant_id}';
const ROTATE = '/clients/{id}/rotate-secret';
const APIS = '/resource-servers';
const API = '/resource-servers/{id}';
const GRANTS = '/client-grants';
const GRANT = '/client-grants/{id}';

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/clients', scopes: READ_CLIENTS, handle: listClients },
  { method: 'POST', path: '/clients', scopes: ['create:clients'], handle: createClient },
  { method: 'GET', path: '/clients/{id}', scopes: READ_CLIENTS, handle: readClient },
  { method: 'PATCH', path: '/clients/{id}', scopes: UPDATE_CLIENTS, handle: updateClient },
  { method: 'DELETE', path: '/clients/{id}', scopes: ['delete:clients'], handle: deleteClient },
  { method: 'POST', path: ROTATE, scopes: ['update:client_keys'], handle: rotateSecret },
  { method: 'GET', path: CREDENTIALS, scopes: ['read:client_credentials'], handle: listCredentials },
  { method: 'POST', path: CREDENTIALS, scopes: ['create:client_credentials'], handle: createCredential },
  { method: 'GET', path: CREDENTIAL, scopes: ['read:client_credentials'], handle: readCredential },
  { method: 'PATCH', path: CREDENTIAL, scopes: ['update:client_credentials'], handle: updateCredential },
  { method: 'DELETE', path: CREDENTIAL, scopes: ['delete:client_credentials'], handle: deleteCredential },
  { method: 'GET', path: APIS, scopes: ['read:resource_servers'], handle: listResourceServers },
  { method: 'POST', path: APIS, scopes: ['create:resource_servers'], handle: createResourceServer },
  { method: 'GET', path: API, scopes: ['read:resource_servers'], handle: readResourceServer },
  { method: 'PATCH', path: API, scopes: ['update:resource_servers'], handle: updateResourceServer },
  { method: 'DELETE', path: API, scopes: ['delete:resource_servers'], handle: deleteResourceServer },
  { method: 'GET', path: GRANTS, scopes: ['read:client_grants'], handle: listGrants },
  { method: 'POST', path: GRANTS, scopes: ['create:client_grants'], handle: createGrant },
  { method: 'GET', path: GRANT, scopes: ['read:client_grants'], handle: readGrant },
  { method: 'PATCH', path: GRANT, scopes: ['update:client_grants'], handle: updateGrant },
  { method: 'DELETE', path: GRANT, scopes: ['delete:client_grants'], handle: deleteGrant },
  {
    method: 'GET',
    path: '/client-grants/{id}/organizations',
    scopes: ['read:organization_client_grants'],
    handle: listGrantOrganizations,
  },
  {
    method: 'GET',
    path: ORGANIZATION_GRANTS,
    scopes: ['read:organization_client_grants'],
    handle: listOrganizationGrants,
  },
  {
    method: 'POST',
    path: ORGANIZATION_GRANTS,
    scopes: ['create:organization_client_grants'],
    handle: addOrganizationGrant,
  },
  {
    method: 'DELETE',
    path: ORGANIZATION_GRANT,
    scopes: ['delete:organization_client_grants'],
    handle: removeOrganizationGrant,
  },
];

/** Scopes that no endpoint here asks for: those that only open fields, and of the log, which a tenant grants all the same. */
const OTHER_SCOPES = ['read:tenant_settings', 'update:tenant_settings', 'read:logs'];

/** Every scope of the Management API that can be granted here. */
export const MANAGEMENT_SCOPES: readonly string[] = [
  ...new Set([...ROUTES.flatMap(({ scopes }) => scopes), ...OTHER_SCOPES]),
].toSorted();

export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const SPLIT = ROUTES.map((route) => ({ route, segments: route.path.split('/') }));

/** `path` is what follows /api/v2, still encoded. */
export function findRoute(method: string, path: string): FoundRoute | undefined {
  const actual = path.split('/');
  for (const { route, segments } of SPLIT) {
    const params = route.method === method ? matchSegments(segments, actual) : undefined;
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

function matchSegments(segments: readonly string[], actual: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== actual.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = actual[index] ?? '';
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = decoded(text);
    else if (segment !== text) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw Object.assign(apiError(400, `Path validation error: '${text}' is not encoded.`, 'invalid_uri'), {
      cause: error,
    });
  }
}
