import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { startAuth0Emulator } from './start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { isJsonObject, textOf } from '../../../demo/auth0/emulator/json.ts';
import type { Json, JsonObject } from '../../../demo/auth0/emulator/json.ts';
import { logIn, replyOf, requestToken } from './management-client.ts';
import type { ManagementClient } from './management-client.ts';

const AUDIENCE = 'https://inventory.internal';

let emulator: Auth0Emulator;

afterEach(() => emulator.close());

interface Fixture {
  readonly api: ManagementClient;
  readonly id: string;
  readonly secret: string;
  /** Of the client itself. */
  readonly path: string;
  readonly ask: (more?: Record<string, string>) => ReturnType<typeof requestToken>;
}

/** A machine with a grant of read and write. */
async function start(options: EmulatorOptions = {}, settings: JsonObject = {}, api: JsonObject = {}): Promise<Fixture> {
  emulator = await startAuth0Emulator(options);
  const management = await logIn(emulator);
  const scopes = ['read', 'write', 'purge'].map((value) => ({ value }));
  await management.ok('POST', '/resource-servers', { identifier: AUDIENCE, scopes, token_lifetime: 300, ...api });
  const made = await management.ok('POST', '/clients', {
    name: 'orders',
    grant_types: ['client_credentials'],
    ...settings,
  });
  const [id, secret] = [textOf(made['client_id']), textOf(made['client_secret'])];
  await management.ok('POST', '/client-grants', { client_id: id, audience: AUDIENCE, scope: ['read', 'write'] });
  const ask = (more: Record<string, string> = {}): ReturnType<typeof requestToken> =>
    requestToken(emulator, { client_id: id, client_secret: secret, audience: AUDIENCE, ...more });
  return { api: management, id, secret, path: `/clients/${id}`, ask };
}

async function verified(body: Json): Promise<{ claims: Record<string, unknown>; typ: unknown }> {
  const token = textOf(isJsonObject(body) ? body['access_token'] : undefined);
  const keys = createRemoteJWKSet(new URL(`${emulator.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(token, keys, { issuer: `https://${emulator.domain}/`, algorithms: ['RS256'] });
  return { claims: payload, typ: decodeProtectedHeader(token).typ };
}

describe('a token', () => {
  it('carries the claims of Auth0, and all scopes of the grant', async () => {
    const { id, ask } = await start();
    const { status, body } = await ask();
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 300, scope: 'read write' },
    });
    const { claims, typ } = await verified(body);
    const iat = Number(claims['iat']);
    expect({ claims, typ }).toEqual({
      typ: 'JWT',
      claims: {
        iss: `https://${emulator.domain}/`,
        sub: `${id}@clients`,
        aud: AUDIENCE,
        iat,
        exp: iat + 300,
        scope: 'read write',
        gty: 'client-credentials',
        azp: id,
      },
    });
  });

  it('of RFC 9068 names the client otherwise, and the permissions where the API enforces them', async () => {
    const dialect = { token_dialect: 'rfc9068_profile_authz', enforce_policies: true };
    const { id, ask } = await start({}, {}, dialect);
    const { claims, typ } = await verified((await ask()).body);
    expect(typ).toBe('at+jwt');
    expect(claims).toMatchObject({ client_id: id, permissions: ['read', 'write'], jti: expect.any(String) });
    expect(claims).not.toHaveProperty('azp');
    expect(claims).not.toHaveProperty('gty');
  });

  it('holds the scopes that were asked for, and no others can be had', async () => {
    const { ask } = await start();
    expect((await ask({ scope: 'write' })).body).toMatchObject({ scope: 'write' });
    expect(await ask({ scope: 'purge' })).toMatchObject({
      status: 403,
      body: { error: 'access_denied', error_description: 'Client has not been granted scopes: purge' },
    });
  });

  it('says nothing of scopes where there are none', async () => {
    const { api, id, ask } = await start();
    const [grant] = emulator.state.grantsOf(id);
    await api.ok('PATCH', `/client-grants/${grant?.id ?? ''}`, { scope: [] });
    expect((await ask()).body).not.toHaveProperty('scope');
  });

  it('can be asked for as JSON and by Basic', async () => {
    const { id, secret } = await start();
    const form = { grant_type: 'client_credentials', audience: AUDIENCE };
    const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    expect(await requestToken(emulator, form, { authorization: basic })).toMatchObject({ status: 200 });
    const response = await fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...form, client_id: id, client_secret: secret }),
    });
    expect(response.status).toBe(200);
  });
});

