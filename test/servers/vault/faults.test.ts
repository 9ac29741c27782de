/** Logins, leases and faults of a real Vault. */
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { Secret } from '../../../src/model/secrets/secret.ts';
import type { VaultAuth, VaultSettings } from '../../../src/stores/vault/settings.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../contract/store/store-subject.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy, Fault } from '../../support/servers/counting-proxy.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { TestVault } from '../../support/servers/vault.ts';

let vault: TestVault;
let proxy: CountingProxy;
let policy: string;

beforeAll(async () => {
  vault = await createVault(inject('vault'));
  proxy = await startCountingProxy(vault.url);
  policy = `${vault.mount}-all`;
  const capabilities = '["create", "update", "patch", "read", "list", "delete"]';
  await vault.writePolicy(policy, `path "${vault.mount}/*" { capabilities = ${capabilities} }`);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  await proxy.close();
  await vault.remove();
});

function open(auth: VaultAuth, rest: Partial<VaultSettings> = {}, ports = systemPorts()): Promise<Store> {
  const settings = { address: proxy.url, namespace: undefined, mount: vault.mount, prefix: 'm2m', auth, ...rest };
  return openVaultStore({ kind: 'vault', ...settings }, ports);
}

const root = (): VaultAuth => ({ kind: 'token', token: new Secret(vault.rootToken) });
const count = (suffix: string): number => proxy.requests.filter(({ path }) => path.endsWith(suffix)).length;

async function useOnce(store: Store): Promise<void> {
  const path = freshPath();
  await store.mark(path, markOf(), { pathIsEmpty: true });
  await store.write(path, documentOf('s'), 0);
}

async function jwtLogin(ttl: string, audience = 'vault') {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const made = await vault.jwt({ publicKeyPem, issuer: 'https://ci', audience: 'vault', policies: [policy], ttl });
  const claims = new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).setIssuer('https://ci').setAudience(audience);
  const jwt = await claims.setSubject('job').setIssuedAt().setExpirationTime('5m').sign(privateKey);
  return { ...made, jwt };
}

describe('a login', () => {
  test('by AppRole, and a wrong secret id', async () => {
    const { mount, roleId, secretId } = await vault.approle([policy]);
    await useOnce(await open({ kind: 'approle', mount, roleId, secretId: new Secret(secretId) }));
    for (const wrong of [{ secretId: new Secret('canary') }, { roleId: 'canary' }, { mount: 'no-such-mount' }]) {
      const auth = { kind: 'approle', mount, roleId, secretId: new Secret(secretId), ...wrong } as const;
      const failure = await failureOf(open(auth));
      expect(failure).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('AppRole login') });
      expect(inspect(failure)).not.toContain('canary');
    }
  });

  test('by JWT, renewed before its token ends, and anew where the token cannot be renewed', async () => {
    const { jwt, role, mount } = await jwtLogin('5s');
    const auth = { kind: 'jwt', mount, role, token: new Secret(jwt) } as const;
    const use = async (seconds: number): Promise<void> => {
      proxy.reset();
      // A clock that runs fast renews early: a busy machine is then no reason to fail.
      const clock = { ...systemClock, now: () => Date.now() * 3 };
      const store = await open(auth, {}, { ...systemPorts(), clock });
      for (let n = 0; n < seconds * 2; n += 1) {
        await useOnce(store);
        await sleep(500);
      }
      expect(proxy.requests.filter(({ status }) => status === 403)).toEqual([]);
    };
    await use(7);
    expect([count('/login'), count('/renew-self') >= 2]).toEqual([1, true]);
    const batch = { role_type: 'jwt', user_claim: 'sub', bound_audiences: ['vault'], token_type: 'batch' };
    expect((await vault.request('POST', `auth/${mount}/role/${role}`, batch)).status).toBe(204);
    await use(3);
    expect([count('/login') >= 2, count('/renew-self')]).toEqual([true, 0]);
  });

  test('by a JWT for another audience is refused without quoting it', async () => {
    const { jwt, role, mount } = await jwtLogin('1m', 'another');
    const failure = await failureOf(open({ kind: 'jwt', mount, role, token: new Secret(jwt) }));
    expect(failure).toMatchObject({ code: 'NOT_ALLOWED', hint: expect.stringContaining('bound audiences') });
    expect(inspect(failure)).not.toContain(jwt.slice(0, 20));
  });

  test('is repeated when its token is revoked in the middle', async () => {
    const { mount, roleId, secretId } = await vault.approle([policy]);
    const store = await open({ kind: 'approle', mount, roleId, secretId: new Secret(secretId) });
    await useOnce(store);
    await vault.request('PUT', `sys/leases/revoke-prefix/auth/${mount}`, { sync: true });
    await Promise.all([useOnce(store), useOnce(store)]);
    expect(count('/login')).toBe(2);
  });

  test('with a static token that is wrong, or revoked in the middle, says so', async () => {
    const wrong = await failureOf(open({ kind: 'token', token: new Secret('canary') }));
    expect(wrong).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('does not accept the token') });
    expect(inspect(wrong)).not.toContain('canary');
    const token = await vault.createToken({ policies: [policy], ttl: '10m' });
    const store = await open({ kind: 'token', token: new Secret(token) });
    await vault.request('POST', 'auth/token/revoke', { token });
    expect(await failureOf(store.existing(['a/b']))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('wrong, expired or revoked'),
    });
  });
});

