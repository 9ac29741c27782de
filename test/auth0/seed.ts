/**
 * The state before a recorded request: made of earlier pairs of the same recording and of the request itself; only for a GET
 * also of its answer. Objects that a request names and no answer has shown are created as Auth0 would create them, with
 * nothing but defaults; the caller learns which these were.
 */
import { newClientFields } from '../../demo/auth0/emulator/management/client-defaults.ts';
import { newClientId, newGrantId, newSecret } from '../../demo/auth0/emulator/ids.ts';
import { isJsonObject, objectOr, textOf } from '../../demo/auth0/emulator/json.ts';
import { referencesIn } from '../../demo/auth0/emulator/management/credentials.ts';
import type { Json, JsonObject } from '../../demo/auth0/emulator/json.ts';
import { encodeCursor } from '../../demo/auth0/emulator/management/pagination.ts';
import { newResourceServer } from '../../demo/auth0/emulator/management/resource-servers.ts';
import type { Tenant } from '../../demo/auth0/emulator/tenant.ts';
import { elements, pathOf } from './history.ts';
import type { History } from './history.ts';
import type { RecordedPair } from './recorded-traffic.ts';

const UNSEEN_API = 'https://unseen.example/';

/**
 * What may be so of things that a request names and that no answer has shown: that they are there, as a creation without settings
 * leaves them; that they are not; that the client is of a kind that cannot hold grants; that what shall be made is there already.
 */
export const ASSUMPTIONS = ['there', 'missing', 'express client', 'taken'] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];

/** Fills the tenant. True: the object that the request is about is known from nothing, and was made up. */
export function seed(
  tenant: Tenant,
  pair: RecordedPair,
  { history, assumption }: { history: History; assumption: Assumption },
): boolean {
  seedHistory(tenant, pair, history);
  if (pair.method === 'GET') {
    seedAnswer(tenant, pair);
    return false;
  }
  if (assumption === 'missing') return false;
  const madeGrant = seedReferences(tenant, pair.requestBody, assumption);
  if (pair.method === 'DELETE') return false;
  const [, kind, id = '', part, partId] = pathOf(pair).split('/').map(decodeURIComponent);
  if (kind === 'organizations') return madeGrant;
  if (id === '') {
    if (assumption === 'taken') seedTwin(tenant, kind, pair.requestBody);
    return false;
  }
  if (kind === 'resource-servers') return ensureResourceServer(tenant, id);
  if (kind === 'client-grants') return ensureGrant(tenant, id);
  const madeClient = ensureClient(tenant, id);
  if (part === undefined) seedKeys(tenant, id, pair.requestBody);
  if (part !== 'credentials') return madeClient;
  return partId !== undefined && ensureCredential(tenant, id, partId);
}

/** All that was shown; but not what a creation would collide with, where its deletion may have been left out since. */
function seedHistory(tenant: Tenant, pair: RecordedPair, history: History): void {
  for (const body of history.clients.values()) putClient(tenant, body);
  for (const [id, body] of history.resourceServers) {
    if (!(isTwin(pair, body, ['identifier']) && history.hasGap(id, pair))) putResourceServer(tenant, body);
  }
  for (const [id, body] of history.grants) {
    if (!(isTwin(pair, body, ['client_id', 'audience']) && history.hasGap(id, pair))) putGrant(tenant, body);
  }
  for (const { clientId, body } of history.credentials.values()) putCredential(tenant, clientId, body);
  for (const [id, grants] of history.organizations) {
    for (const grant of grants) tenant.state.organization(id).grants.add(grant);
  }
}

function isTwin({ method, requestBody }: RecordedPair, body: JsonObject, keys: readonly string[]): boolean {
  return method === 'POST' && isJsonObject(requestBody) && keys.every((key) => body[key] === requestBody[key]);
}

/** The thing that the request wants to create. */
function seedTwin(tenant: Tenant, kind: string | undefined, body: Json): void {
  if (!isJsonObject(body)) return;
  if (kind === 'resource-servers') ensureResourceServer(tenant, textOf(body['identifier']));
  if (kind === 'client-grants') putGrant(tenant, { ...body, id: newGrantId() });
}

/** What the body of a request refers to must be there: this much a request that was sent shows. True: a grant was made up. */
function seedReferences(tenant: Tenant, body: Json, assumption: Assumption): boolean {
  if (!isJsonObject(body)) return false;
  const { client_id: clientId, audience, resource_server_identifier: identifier, grant_id: grantId } = body;
  const kind: JsonObject = assumption === 'express client' ? { app_type: 'express_configuration' } : {};
  if (typeof clientId === 'string') ensureClient(tenant, clientId, kind);
  for (const api of [audience, identifier]) if (typeof api === 'string') ensureResourceServer(tenant, api);
  return typeof grantId === 'string' && ensureGrant(tenant, grantId);
}

