import { afterEach, describe, expect, it } from 'vitest';
import { startAuth0Emulator } from './start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { textOf } from '../../../demo/auth0/emulator/json.ts';
import type { JsonObject } from '../../../demo/auth0/emulator/json.ts';
import { logIn } from './management-client.ts';
import type { ManagementClient } from './management-client.ts';

let emulator: Auth0Emulator;

afterEach(() => emulator.close());

async function start(options: EmulatorOptions = {}): Promise<ManagementClient> {
  emulator = await startAuth0Emulator(options);
  return logIn(emulator);
}

const create = (api: ManagementClient, settings: JsonObject = {}): Promise<JsonObject> =>
  api.ok('POST', '/clients', { name: 'orders', ...settings });

describe('a new client', () => {
  it('gets the defaults of the API, which are not those of a machine', async () => {
    const made = await create(await start(), { app_type: 'non_interactive' });
    expect(made).toMatchObject({
      grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
      jwt_configuration: { lifetime_in_seconds: 36_000, secret_encoded: false },
      is_first_party: true,
      encrypted: true,
    });
    expect(made).not.toHaveProperty('token_endpoint_auth_method');
    expect(made['client_id']).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(made['client_secret']).toMatch(/^[\w-]{64}$/);
  });

  it('may have the name of another', async () => {
    const api = await start();
    expect((await create(api))['client_id']).not.toBe((await create(api))['client_id']);
  });

  it('is not completed inside a jwt_configuration that was sent', async () => {
    const made = await create(await start(), { jwt_configuration: { alg: 'RS256' } });
    expect(made['jwt_configuration']).toEqual({ alg: 'RS256', secret_encoded: false });
  });

  it('does not show the private key of its answer again', async () => {
    const api = await start();
    const { client_id: id } = await create(api);
    const read = await api.ok('GET', `/clients/${textOf(id)}`);
    expect(read).not.toHaveProperty('encrypted');
    expect(JSON.stringify(read)).not.toContain('PRIVATE KEY');
  });
});