describe('a fault', () => {
  test('a mount that is not there, or that the token may not see', async () => {
    const token = new Secret(await vault.createToken({ policies: ['default'] }));
    for (const [auth, mount] of [
      [root(), 'no-such-mount'],
      [{ kind: 'token', token }, vault.mount],
    ] as const) {
      expect(await failureOf(open(auth, { mount }))).toMatchObject({
        code: 'NOT_ALLOWED',
        message: expect.stringContaining(`no secrets engine at ${mount}/`),
        hint: expect.stringContaining('vault secrets enable'),
      });
    }
  });

  test('a mount of KV version 1 and one that is no KV at all', async () => {
    const mount = `${vault.mount}-v1`;
    await vault.request('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: '1' } });
    expect(await failureOf(open(root(), { mount }))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('KV version 1'),
      hint: expect.stringContaining('enable-versioning'),
    });
    await vault.request('DELETE', `sys/mounts/${mount}`);
    expect(await failureOf(open(root(), { mount: 'cubbyhole' }))).toMatchObject({ code: 'NOT_ALLOWED' });
  });

  test.each<[string, Fault, string]>([
    ['sealed', { kind: 'status', status: 503, body: '{"errors":["Vault is sealed"]}' }, 'is sealed'],
    ['a proxy page', { kind: 'status', status: 502, body: '<html>canary</html>' }, 'a page that is not JSON'],
    ['a login page', { kind: 'status', status: 200, body: '<html>canary</html>' }, 'a page that is not JSON'],
    ['another server', { kind: 'status', status: 404, body: '{"message":"canary"}' }, 'something else than Vault'],
    ['an error of Vault', { kind: 'status', status: 500, body: '{"errors":["canary"]}' }, 'answers 500'],
    ['a rate limit', { kind: 'status', status: 429, body: '{"errors":["canary"]}' }, 'rate limit'],
    ['a lost connection', { kind: 'drop-before' }, 'the connection broke off'],
  ])('%s', async (_, fault, words) => {
    const ports = { ...systemPorts(), clock: { ...systemClock, sleep: () => Promise.resolve() } };
    const store = await open(root(), {}, ports);
    proxy.inject({ fault, match: () => true, times: 99 });
    for (const call of [
      () => open(root(), {}, ports),
      () => store.existing(['a/b']),
      () => store.write('a/b', documentOf('s'), 0),
    ]) {
      const failure = await failureOf(call());
      expect(failure).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining(words) });
      expect(inspect(failure)).not.toContain('canary');
    }
    proxy.reset();
    expect(await store.inspect('a/b')).toBeUndefined();
  });

  test('an answer that got lost: reads and marks are repeated, a document is not written twice', async () => {
    const store = await open(root());
    const path = freshPath();
    proxy.inject({ fault: { kind: 'drop-after' }, match: () => true });
    await store.mark(path, markOf());
    proxy.reset();
    proxy.inject({ fault: { kind: 'drop-after' }, match: ({ method }) => method === 'POST' });
    expect(await failureOf(store.write(path, documentOf('s-1'), 0))).toMatchObject({ code: 'UNREACHABLE' });
    expect(proxy.writes()).toHaveLength(1);
    proxy.reset();
    // The next run finds what lies there and goes on from it.
    const entry = await store.inspect(path);
    expect(entry).toMatchObject({ version: 1, readable: true });
    expect(await store.write(path, documentOf('s-2'), entry?.version ?? 0)).toBe(2);
  });

  test('a place or a mount that deletes documents by itself, or keeps few, is reported before anything is written', async () => {
    const path = freshPath();
    const metadata = `${vault.mount}/metadata/m2m/${path}`;
    await vault.request('POST', metadata, { delete_version_after: '90m', max_versions: 1 });
    const store = await open(root());
    const vanishing = { after: '1h30m0s', hint: expect.stringContaining(`-delete-version-after=0s m2m/${path}`) };
    expect(await store.inspect(path)).toMatchObject({ version: 0, limits: { vanishing, keepsVersions: 1 } });
    expect(await store.limits()).toEqual({});
    await vault.request('POST', metadata, { delete_version_after: '0s', max_versions: 0 });
    expect((await store.inspect(path))?.limits).toBeUndefined();
    await vault.request('POST', `${vault.mount}/config`, { delete_version_after: '1h', max_versions: 1 });
    const limits = { vanishing: { after: '1h0m0s', hint: expect.stringContaining('/config') }, keepsVersions: 1 };
    expect(await (await open(root())).limits()).toEqual(limits);
    // A login that may not ask learns nothing, and goes on.
    const hcl = `path "${vault.mount}/metadata/m2m/*" { capabilities = ["read", "list"] }`;
    await vault.writePolicy(`${vault.mount}-plan`, hcl);
    const token = new Secret(await vault.createToken({ policies: [`${vault.mount}-plan`] }));
    expect(await (await open({ kind: 'token', token })).limits()).toEqual({});
    await vault.request('POST', `${vault.mount}/config`, { delete_version_after: '0s', max_versions: 0 });
  });

  test('a mount that deletes documents by itself', async () => {
    await vault.request('POST', `${vault.mount}/config`, { delete_version_after: '1h' });
    const store = await open(root());
    const failure = await failureOf(store.write(freshPath(), documentOf('s'), 0));
    expect(failure).toMatchObject({ code: 'FAILED', message: expect.stringContaining('delete_version_after') });
    await vault.request('POST', `${vault.mount}/config`, { delete_version_after: '0s' });
  });
});
