/** The supports of the other tests, proved against the real servers. */
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { startForwardProxy } from '../../support/servers/forward-proxy.ts';
import { createRealm } from '../../support/servers/realm.ts';
import type { TestRealm } from '../../support/servers/realm.ts';
import { startTlsServer } from '../../support/servers/tls-server.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { TestVault } from '../../support/servers/vault.ts';
import { runNode } from '../../support/process/cli.ts';

const keycloak = inject('keycloak');
const vaultServer = inject('vault');

async function token(url: string, realm: string, account: { clientId: string; clientSecret: string }) {
  const answer = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: account.clientId,
      client_secret: account.clientSecret,
    }),
  });
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body !== null && 'access_token' in body) return String(body.access_token);
  throw new Error(`no token: ${answer.status}`);
}

function claims(jwt: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  return typeof parsed === 'object' ? { ...parsed } : {};
}

describe('a realm of its own', () => {
  let realm: TestRealm;
  beforeAll(async () => {
    realm = await createRealm(keycloak, { accessTokenLifespan: 77 });
  });
  afterAll(() => realm.remove());

  test('takes settings and is administered', async () => {
    expect(await realm.admin.realms.findOne({ realm: realm.name })).toMatchObject({ accessTokenLifespan: 77 });
  });

  test('has service accounts with exactly the roles asked for', async () => {
    const account = await realm.serviceAccount(['view-clients']);
    const bearer = { headers: { Authorization: `Bearer ${await token(keycloak.url, realm.name, account)}` } };
    const clients = `${keycloak.url}/admin/realms/${realm.name}/clients`;
    expect((await fetch(`${clients}?max=1`, bearer)).status).toBe(200);
    expect((await fetch(clients, { ...bearer, method: 'POST' })).status).toBe(403);
  });

  test('refuses a role that does not exist', async () => {
    await expect(realm.serviceAccount(['no-such-role'])).rejects.toThrow('no role no-such-role');
  });

  test('is gone after its removal', async () => {
    const other = await createRealm(keycloak);
    await other.remove();
    expect((await fetch(`${keycloak.url}/realms/${other.name}`)).status).toBe(404);
  });
});

describe('a mount of its own', () => {
  let vault: TestVault;
  beforeAll(async () => {
    vault = await createVault(vaultServer);
    await vault.writePolicy('support-read', `path "${vault.mount}/data/*" { capabilities = ["read"] }`);
    await vault.request('POST', `${vault.mount}/data/place`, { data: { colour: 'green' } });
  });
  afterAll(() => vault.remove());

  test('is KV version 2 and empty but for what was written', async () => {
    const listed = await vault.request('LIST', `${vault.mount}/metadata`);
    expect(listed.body?.data).toEqual({ keys: ['place'] });
  });

  test('opens to a token with a policy, for just that', async () => {
    const own = await vault.createToken({ policies: ['support-read'], ttl: '5m' });
    expect((await vault.request('GET', `${vault.mount}/data/place`, undefined, own)).status).toBe(200);
    expect((await vault.request('POST', `${vault.mount}/data/place`, { data: {} }, own)).status).toBe(403);
  });

  test('opens to an AppRole', async () => {
    const { mount, roleId, secretId } = await vault.approle(['support-read']);
    const login = await vault.request('POST', `auth/${mount}/login`, { role_id: roleId, secret_id: secretId }, '');
    const own = login.body?.auth?.client_token;
    expect((await vault.request('GET', `${vault.mount}/data/place`, undefined, own)).status).toBe(200);
  });

  test('opens to a JWT', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const options = { publicKeyPem, issuer: 'https://ci.example', audience: 'vault', policies: ['support-read'] };
    const { mount, role } = await vault.jwt(options);
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer('https://ci.example')
      .setAudience('vault')
      .setSubject('job')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
    const login = await vault.request('POST', `auth/${mount}/login`, { role, jwt }, '');
    const own = login.body?.auth?.client_token;
    expect((await vault.request('GET', `${vault.mount}/data/place`, undefined, own)).status).toBe(200);
  });
});

