import { afterEach, describe, expect, it } from 'vitest';
import { startAuth0Emulator } from './start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { textOf } from '../../../demo/auth0/emulator/json.ts';
import type { JsonObject } from '../../../demo/auth0/emulator/json.ts';
import { logIn } from './management-client.ts';
import type { ManagementClient } from './management-client.ts';

const AUDIENCE = 'https://inventory.internal';
const SCOPES = [{ value: 'read', description: 'Read' }, { value: 'write' }];

let emulator: Auth0Emulator;

afterEach(() => emulator.close());

/** A tenant with one API and one client. */
async function start(
  options: EmulatorOptions = {},
): Promise<{ api: ManagementClient; server: string; client: string }> {
  emulator = await startAuth0Emulator(options);
  const api = await logIn(emulator);
  const { id } = await api.ok('POST', '/resource-servers', { identifier: AUDIENCE, name: 'Inventory', scopes: SCOPES });
  const { client_id: client } = await api.ok('POST', '/clients', { name: 'orders' });
  return { api, server: `/resource-servers/${textOf(id)}`, client: textOf(client) };
}

const grantOf = (client: string, more: JsonObject = {}): JsonObject => ({
  client_id: client,
  audience: AUDIENCE,
  scope: ['read'],
  ...more,
});

describe('resource servers', () => {
  it('have the defaults of the API', async () => {
    const { api } = await start();
    expect(await api.ok('POST', '/resource-servers', { identifier: 'https://other' })).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      identifier: 'https://other',
      allow_offline_access: false,
      skip_consent_for_verifiable_first_party_clients: false,
      subject_type_authorization: { client: { policy: 'require_client_grant' }, user: { policy: 'allow_all' } },
      token_lifetime: 86_400,
      token_lifetime_for_web: 7200,
      signing_alg: 'RS256',
    });
  });

  it('are found by id and by identifier', async () => {
    const { api, server } = await start();
    const byIdentifier = await api.ok('GET', `/resource-servers/${encodeURIComponent(AUDIENCE)}`);
    expect(byIdentifier).toEqual(await api.ok('GET', server));
  });

  it('have one identifier each, which never changes', async () => {
    const { api, server } = await start();
    expect(await api.call('POST', '/resource-servers', { identifier: AUDIENCE })).toMatchObject({
      status: 409,
      body: { error: 'Conflict', message: 'A resource server with the same identifier already exists.' },
    });
    expect(await api.call('PATCH', server, { identifier: 'https://new' })).toMatchObject({ status: 400 });
  });

  it('have each scope once', async () => {
    const { api, server } = await start();
    const reply = await api.call('PATCH', server, { scopes: [{ value: 'a' }, { value: 'b' }, { value: 'a' }] });
    expect(reply.body).toHaveProperty(
      'message',
      expect.stringContaining('Array items are not unique (indexes 0 and 2)'),
    );
  });

  it('of the system cannot be changed', async () => {
    const { api } = await start();
    const identifier = `https://${emulator.domain}/api/v2/`;
    const path = `/resource-servers/${encodeURIComponent(identifier)}`;
    expect(await api.call('PATCH', path, { scopes: [] })).toMatchObject({ status: 400 });
    expect(await api.call('DELETE', path)).toMatchObject({ status: 400 });
    expect(await api.call('POST', '/resource-servers', { identifier })).toMatchObject({ status: 400 });
  });

  it.each([
    ['delete', 0],
    ['keep', 1],
  ] as const)('leave their grants to the switch when they go: %s', async (grantsOfDeletedApi, left) => {
    const { api, server, client } = await start({ switches: { grantsOfDeletedApi } });
    await api.ok('POST', '/client-grants', grantOf(client));
    expect(await api.call('DELETE', server)).toMatchObject({ status: 204 });
    expect(await api.call('DELETE', server)).toMatchObject({ status: 204 });
    expect((await api.ok('GET', '/client-grants?take=50&audience='.concat(AUDIENCE)))['client_grants']).toHaveLength(
      left,
    );
  });

  it.each([
    ['refuse', 400, ['read']],
    ['keep-in-grants', 200, ['read']],
    ['drop-from-grants', 200, []],
  ] as const)('lose a scope in use as the switch says: %s', async (removedScopeInUse, status, scope) => {
    const { api, server, client } = await start({ switches: { removedScopeInUse } });
    const { id } = await api.ok('POST', '/client-grants', grantOf(client));
    expect(await api.call('PATCH', server, { scopes: [{ value: 'write' }] })).toMatchObject({ status });
    expect((await api.ok('GET', `/client-grants/${textOf(id)}`))['scope']).toEqual(scope);
  });
});