describe('no token', () => {
  it('for a wrong secret or an unknown client', async () => {
    const { ask } = await start();
    const denied = { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } };
    expect(await ask({ client_secret: 'wrong' })).toMatchObject(denied);
    expect(await ask({ client_id: 'nobody' })).toMatchObject(denied);
  });

  it('without a grant, for an unknown API, or with the grant type off', async () => {
    const { api, path, id, ask } = await start();
    expect((await ask({ audience: 'https://none' })).body).toMatchObject({
      error_description: 'Service not enabled within domain: https://none',
    });
    const [grant] = emulator.state.grantsOf(id);
    await api.call('DELETE', `/client-grants/${grant?.id ?? ''}`);
    expect(await ask()).toMatchObject({
      status: 403,
      body: { error_description: expect.stringContaining('client-grant') },
    });
    await api.ok('PATCH', path, { grant_types: ['implicit'] });
    expect((await ask()).body).toMatchObject({ error: 'unauthorized_client' });
  });

  it('beyond an enforced quota', async () => {
    const quota = { token_quota: { client_credentials: { enforce: true, per_hour: 1 } } };
    const { ask } = await start({}, quota);
    expect((await ask()).status).toBe(200);
    const { status, headers } = await ask();
    expect(status).toBe(429);
    expect(headers.get('auth0-client-quota-limit')).toMatch(/^b=per_hour;q=1;r=0;t=\d+$/);
  });
});

describe('a rotated secret', () => {
  it('replaces the old one at once', async () => {
    const { api, path, ask } = await start();
    const { client_secret: secret } = await api.ok('POST', `${path}/rotate-secret`);
    expect((await ask()).status).toBe(401);
    expect((await ask({ client_secret: textOf(secret) })).status).toBe(200);
  });

  it('leaves the old one for as long as the switch says', async () => {
    let now = 1_800_000_000_000;
    const { api, path, ask } = await start({ now: () => now, switches: { secretLag: 30_000 } });
    await api.ok('POST', `${path}/rotate-secret`);
    now += 29_999;
    expect((await ask()).status).toBe(200);
    now += 1;
    expect((await ask()).status).toBe(401);
  });
});

const list = async (headers: Record<string, string>): Promise<unknown> =>
  replyOf(await fetch(`${emulator.url}/api/v2/clients`, { headers }));

describe('the Management API', () => {
  it('takes only its own tokens', async () => {
    const { ask } = await start();
    const foreign = await ask();
    const token = textOf(isJsonObject(foreign.body) ? foreign.body['access_token'] : undefined);
    expect(await list({})).toMatchObject({ status: 401 });
    expect(await list({ authorization: 'Bearer x' })).toMatchObject({
      status: 401,
      body: { message: 'Invalid token.' },
    });
    expect(await list({ authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
  });

  it('asks for the scope of each endpoint', async () => {
    emulator = await startAuth0Emulator({ scopes: ['read:clients'] });
    const api = await logIn(emulator);
    expect(await api.call('GET', '/clients')).toMatchObject({ status: 200 });
    expect(await api.call('POST', '/client-grants', {})).toMatchObject({
      status: 403,
      body: {
        statusCode: 403,
        error: 'Forbidden',
        message: 'Insufficient scope, expected any of: create:client_grants',
        errorCode: 'insufficient_scope',
      },
    });
  });

  it('is described with the token endpoint', async () => {
    emulator = await startAuth0Emulator({ domain: 'acme-dev.eu.auth0.com' });
    const { body } = await replyOf(await fetch(`${emulator.url}/.well-known/openid-configuration`));
    expect(body).toMatchObject({
      issuer: 'https://acme-dev.eu.auth0.com/',
      token_endpoint: 'https://acme-dev.eu.auth0.com/oauth/token',
      jwks_uri: 'https://acme-dev.eu.auth0.com/.well-known/jwks.json',
    });
  });
});
