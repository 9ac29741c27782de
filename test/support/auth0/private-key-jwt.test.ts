import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { textOf } from '../../../demo/auth0/emulator/json.ts';
import type { JsonObject } from '../../../demo/auth0/emulator/json.ts';
import { clientAssertion } from './client-assertion.ts';
import type { AssertionParts } from './client-assertion.ts';
import { logIn, requestToken } from './management-client.ts';
import type { ManagementClient } from './management-client.ts';
import { startAuth0Emulator } from './start-emulator.ts';

const AUDIENCE = 'https://inventory.internal';
const RIGHT = { jwt_configuration: { alg: 'RS256' } };

let emulator: Auth0Emulator;

afterEach(() => emulator.close());

function keyPair(bits = 2048) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { publicKey, privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

const [first, second] = [keyPair(), keyPair()];
const credential = (pem: string, more: JsonObject = {}): JsonObject => ({
  credential_type: 'public_key',
  pem,
  ...more,
});
const methods = (...ids: string[]): JsonObject => ({ private_key_jwt: { credentials: ids.map((id) => ({ id })) } });

/** A new client that comes with its keys. */
const withKeys = (...pems: string[]): JsonObject => ({
  name: 'new',
  client_authentication_methods: { private_key_jwt: { credentials: pems.map((pem) => credential(pem)) } },
  ...RIGHT,
});

interface Fixture {
  readonly api: ManagementClient;
  readonly id: string;
  readonly secret: string;
  readonly path: string;
  /** Adds a credential and gives its id. */
  readonly add: (pem: string, more?: JsonObject) => Promise<string>;
  /** Makes these the ways to authenticate. */
  readonly enable: (...ids: string[]) => Promise<JsonObject>;
  readonly ask: (key?: typeof first, parts?: AssertionParts, more?: Record<string, string>) => Promise<number>;
  readonly askBySecret: (secret?: string) => Promise<number>;
}

async function start(options: EmulatorOptions = {}, settings: JsonObject = RIGHT): Promise<Fixture> {
  emulator = await startAuth0Emulator(options);
  const api = await logIn(emulator);
  await api.ok('POST', '/resource-servers', { identifier: AUDIENCE });
  const made = await api.ok('POST', '/clients', { name: 'orders', grant_types: ['client_credentials'], ...settings });
  const [id, secret] = [textOf(made['client_id']), textOf(made['client_secret'])];
  await api.ok('POST', '/client-grants', { client_id: id, audience: AUDIENCE, scope: [] });
  const path = `/clients/${id}`;
  return {
    api,
    id,
    secret,
    path,
    add: async (pem, more) => textOf((await api.ok('POST', `${path}/credentials`, credential(pem, more)))['id']),
    enable: (...ids) =>
      api.ok('PATCH', path, { client_authentication_methods: methods(...ids), token_endpoint_auth_method: null }),
    ask: async (key = first, parts = {}, more = {}) => {
      const { domain } = emulator;
      const form = await clientAssertion({ clientId: id, domain, key: key.privateKey }, parts);
      return (await requestToken(emulator, { audience: AUDIENCE, ...form, ...more })).status;
    },
    askBySecret: async (given = secret) =>
      (await requestToken(emulator, { audience: AUDIENCE, client_id: id, client_secret: given })).status,
  };
}

/** A client with `first` as its only key. */
async function startWithKey(options: EmulatorOptions = {}): Promise<Fixture & { readonly credentialId: string }> {
  const fixture = await start(options);
  const credentialId = await fixture.add(first.pem);
  await fixture.enable(credentialId);
  return { ...fixture, credentialId };
}

describe('a client with private_key_jwt', () => {
  it('is known by its key alone once the client names the credential', async () => {
    const { add, enable, ask, askBySecret } = await start();
    const id = await add(first.pem);
    expect(await ask()).toBe(401);
    expect(await askBySecret()).toBe(200);
    await enable(id);
    expect(await ask()).toBe(200);
    expect(await ask(second)).toBe(401);
    expect(await askBySecret()).toBe(401);
  });

  it('shows neither its secret nor the public key, and gets the very secret back with the old method', async () => {
    const { api, path, credentialId, secret, askBySecret } = await startWithKey();
    const shown = await api.ok('GET', path);
    expect(shown).toMatchObject({ client_authentication_methods: methods(credentialId) });
    expect(shown).not.toHaveProperty('client_secret');
    expect(shown).not.toHaveProperty('token_endpoint_auth_method');
    expect(await api.ok('GET', `${path}/credentials/${credentialId}`)).not.toHaveProperty('pem');
    expect(await api.call('POST', `${path}/rotate-secret`)).toMatchObject({ status: 400 });
    const back = { client_authentication_methods: null, token_endpoint_auth_method: 'client_secret_post' };
    expect((await api.ok('PATCH', path, back))['client_secret']).toBe(secret);
    expect(await askBySecret()).toBe(200);
  });

  it('shows its methods only to those who may read keys', async () => {
    emulator = await startAuth0Emulator({
      scopes: ['read:clients', 'create:clients', 'update:client_credentials', 'create:client_credentials'],
    });
    const api = await logIn(emulator);
    const body = { name: 'orders', client_authentication_methods: { private_key_jwt: { credentials: [] } }, ...RIGHT };
    const made = await api.ok('POST', '/clients', body);
    expect(await api.ok('GET', `/clients/${textOf(made['client_id'])}`)).not.toHaveProperty(
      'client_authentication_methods',
    );
  });

  it('may be known by two keys at once, by one of them again, and then the other can be deleted', async () => {
    const { api, path, credentialId, add, enable, ask } = await startWithKey();
    const newer = await add(second.pem);
    await enable(credentialId, newer);
    expect([await ask(first), await ask(second)]).toEqual([200, 200]);
    expect(await api.call('DELETE', `${path}/credentials/${credentialId}`)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('must unassociate') },
    });
    await enable(newer);
    expect([await ask(first), await ask(second)]).toEqual([401, 200]);
    expect(await api.call('DELETE', `${path}/credentials/${credentialId}`)).toMatchObject({ status: 204 });
    const listed = await api.call('GET', `${path}/credentials`);
    expect(listed.body).toEqual([expect.objectContaining({ id: newer })]);
  });

  it('is created with whole credentials, at most two', async () => {
    const { api } = await start();
    const made = await api.ok('POST', '/clients', withKeys(first.pem));
    const kid = await calculateJwkThumbprint(await exportJWK(first.publicKey));
    expect(made).toMatchObject({
      client_authentication_methods: { private_key_jwt: { credentials: [{ kid, alg: 'RS256' }] } },
    });
    const before = emulator.state.clients.size;
    const three = withKeys(first.pem, second.pem, keyPair().pem);
    expect(await api.call('POST', '/clients', three)).toMatchObject({ status: 400 });
    expect(emulator.state.clients.size).toBe(before);
  });
});

