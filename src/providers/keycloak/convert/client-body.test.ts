import { describe, expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { changedClient, fieldsAsFound, settingsAsTheyStand } from './client-body.ts';
import { NO_OTHER_SCOPES, NO_USER_FLOWS } from '../fields.ts';
import type { ClientFields } from '../fields.ts';
import { makeKey } from '../../../credentials/private-key-jwt/make.ts';
import { publicJwk } from '../../../model/secrets/public-jwk.ts';
import { registeredKey } from './keys.ts';
import { clientRepresentation } from './representations.ts';
import { KeycloakApi } from '../http/api.ts';
import { PolicyRules } from '../policies/policy-rules.ts';
import { NO_ROLES } from '../roles/role-names.ts';

const FIELDS: ClientFields = {
  stack: 'acme',
  name: 'orders',
  owner: 'team',
  clientId: 'orders',
  description: '',
  labels: {},
  enabled: true,
  protocol: 'openid-connect',
  access: {},
  otherScopes: NO_OTHER_SCOPES,
  protocolMappers: [],
  flows: NO_USER_FLOWS,
  publicClient: false,
  bearerOnly: false,
  consentRequired: false,
  authorizationServices: false,
  fullScopeAllowed: false,
  redirectUris: [],
  webOrigins: [],
  authenticator: 'client-secret',
  auth: 'client_secret_basic',
  signingAlg: null,
  identity: {},
  strayKeys: [],
  endedKeys: [],
  tokenLifetime: null,
  senderConstrained: 'dpop',
  tokenAlg: null,
  tokenType: null,
  overlap: null,
  rotateEvery: 7_776_000,
  attributes: {},
  serviceAccount: 'enabled',
  roles: NO_ROLES,
  roleParts: NO_ROLES,
  groups: [],
  scopeMappings: NO_ROLES,
};

it('the body of a write: says all that a client is where one thing changes, but for secrets and mappers', () => {
  const body = changedClient(FIELDS, { ...FIELDS, description: 'new' });
  expect(body).toMatchObject({
    description: 'new',
    protocol: 'openid-connect',
    clientAuthenticatorType: 'client-secret',
    consentRequired: false,
    fullScopeAllowed: false,
    publicClient: false,
    attributes: { 'dpop.bound.access.tokens': 'true', 'grantry.stack': 'acme' },
  });
  expect(Object.keys(body ?? {})).not.toEqual(expect.arrayContaining(['secret']));
  expect(body).not.toHaveProperty('protocolMappers');
});

it('the body of a write: sends nothing where nothing changes that a PUT takes', () => {
  expect(changedClient(FIELDS, { ...FIELDS })).toBeUndefined();
  expect(changedClient(FIELDS, { ...FIELDS, access: { stock: { scopes: ['a'], onRequest: [] } } })).toBeUndefined();
});

it('the body of a write: leaves the keys of a client whose owner keeps them, and what they may sign with', () => {
  const kept = {
    ...FIELDS,
    auth: 'private_key_jwt',
    authenticator: 'client-jwt',
    signingAlg: 'any',
    strayKeys: ['mine'],
  };
  const { attributes } = changedClient({ ...kept, owner: null }, kept) ?? {};
  expect(attributes).toMatchObject({ 'token.endpoint.auth.signing.alg': '' });
  expect(Object.keys(Object(attributes))).not.toContain('jwks.string');
  // Of a client that logs in with a secret too.
  const beside = { ...FIELDS, strayKeys: ['mine'] };
  expect(Object.keys(Object(changedClient({ ...beside, owner: null }, beside)?.['attributes']))).not.toContain(
    'jwks.string',
  );
  expect(changedClient(beside, FIELDS)).toMatchObject({ attributes: { 'jwks.string': '' } });
});

it('the body of a write: notes the roles of the account and of the scope, by which both are looked at again', () => {
  const scopeMappings = { realm: ['reader'], clients: {} };
  const body = changedClient(FIELDS, { ...FIELDS, scopeMappings });
  expect(body).toMatchObject({ attributes: { 'grantry.declared': expect.stringContaining('"realm":["reader"]') } });
});

it('the body of a write: empties attributes that are to go, and takes mappers away', () => {
  const before = {
    ...FIELDS,
    attributes: { ...FIELDS.attributes, 'some.grant.enabled': '(set)' },
    protocolMappers: ['x'],
  };
  expect(changedClient(before, FIELDS)).toMatchObject({
    attributes: { 'some.grant.enabled': '' },
    protocolMappers: [],
  });
});

it('the body of a write: leaves settings as they stand where something else is written, and sends nothing that is or was secret', () => {
  const client = clientRepresentation.parse({
    id: '1',
    clientId: 'orders',
    enabled: true,
    secret: 'CANARY',
    clientAuthenticatorType: 'client-jwt',
    consentRequired: true,
    attributes: {
      'client.secret.rotated': 'CANARY',
      'client.secret.creation.time': '1',
      'client.secret.rotated.expiration.time': '2',
      'client.secret.authentication.allowed.method': 'client_secret_post',
      realm_client: 'false',
      'dpop.bound.access.tokens': 'true',
    },
  });
  const settings = settingsAsTheyStand(client);
  expect(settings).toMatchObject({ clientAuthenticatorType: 'client-jwt', consentRequired: true });
  expect(settings.attributes).toEqual({
    'client.secret.authentication.allowed.method': 'client_secret_post',
    'dpop.bound.access.tokens': 'true',
  });
  // Somebody may disable or describe it at this very moment.
  expect(settings).not.toHaveProperty('enabled');
  expect(settings).not.toHaveProperty('description');
  expect(JSON.stringify(settings)).not.toContain('CANARY');
});

it('settingsAsTheyStand: sends no mask back, which would become the value', () => {
  const row = { id: '1', clientId: 'orders', secret: '**********', attributes: { shown: 'x', hidden: '**********' } };
  const settings = settingsAsTheyStand(clientRepresentation.parse(row));
  expect(settings.attributes).toEqual({ shown: 'x' });
  expect(JSON.stringify(settings)).not.toContain('***');
});

const [NEW, OLD] = await Promise.all([makeKey('ES256'), makeKey('ES256')]);

describe('fieldsAsFound', () => {
  const old = { ...registeredKey(publicJwk(OLD), 8), grantry_exp: 10 };
  const jwks = { keys: [registeredKey(publicJwk(NEW), 9), old] };
  const written = clientRepresentation.parse({
    id: '1',
    clientId: 'orders',
    clientAuthenticatorType: 'client-jwt',
    attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify(jwks) },
  });
  const rules = new PolicyRules(new KeycloakApi(keycloakSettings(), portsOver(fetch), givenTokens()));
  const endedAfter = async (before: ClientFields | undefined) => {
    const context = { before, after: FIELDS, account: FIELDS, now: 11, sent: {} };
    return (await fieldsAsFound(written, context, rules))['endedKeys'];
  };

  it('says that a key past its overlap is still there where it was to go', async () => {
    expect(await endedAfter({ ...FIELDS, endedKeys: [OLD.keyId] })).toEqual([OLD.keyId]);
  });

  it('says nothing of one that the plan keeps, or that ended since', async () => {
    expect(await endedAfter(FIELDS)).toEqual([]);
    expect(await endedAfter(undefined)).toEqual([]);
  });
});
