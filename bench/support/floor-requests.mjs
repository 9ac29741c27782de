// The requests that a change or a proof cannot do without, as bench/floors/send-requests.mjs sends them.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout } from '../../scripts/process.mjs';
import { ROLE } from './estate.mjs';
import { timeNode } from './timing.mjs';

const ISSUER = 'http://localhost/realms/bench';

/** Where the bare scripts find what they read. */
export function placeOf({ name, folders }) {
  return { realm: name, mount: name, folders: folders.map((folder) => `m2m/${folder}`) };
}

/** Runs the bare script that sends these phases of requests to a place, after it has read it where `reads` says so. */
export function sendRequests(place, phases, servers, { reads = false } = {}) {
  const file = join(checkout, '.cache/bench', place.realm, 'requests.json');
  mkdirSync(dirname(file), { recursive: true });
  const { realm, mount } = place;
  writeFileSync(file, JSON.stringify({ realm, mount, read: reads ? [place] : [], phases }));
  return timeNode(['bench/floors/send-requests.mjs'], { env: { BENCH_FLOOR: JSON.stringify({ file, ...servers }) } });
}

/** The client scopes of the Apis, and all clients with their documents. */
export function creationOf({ clients, scopes }, roleId) {
  return [scopes.map((scope) => [createScope(scope)]), clients.map((client) => createClient(client, roleId))];
}

function createScope({ name, api, description }) {
  const config = {
    'included.custom.audience': `https://${api}.internal`,
    'access.token.claim': 'true',
    'id.token.claim': 'false',
    'introspection.token.claim': 'true',
  };
  const mapper = {
    name: `audience https://${api}.internal`,
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config,
  };
  const attributes = {
    'grantry.stack': 'floor',
    'grantry.owner': 'team-000',
    'grantry.api': api,
    'include.in.token.scope': 'true',
    'display.on.consent.screen': 'false',
  };
  const json = { name, description, protocol: 'openid-connect', attributes, protocolMappers: [mapper] };
  return { to: 'keycloak', method: 'POST', path: '/client-scopes', json };
}

function createClient({ name, team, description, stage, path, scopes, onRequest, audiences, declaresRole }, roleId) {
  const secret = randomBytes(48).toString('base64url');
  const marks = { grantry_stack: 'floor', grantry_client: name, grantry_owner: team, grantry_state: 'active' };
  const data = {
    client_id: name,
    client_secret: secret,
    token_url: `${ISSUER}/protocol/openid-connect/token`,
    issuer: ISSUER,
    audience: audiences.map((api) => `https://${api}.internal`).join(' '),
    scopes: scopes.join(' '),
    scopes_on_request: onRequest.join(' '),
    auth_method: 'client_secret_basic',
    rotated_at: new Date().toISOString(),
  };
  const json = {
    ...M2M_CLIENT,
    clientId: name,
    description,
    secret,
    defaultClientScopes: declaresRole ? [...scopes, 'roles'] : scopes,
    optionalClientScopes: onRequest,
    attributes: {
      'grantry.label.tier': 'backend',
      'grantry.label.stage': stage,
      'grantry.stack': 'floor',
      'grantry.name': name,
      'grantry.owner': team,
      'grantry.declared': '{"attributes":[],"roles":{"realm":[],"clients":{}}}',
      'grantry.delivered': JSON.stringify({ at: 1, place: `floor/m2m/${path}`, path, facts: '0123456789abcdef' }),
      'client.secret.authentication.allowed.method': 'client_secret_basic',
      'client.secret.creation.time': '1',
      'access.token.lifespan': '300',
    },
  };
  const roles = [{ id: roleId, name: ROLE }];
  return [
    { to: 'vault', method: 'POST', path: `metadata/m2m/${path}`, json: { custom_metadata: marks } },
    { to: 'vault', method: 'POST', path: `data/m2m/${path}`, json: { options: { cas: 0 }, data } },
    { to: 'keycloak', method: 'POST', path: '/clients', json, keep: 'client' },
    ...(declaresRole
      ? [
          { to: 'keycloak', method: 'GET', path: '/clients/{client}/service-account-user', keep: 'user' },
          { to: 'keycloak', method: 'POST', path: '/users/{user}/role-mappings/realm', json: roles },
          { to: 'keycloak', method: 'POST', path: '/clients/{client}/scope-mappings/realm', json: roles },
        ]
      : []),
  ];
}

const M2M_CLIENT = {
  enabled: true,
  protocol: 'openid-connect',
  standardFlowEnabled: false,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: true,
  publicClient: false,
  bearerOnly: false,
  consentRequired: false,
  authorizationServicesEnabled: false,
  fullScopeAllowed: false,
  redirectUris: [],
  webOrigins: [],
  clientAuthenticatorType: 'client-secret',
};

/**
 * The documents are read, new secrets made, documents written, a token asked for, and the clients marked. The secret of the
 * document stays as it is, so that the bare script needs to know nothing; the one before is still accepted.
 */
export function rotationOf(clients, ids) {
  return clients.map(({ name, path }) => [
    { to: 'vault', method: 'GET', path: `data/m2m/${path}`, keep: 'document' },
    { to: 'keycloak', method: 'POST', path: `/clients/${ids.get(name)}/client-secret` },
    { to: 'vault', method: 'PATCH', path: `data/m2m/${path}`, json: { data: { floor: new Date().toISOString() } } },
    { to: 'token' },
    { to: 'keycloak', method: 'PUT', path: `/clients/${ids.get(name)}`, json: { attributes: { floor: '1' } } },
  ]);
}

/** Each credential is read from the store, and tokens asked for: with what is granted, with the rest, and with too much. */
export function proofOf({ clients }) {
  return clients.map(({ path, onRequest, refused }) => [
    { to: 'vault', method: 'GET', path: `data/m2m/${path}`, keep: 'document' },
    { to: 'token' },
    { to: 'token', scope: onRequest.join(' ') },
    { to: 'token', scope: refused, allowed: [400] },
  ]);
}