describe('requests that the real API refuses', () => {
  const refused: readonly [string, JsonObject, string][] = [
    [
      'unknown properties, all at once',
      { name: 'a', client_id: 'x', foo: 1 },
      'Additional properties not allowed: client_id,foo',
    ],
    ['a missing name', {}, 'Missing required property: name'],
    ['a name with brackets', { name: '<b>' }, 'String does not match pattern ^[^<>]+$: <b>'],
    ['a wrong type', { name: 'a', oidc_conformant: 'yes' }, 'Expected type boolean but found type string'],
    ['a long description', { name: 'a', description: 'x'.repeat(141) }, 'String is too long (141 chars), maximum 140'],
    ['an unknown kind', { name: 'a', app_type: 'machine' }, 'No enum match for: machine'],
    ['a secret of the caller', { name: 'a', client_secret: 'x' }, 'Additional properties not allowed: client_secret'],
    [
      'too much metadata',
      { name: 'a', client_metadata: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, 'v'])) },
      'Too many properties defined (11), maximum 10',
    ],
  ];

  it.each(refused)('%s', async (_what, body, reason) => {
    const reply = await (await start()).call('POST', '/clients', body);
    expect(reply).toMatchObject({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', errorCode: 'invalid_body' },
    });
    expect(reply.body).toHaveProperty('message', expect.stringContaining(`Payload validation error: '${reason}'`));
    expect(emulator.state.clients.size).toBe(2);
  });

  it('names the property that is wrong', async () => {
    const api = await start();
    const { body } = await api.call('POST', '/clients', { name: 'a', jwt_configuration: { alg: 'none' } });
    expect(body).toHaveProperty(
      'message',
      expect.stringContaining('on property jwt_configuration.alg ({description}).'),
    );
  });

  it('a body that is no JSON, and one beyond a megabyte', async () => {
    const api = await start();
    const send = (body: string): Promise<Response> =>
      fetch(`${emulator.url}/api/v2/clients`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.token}` },
        body,
      });
    expect((await send('{')).status).toBe(400);
    expect((await send(JSON.stringify({ name: 'x'.repeat(1_100_000) }))).status).toBe(413);
  });

  it('an empty PATCH and one of a property that only a creation takes', async () => {
    const api = await start();
    const path = `/clients/${textOf((await create(api))['client_id'])}`;
    expect(await api.call('PATCH', path, {})).toMatchObject({ status: 400 });
    expect(await api.call('PATCH', path, { resource_server_identifier: 'https://x' })).toMatchObject({ status: 400 });
  });

  it('a client that is not there', async () => {
    const api = await start();
    const missing = { status: 404, body: { errorCode: 'inexistent_client', message: 'The client does not exist' } };
    expect(await api.call('GET', '/clients/nobody')).toMatchObject(missing);
    expect(await api.call('PATCH', '/clients/nobody', { name: 'a' })).toMatchObject(missing);
    expect(await api.call('POST', '/clients/nobody/rotate-secret')).toMatchObject(missing);
  });
});

describe('PATCH', () => {
  it('merges metadata by key, and null deletes a key', async () => {
    const api = await start();
    const path = `/clients/${textOf((await create(api, { client_metadata: { foo: 'a', bar: 'b' } }))['client_id'])}`;
    const changed = await api.ok('PATCH', path, { client_metadata: { foo: null, new: 'c' } });
    expect(changed['client_metadata']).toEqual({ bar: 'b', new: 'c' });
    const emptied = await api.ok('PATCH', path, { client_metadata: { bar: null, new: null } });
    expect(emptied['client_metadata']).toEqual({});
  });

  it('counts the keys that are there after it', async () => {
    const api = await start();
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`k${n}`, 'v']));
    const path = `/clients/${textOf((await create(api, { client_metadata: ten }))['client_id'])}`;
    expect(await api.call('PATCH', path, { client_metadata: { more: 'x' } })).toMatchObject({ status: 400 });
    expect(await api.call('PATCH', path, { client_metadata: { more: 'x', k0: null } })).toMatchObject({ status: 200 });
  });

  it.each([
    ['clear', {}],
    ['keep', { a: 'b' }],
  ] as const)('of empty metadata does what the switch says: %s', async (emptyMetadata, expected) => {
    const api = await start({ switches: { emptyMetadata } });
    const path = `/clients/${textOf((await create(api, { client_metadata: { a: 'b' } }))['client_id'])}`;
    expect((await api.ok('PATCH', path, { client_metadata: {} }))['client_metadata']).toEqual(expected);
  });

  it('replaces lists whole, and takes away what is set to null', async () => {
    const api = await start();
    const quota = { client_credentials: { per_hour: 5 } };
    const path = `/clients/${textOf((await create(api, { token_quota: quota }))['client_id'])}`;
    const changed = await api.ok('PATCH', path, { grant_types: ['client_credentials'], token_quota: null });
    expect(changed['grant_types']).toEqual(['client_credentials']);
    expect(changed).not.toHaveProperty('token_quota');
  });
});

describe('secrets', () => {
  it('are replaced by a rotation, or by one of the caller', async () => {
    const api = await start();
    const made = await create(api);
    const path = `/clients/${textOf(made['client_id'])}`;
    const rotated = await api.ok('POST', `${path}/rotate-secret`);
    expect(rotated['client_secret']).toMatch(/^[\w-]{64}$/);
    expect(rotated['client_secret']).not.toBe(made['client_secret']);
    expect((await api.ok('PATCH', path, { client_secret: 'staged' }))['client_secret']).toBe('staged');
  });

  it('are hidden from a token without read:client_keys', async () => {
    const api = await start({ scopes: ['read:clients', 'create:clients', 'update:clients'] });
    const made = await create(api);
    const path = `/clients/${textOf(made['client_id'])}`;
    for (const shown of [made, await api.ok('GET', path), await api.ok('PATCH', path, { name: 'b' })]) {
      expect(shown).not.toHaveProperty('client_secret');
    }
    expect(await api.call('PATCH', path, { client_secret: 'x' })).toMatchObject({
      status: 403,
      body: { errorCode: 'insufficient_scope', message: 'Insufficient scope, expected any of: update:client_keys' },
    });
    expect(await api.call('POST', `${path}/rotate-secret`)).toMatchObject({ status: 403 });
  });

  it('may be given on creation where the switch says so', async () => {
    const made = await create(await start({ switches: { secretOnCreate: 'accept' } }), { client_secret: 'mine' });
    expect(made['client_secret']).toBe('mine');
  });
});

describe('DELETE', () => {
  it('is idempotent, and takes the grants of the client along', async () => {
    const api = await start();
    const id = textOf((await create(api))['client_id']);
    await api.ok('POST', '/resource-servers', { identifier: 'https://api' });
    const grant = await api.ok('POST', '/client-grants', { client_id: id, audience: 'https://api', scope: [] });
    expect(await api.call('DELETE', `/clients/${id}`)).toMatchObject({ status: 204, body: null });
    expect(await api.call('DELETE', `/clients/${id}`)).toMatchObject({ status: 204 });
    expect(await api.call('GET', `/client-grants/${textOf(grant['id'])}`)).toMatchObject({ status: 404 });
  });
});