/** The answer to a GET is what was there: nothing else of its kind, where it is a list. */
function seedAnswer(tenant: Tenant, pair: RecordedPair): void {
  const [, kind, id = '', part] = pathOf(pair).split('/').map(decodeURIComponent);
  const { state } = tenant;
  const whole = isJsonObject(pair.responseBody) ? pair.responseBody : {};
  const items = pair.status === 200 ? elements(pair.responseBody) : [];
  if (kind === 'organizations') return seedOrganization(tenant, { id, items });
  if (kind === 'client-grants' && part === 'organizations') return seedOrganizationsOf(tenant, { grant: id, items });
  if (part === 'credentials') {
    ensureClient(tenant, id);
    for (const { id: known } of state.credentialsOf(id)) state.credentials.delete(known);
    for (const item of items) putCredential(tenant, id, item);
    return;
  }
  const listed = id === '' ? fillPages(pair, { items, whole }) : items;
  if (kind === 'clients') {
    if (id === '') state.clients.clear();
    else state.clients.delete(id);
    for (const item of listed) putClient(tenant, item);
    const organization = /^client_grant\.organization_id:(\S+)$/.exec(textOf(pair.query?.['q']))?.[1];
    if (organization !== undefined) for (const item of listed) seedFound(tenant, organization, item);
  } else if (kind === 'resource-servers') {
    for (const server of state.resourceServers.values()) {
      if (id === '' || server.id === id || server.identifier === id) state.removeResourceServer(server);
    }
    for (const item of listed) putResourceServer(tenant, item);
  } else if (kind === 'client-grants') {
    for (const grant of state.grants.values()) if (id === '' || grant.id === id) state.removeGrant(grant.id);
    for (const item of listed) putGrant(tenant, item);
  }
}

/** A page of a list: what stands before it and behind it is like its elements, and as much as the totals say. */
function fillPages(
  { query }: RecordedPair,
  { items, whole }: { items: readonly JsonObject[]; whole: JsonObject },
): JsonObject[] {
  const [pattern] = items;
  if (pattern === undefined) return [];
  const start = typeof whole['start'] === 'number' ? whole['start'] : 0;
  const total = typeof whole['total'] === 'number' ? whole['total'] : items.length + ('next' in whole ? 1 : 0);
  const before = query?.['from'] === undefined ? start : 0;
  const after = Math.max(0, total - before - items.length);
  // Grants are listed in the order of their ids: the fillers' ids sort before and behind all real ones.
  const filler = (edge: string, index: number): JsonObject => {
    const mark = `${edge}${String(index).padStart(6, '0')}`;
    const server = 'identifier' in pattern ? { identifier: `https://${mark}.example/` } : {};
    return 'audience' in pattern || 'identifier' in pattern
      ? { ...pattern, id: mark, ...server }
      : { ...pattern, client_id: mark };
  };
  return [
    ...Array.from({ length: before }, (_, index) => filler('!', index)),
    ...items,
    ...Array.from({ length: after }, (_, index) => filler('~', index)),
  ];
}

/** Where a list by checkpoint goes on: the place that the recorded token names. */
export function localCursor(): string {
  return encodeCursor('');
}

function seedOrganization(tenant: Tenant, { id, items }: { id: string; items: readonly JsonObject[] }): void {
  const organization = tenant.state.organization(id);
  organization.grants.clear();
  for (const item of items) {
    putGrant(tenant, item);
    organization.grants.add(textOf(item['id']));
  }
}

/** A client that a search for an organisation found has a grant for it. */
function seedFound(tenant: Tenant, organization: string, { client_id: clientId }: JsonObject): void {
  const id = newGrantId();
  putGrant(tenant, { id, client_id: clientId ?? '', audience: UNSEEN_API, scope: [] });
  tenant.state.organization(organization).grants.add(id);
}

function seedOrganizationsOf(tenant: Tenant, { grant, items }: { grant: string; items: readonly JsonObject[] }): void {
  ensureGrant(tenant, grant);
  for (const { id, ...fields } of items) {
    const organization = tenant.state.organization(textOf(id));
    organization.fields = fields;
    organization.grants.add(grant);
  }
}

function putClient({ state }: Tenant, body: JsonObject): void {
  const { client_id: id, ...fields } = body;
  // Not shown beside other ways to authenticate, but still there.
  if (fields['client_authentication_methods'] !== undefined) fields['client_secret'] ??= newSecret();
  state.clients.set(textOf(id), { id: textOf(id), fields });
}