describe('a client assertion', () => {
  const now = Math.floor(Date.now() / 1000);
  it.each<[string, AssertionParts]>([
    ['for another audience', { claims: { aud: 'https://other.example/' } }],
    ['for the token endpoint, not the tenant', { claims: { aud: 'https://localhost/oauth/token' } }],
    ['of another client', { claims: { iss: 'somebody', sub: 'somebody' } }],
    ['that names two clients', { claims: { sub: 'somebody' } }],
    ['that has ended', { claims: { iat: now - 120, exp: now - 60 } }],
    ['of the future', { claims: { nbf: now + 600, exp: now + 290 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['that lasts for more than five minutes', { claims: { exp: now + 400 } }],
    ['that lasts for more than five minutes from now', { claims: { iat: undefined, exp: now + 400 } }],
    ['without an id', { claims: { jti: undefined } }],
    ['with a long id', { claims: { jti: 'x'.repeat(65) } }],
    ['that is too long', { claims: { more: 'x'.repeat(2048) } }],
    ['that names another key', { header: { kid: 'another-key' } }],
    ['by another algorithm than the credential has', { header: { alg: 'PS256' } }],
  ])('%s is refused', async (_what, parts) => {
    const { ask } = await startWithKey();
    expect(await ask(first, parts)).toBe(401);
    expect(await ask(first)).toBe(200);
  });

  it('is refused with the error that is documented', async () => {
    const { id } = await startWithKey();
    const form = await clientAssertion({ clientId: id, domain: emulator.domain, key: second.privateKey });
    expect((await requestToken(emulator, { audience: AUDIENCE, ...form })).body).toMatchObject({
      error: 'invalid_client',
    });
  });

  it('is good once, and for the client_id beside it', async () => {
    const { ask, id } = await startWithKey();
    const parts = { claims: { jti: 'once' } };
    expect(await ask(first, parts, { client_id: 'somebody' })).toBe(401);
    expect(await ask(first, parts, { client_id: id })).toBe(200);
    expect(await ask(first, parts)).toBe(401);
  });

  it('may have come from a clock that is a little ahead, and name its key', async () => {
    const { ask, api, path } = await startWithKey();
    const { body } = await api.call('GET', `${path}/credentials`);
    const kid = Array.isArray(body) ? textOf(Object(body[0])['kid']) : '';
    const early = Math.floor(Date.now() / 1000) + 8;
    expect(await ask(first, { header: { kid }, claims: { iat: early, nbf: early, exp: early + 60 } })).toBe(200);
  });

  it('is refused once its key has expired', async () => {
    let at = Date.now();
    const { ask, api, path, credentialId } = await startWithKey({ now: () => at });
    const expiry = new Date(at + 60_000).toISOString();
    await api.ok('PATCH', `${path}/credentials/${credentialId}`, { expires_at: expiry });
    expect(await ask()).toBe(200);
    at += 61_000;
    const now2 = Math.floor(at / 1000);
    expect(await ask(first, { claims: { iat: now2, exp: now2 + 60 } })).toBe(401);
  });
});

describe('a credential', () => {
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const refused: readonly [string, JsonObject][] = [
    ['a private key', credential(first.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())],
    ['no PEM', credential('key')],
    ['no key', { credential_type: 'public_key' }],
    ['a broken PEM', credential('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n')],
    ['a key of 1024 bits', credential(keyPair(1024).pem)],
    ['a key on a curve', credential(elliptic.export({ type: 'spki', format: 'pem' }).toString())],
    ['ES256', credential(first.pem, { alg: 'ES256' })],
    ['a short kid', credential(first.pem, { kid: 'short' })],
    ['an expiry from a key that is no certificate', credential(first.pem, { parse_expiry_from_cert: true })],
  ];
  it.each(refused)('with %s is refused', async (_what, body) => {
    const { api, path } = await start();
    expect(await api.call('POST', `${path}/credentials`, body)).toMatchObject({
      status: 400,
      body: { errorCode: 'invalid_body' },
    });
    expect(emulator.state.credentials.size).toBe(0);
  });

  it('may be a key in the form of PKCS #1', async () => {
    const { add, enable, ask } = await start();
    await enable(await add(first.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(), { alg: 'PS256' }));
    expect(await ask(first, { header: { alg: 'PS256' } })).toBe(200);
  });

  it('has room beside one other', async () => {
    const { api, path, add } = await start();
    await add(first.pem);
    await add(second.pem);
    expect(await api.call('POST', `${path}/credentials`, credential(keyPair().pem))).toMatchObject({ status: 400 });
  });

  it.each([
    ['refuse', 400],
    ['accept', 201],
  ] as const)('with the key of another is handled as the switch says: %s', async (sameKeyTwice, status) => {
    const { api, path, add } = await start({ switches: { sameKeyTwice } });
    await add(first.pem);
    expect(await api.call('POST', `${path}/credentials`, credential(first.pem))).toMatchObject({ status });
  });

  it('asks for scopes of its own', async () => {
    emulator = await startAuth0Emulator({ scopes: ['create:clients', 'read:clients', 'update:clients'] });
    const api = await logIn(emulator);
    const path = `/clients/${textOf((await api.ok('POST', '/clients', { name: 'orders' }))['client_id'])}`;
    expect(await api.call('POST', `${path}/credentials`, credential(first.pem))).toMatchObject({ status: 403 });
    expect(await api.call('GET', `${path}/credentials`)).toMatchObject({ status: 403 });
    expect(await api.call('DELETE', `${path}/credentials/cred_x`)).toMatchObject({ status: 403 });
  });
});

describe('a change of the methods', () => {
  it('is refused for credentials that the client does not have, and for one that is named twice', async () => {
    const { api, path, credentialId } = await startWithKey();
    const other = await api.ok('POST', '/clients', { name: 'other', ...RIGHT });
    const attempts: [string, JsonObject][] = [
      [path, methods('cred_unknown')],
      [path, methods(credentialId, credentialId)],
      [`/clients/${textOf(other['client_id'])}`, methods(credentialId)],
    ];
    for (const [where, wanted] of attempts) {
      expect(await api.call('PATCH', where, { client_authentication_methods: wanted })).toMatchObject({ status: 400 });
    }
  });

  it('is refused where no method would be left, or two', async () => {
    const { api, path, credentialId } = await startWithKey();
    const none = { client_authentication_methods: null, token_endpoint_auth_method: null };
    const two = {
      client_authentication_methods: methods(credentialId),
      token_endpoint_auth_method: 'client_secret_post',
    };
    for (const body of [none, two]) expect(await api.call('PATCH', path, body)).toMatchObject({ status: 400 });
  });

  it.each([[{}], [{ jwt_configuration: { alg: 'HS256' } }]])(
    'to keys is refused for a client whose own tokens are not signed with RS256: %o',
    async (settings) => {
      const { api, path, add } = await start({}, settings);
      const wanted = { client_authentication_methods: methods(await add(first.pem)), token_endpoint_auth_method: null };
      expect(await api.call('PATCH', path, wanted)).toMatchObject({ status: 400 });
      expect(await api.call('PATCH', path, { ...wanted, ...RIGHT })).toMatchObject({ status: 200 });
    },
  );

  it('to keys is refused where the plan of the tenant has none', async () => {
    const { api, path } = await start({ switches: { privateKeyJwt: 'not-in-plan' } });
    const refusal = { status: 403, body: { errorCode: 'feature_not_enabled' } };
    expect(await api.call('POST', `${path}/credentials`, credential(first.pem))).toMatchObject(refusal);
    const body = { name: 'new', client_authentication_methods: { private_key_jwt: { credentials: [] } }, ...RIGHT };
    expect(await api.call('POST', '/clients', body)).toMatchObject(refusal);
  });
});