describe('the counting proxy', () => {
  let proxy: CountingProxy;
  let vault: TestVault;
  beforeAll(async () => {
    proxy = await startCountingProxy(vaultServer.url);
    vault = await createVault({ ...vaultServer, url: proxy.url });
    proxy.reset();
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    await vault.remove();
    await proxy.close();
  });

  const place = (): string => `${vault.mount}/data/place`;
  const write = () => vault.request('POST', place(), { data: { n: '1' } });

  test('records requests and counts writes; LIST is a read', async () => {
    await write();
    await vault.request('LIST', `${vault.mount}/metadata`);
    expect(proxy.requests).toMatchObject([
      { method: 'POST', path: `/v1/${place()}`, status: 200, upstreamStatus: 200 },
      { method: 'LIST', path: `/v1/${vault.mount}/metadata`, status: 200, upstreamStatus: 200 },
    ]);
    expect(proxy.writes()).toHaveLength(1);
    const [written, listed] = proxy.requests;
    expect(written?.answeredAt).toBeGreaterThan(written?.receivedAt ?? Number.NaN);
    expect(listed?.receivedAt).toBeGreaterThan(written?.answeredAt ?? Number.NaN);
  });

  test('does not count a token request as a write, and Keycloak names the issuer after the proxy', async () => {
    const realm = await createRealm(keycloak);
    const front = await startCountingProxy(keycloak.url);
    const jwt = await token(front.url, realm.name, await realm.serviceAccount([]));
    expect(claims(jwt)['iss']).toBe(`${front.url}/realms/${realm.name}`);
    expect([front.requests.length, front.writes().length]).toEqual([1, 0]);
    await front.close();
    await realm.remove();
  });

  test('drops the connection before the upstream is asked', async () => {
    proxy.inject({ match: ({ method }) => method === 'POST', nth: 2, fault: { kind: 'drop-before' } });
    await write();
    await expect(write()).rejects.toThrow('fetch failed');
    expect(proxy.requests[1]).toMatchObject({ status: undefined, upstreamStatus: undefined });
    await write();
    expect(proxy.requests.map((request) => request.upstreamStatus)).toEqual([200, undefined, 200]);
  });

  test('drops the connection after the upstream has answered', async () => {
    proxy.inject({ match: () => true, fault: { kind: 'drop-after' } });
    await expect(write()).rejects.toThrow('fetch failed');
    expect(proxy.requests[0]).toMatchObject({ status: undefined, upstreamStatus: 200 });
  });

  test('answers a status of its own, several times in a row', async () => {
    proxy.inject({
      match: () => true,
      times: 2,
      fault: { kind: 'status', status: 503, body: '{"errors":["sealed"]}' },
    });
    const statuses = [(await write()).status, (await write()).status, (await write()).status];
    expect(statuses).toEqual([503, 503, 200]);
  });

  test('delays', async () => {
    proxy.inject({ match: () => true, fault: { kind: 'delay', ms: 300 } });
    const start = performance.now();
    await write();
    expect(performance.now() - start).toBeGreaterThan(290);
  });
});

describe('the TLS server', () => {
  const program = `const answer = await fetch(process.argv[1]); console.log(answer.status, (await answer.json()).issuer)`;
  const script = ['--input-type=module', '-e', program];

  test('a server with a private CA is trusted by NODE_EXTRA_CA_CERTS, and not without it', async () => {
    const secure = await startTlsServer(keycloak.url);
    const url = `${secure.url}/realms/master/.well-known/openid-configuration`;
    const trusting = await runNode([...script, url], { env: { NODE_EXTRA_CA_CERTS: secure.caFile } });
    expect(trusting.stdout.trim()).toBe(`200 ${secure.url}/realms/master`);
    expect((await runNode([...script, url])).code).not.toBe(0);
    await secure.close();
  });
});

describe('the forward proxy', () => {
  test('passes requests on and records them', async () => {
    const proxy = await startForwardProxy();
    const { ProxyAgent, fetch: proxied } = await import('undici');
    const dispatcher = new ProxyAgent({ uri: proxy.url, proxyTunnel: true });
    const answer = await proxied(`${vaultServer.url}/v1/sys/health`, { dispatcher });
    expect(answer.status).toBe(200);
    expect(proxy.requests).toEqual([`CONNECT ${new URL(vaultServer.url).host}`]);
    await dispatcher.close();
    await proxy.close();
  });
});