function putResourceServer({ state }: Tenant, body: JsonObject): void {
  const { id, identifier, ...fields } = body;
  const known = state.resourceServer(textOf(identifier));
  if (known !== undefined) state.removeResourceServer(known);
  state.addResourceServer({ id: textOf(id), identifier: textOf(identifier), fields });
}

function putGrant({ state }: Tenant, body: JsonObject): void {
  const { id, ...fields } = body;
  state.addGrant({ id: textOf(id), fields });
}

function putCredential({ state }: Tenant, clientId: string, body: JsonObject): void {
  const { id, ...fields } = body;
  state.credentials.set(textOf(id), { id: textOf(id), clientId, fields, pem: undefined });
}

function ensureClient(tenant: Tenant, id: string, settings: JsonObject = {}): boolean {
  if (tenant.state.clients.has(id)) return false;
  tenant.state.clients.set(id, { id, fields: newClientFields({ name: 'Unseen', ...settings }, tenant) });
  return true;
}

function ensureResourceServer(tenant: Tenant, idOrIdentifier: string): boolean {
  if (tenant.state.resourceServer(idOrIdentifier) !== undefined) return false;
  const isId = /^[0-9a-f]{24}$/.test(idOrIdentifier);
  const identifier = isId ? `${UNSEEN_API}${idOrIdentifier}` : idOrIdentifier;
  const server = newResourceServer({ identifier }, tenant);
  tenant.state.addResourceServer(isId ? { ...server, id: idOrIdentifier } : server);
  return true;
}

function ensureGrant(tenant: Tenant, id: string): boolean {
  const { state, apiDate } = tenant;
  if (state.grants.get(id) !== undefined) return false;
  const client = newClientId();
  ensureClient(tenant, client);
  ensureResourceServer(tenant, UNSEEN_API);
  const era: JsonObject = apiDate.has('grantSubjectType') ? { subject_type: 'client' } : {};
  state.addGrant({ id, fields: { client_id: client, audience: UNSEEN_API, scope: [], ...era } });
  return true;
}

/** What a client is to authenticate with must be there; and with keys its own tokens are signed with RS256. */
function seedKeys(tenant: Tenant, clientId: string, body: Json): void {
  if (!isJsonObject(body)) return;
  const methods = objectOr(body['client_authentication_methods']);
  const isKey = methods['private_key_jwt'] !== undefined;
  for (const id of referencesIn(methods)) ensureCredential(tenant, clientId, id, isKey ? 'public_key' : 'x509_cert');
  for (const id of referencesIn(body)) ensureCredential(tenant, clientId, id);
  const client = tenant.state.clients.get(clientId);
  if (!isKey || client === undefined) return;
  client.fields['jwt_configuration'] = { alg: 'RS256', ...objectOr(client.fields['jwt_configuration']) };
}

function ensureCredential(tenant: Tenant, clientId: string, id: string, type = 'public_key'): boolean {
  if (tenant.state.credentials.has(id)) return false;
  const now = new Date(tenant.now()).toISOString();
  putCredential(tenant, clientId, { id, credential_type: type, created_at: now, updated_at: now });
  return true;
}

/** What may be so of a token request: that all it claims is right, or that one thing is not. */
export const TOKEN_ASSUMPTIONS = ['right', 'wrong secret', 'no grant', 'unknown API', 'grant type off'] as const;
export type TokenAssumption = (typeof TOKEN_ASSUMPTIONS)[number];

/** What a token request shows: the client, its secret, the API, and that the one may use the other. */
export function seedTokenRequest(tenant: Tenant, form: JsonObject, assumption: TokenAssumption): void {
  const { client_id: clientId, client_secret: secret, audience } = form;
  if (typeof clientId !== 'string') return;
  ensureClient(tenant, clientId, assumption === 'grant type off' ? { grant_types: ['authorization_code'] } : {});
  const client = tenant.state.clients.get(clientId);
  if (client !== undefined && typeof secret === 'string' && assumption !== 'wrong secret') {
    client.fields = { ...client.fields, client_secret: secret };
  }
  if (typeof audience !== 'string' || assumption === 'unknown API') return;
  ensureResourceServer(tenant, audience);
  if (assumption === 'no grant') return;
  // A client of the Management API that may do nothing there would not ask; of any other API nothing is known.
  const scope = audience.endsWith('/api/v2/') ? ['read:clients'] : [];
  const fields = { client_id: clientId, audience, scope, subject_type: 'client' };
  tenant.state.addGrant({ id: newGrantId(), fields });
}