describe('client grants', () => {
  it('are unique per client, API and kind of subject', async () => {
    const { api, client } = await start();
    expect(await api.ok('POST', '/client-grants', grantOf(client))).toMatchObject({
      subject_type: 'client',
      scope: ['read'],
    });
    expect(await api.call('POST', '/client-grants', grantOf(client))).toMatchObject({ status: 409 });
    expect(await api.call('POST', '/client-grants', grantOf(client, { subject_type: 'user' }))).toMatchObject({
      status: 201,
    });
  });

  it('keep their ends', async () => {
    const { api, client } = await start();
    const { id } = await api.ok('POST', '/client-grants', grantOf(client));
    expect(await api.call('PATCH', `/client-grants/${textOf(id)}`, { audience: 'x', client_id: 'y' })).toMatchObject({
      status: 400,
      body: { message: "Payload validation error: 'Additional properties not allowed: audience,client_id'." },
    });
  });

  it('need both ends, and a client that may have any', async () => {
    const { api, client } = await start();
    const express = await api.ok('POST', '/clients', { name: 'express', app_type: 'express_configuration' });
    expect(await api.call('POST', '/client-grants', grantOf('nobody'))).toMatchObject({ status: 404 });
    expect(await api.call('POST', '/client-grants', grantOf(client, { audience: 'https://none' }))).toMatchObject({
      status: 404,
    });
    expect(await api.call('POST', '/client-grants', grantOf(textOf(express['client_id'])))).toMatchObject({
      status: 400,
      body: { errorCode: 'validation_error', message: 'Client of type express_configuration cannot be used' },
    });
    expect(await api.call('GET', '/client-grants/cgr_none')).toMatchObject({
      status: 404,
      body: { errorCode: 'inexistent_client_grant', message: 'The grant does not exist.' },
    });
  });

  it.each([
    ['refuse-if-any-declared', 400, 201],
    ['refuse', 400, 400],
    ['accept', 201, 201],
  ] as const)(
    'hold scopes that the API does not declare as the switch says: %s',
    async (undeclaredScopes, some, none) => {
      const { api, client } = await start({ switches: { undeclaredScopes } });
      await api.ok('POST', '/resource-servers', { identifier: 'https://bare' });
      const bare = { client_id: client, audience: 'https://bare', scope: ['anything'] };
      expect(await api.call('POST', '/client-grants', grantOf(client, { scope: ['other'] }))).toMatchObject({
        status: some,
      });
      expect(await api.call('POST', '/client-grants', bare)).toMatchObject({ status: none });
    },
  );

  it.each([
    ['drop', { scope: ['read:clients'] }],
    ['refuse', { errorCode: 'invalid_body' }],
  ] as const)(
    'of the Management API meet unknown scopes as the switch says: %s',
    async (unknownManagementScopes, body) => {
      const { api, client } = await start({ switches: { unknownManagementScopes } });
      const audience = `https://${emulator.domain}/api/v2/`;
      const wanted = grantOf(client, { audience, scope: ['read:clients', 'fly'] });
      expect(await api.call('POST', '/client-grants', wanted)).toMatchObject({ body });
    },
  );

  it('of all scopes have no scope, and get one back with an empty one', async () => {
    const { api, client } = await start();
    const made = await api.ok('POST', '/client-grants', {
      client_id: client,
      audience: AUDIENCE,
      allow_all_scopes: true,
    });
    expect(made).not.toHaveProperty('scope');
    const back = await api.ok('PATCH', `/client-grants/${textOf(made['id'])}`, { allow_all_scopes: false, scope: [] });
    expect(back).toMatchObject({ allow_all_scopes: false, scope: [] });
    const system = { client_id: client, audience: `https://${emulator.domain}/api/v2/`, allow_all_scopes: false };
    expect(await api.call('POST', '/client-grants', system)).toMatchObject({ status: 400 });
  });

  it('outlive their client for as long as the switch says', async () => {
    let now = 1_800_000_000_000;
    const { api, client } = await start({ now: () => now, switches: { cascadeLag: 5000 } });
    await api.ok('POST', '/client-grants', grantOf(client));
    await api.call('DELETE', `/clients/${client}`);
    const listed = async (): Promise<unknown> =>
      (await api.ok('GET', `/client-grants?take=9&client_id=${client}`))['client_grants'];
    expect(await listed()).toHaveLength(1);
    now += 5000;
    expect(await listed()).toHaveLength(0);
  });

  it('join organisations once', async () => {
    const { api, client } = await start();
    const { id } = await api.ok('POST', '/client-grants', grantOf(client, { organization_usage: 'allow' }));
    const path = '/organizations/org_one/client-grants';
    expect(await api.call('POST', path, { grant_id: textOf(id) })).toMatchObject({
      status: 201,
      body: { grant_id: textOf(id) },
    });
    expect(await api.call('POST', path, { grant_id: textOf(id) })).toMatchObject({ status: 409 });
    expect((await api.ok('GET', `${path}?include_totals=true`))['total']).toBe(1);
  });
});
