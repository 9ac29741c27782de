/** What OpenBao does otherwise than Vault: on real servers. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { GrantryError } from '../../../src/model/errors.ts';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import type { VaultSettings } from '../../../src/stores/vault/settings.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../contract/store/store-subject.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { startProgram } from '../../support/process/cli.ts';
import { listenOnLoopback } from '../../support/servers/listening.ts';
import { createVault } from '../../support/servers/vault.ts';
import type { TestVault } from '../../support/servers/vault.ts';

let openbao: TestVault;
let vault: TestVault;
let proxy: CountingProxy;
let store: Store;

beforeAll(async () => {
  openbao = await createVault(inject('openbao'));
  vault = await createVault(inject('vault'));
  proxy = await startCountingProxy(openbao.url);
  store = await openVaultStore(settingsOf('openbao', openbao), systemPorts());
});
afterAll(async () => {
  await proxy.close();
  await openbao.remove();
  await vault.remove();
});

function settingsOf(kind: VaultSettings['kind'], on: TestVault, token = on.rootToken): VaultSettings {
  const auth = { kind: 'token', token: new Secret(token, ['STORE_TOKEN']) } as const;
  const address = on === openbao ? proxy.url : on.url;
  return { kind, address, namespace: undefined, mount: on.mount, prefix: 'm2m', auth };
}

async function openingOf(settings: VaultSettings): Promise<GrantryError> {
  const failure = await failureOf(openVaultStore(settings, systemPorts()));
  if (failure instanceof GrantryError) return failure;
  throw new Error('no GrantryError', { cause: failure });
}

describe('a Target that names the other product', () => {
  test.each([
    ['vault', 'openbao', 'answers OpenBao, not Vault', 'store: {openbao: …} in the place of store: {vault: …}'],
    ['openbao', 'vault', 'answers Vault, not OpenBao', 'store: {vault: …} in the place of store: {openbao: …}'],
  ] as const)('%s, where %s answers: the error names both', async (named, answers, message, hint) => {
    const failure = await openingOf(settingsOf(named, answers === 'openbao' ? openbao : vault));
    expect(failure).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining(message) });
    expect(failure.hint).toContain(hint);
  });
});

describe('a listing', () => {
  test('takes nothing for present whose latest version was deleted or destroyed', async () => {
    const [kept, deleted, destroyed] = [freshPath(), freshPath(), freshPath('elsewhere')];
    for (const path of [kept, deleted, destroyed]) {
      await store.mark(path, markOf());
      await store.write(path, documentOf('s'), 0);
    }
    await openbao.request('DELETE', `${openbao.mount}/data/m2m/${deleted}`);
    await openbao.request('POST', `${openbao.mount}/destroy/m2m/${destroyed}`, { versions: [1] });
    const all = [kept, deleted, destroyed];
    expect(await store.existing(all)).toEqual(new Set([kept]));
    expect(await store.existing([kept, deleted])).toEqual(new Set([kept]));
    expect(await store.existing(all, { includeDeleted: true })).toEqual(new Set(all));
  });

  test('of several folders takes one request, and of one folder no more than it', async () => {
    const paths = Array.from({ length: 5 }, (_, n) => freshPath(`folder-${n}`));
    for (const path of paths) await store.write(path, documentOf('s'), 0);
    proxy.reset();
    expect(await store.existing(paths)).toEqual(new Set(paths));
    expect(await store.existing(paths.slice(0, 1))).toEqual(new Set(paths.slice(0, 1)));
    expect(proxy.requests.map(({ path }) => path.replace(/^\/v1\/[^/]+/, ''))).toEqual([
      '/detailed-metadata/m2m?scan=true',
      '/detailed-metadata/m2m/folder-0?list=true',
    ]);
  });

  test('goes folder by folder where the policy does not allow "scan", after one refusal', async () => {
    const paths = [freshPath('one'), freshPath('two')];
    for (const path of paths) await store.write(path, documentOf('s'), 0);
    const policy = `path "${openbao.mount}/detailed-metadata/m2m/*" { capabilities = ["list"] }`;
    await openbao.writePolicy(`${openbao.mount}-list`, policy);
    const token = await openbao.createToken({ policies: [`${openbao.mount}-list`] });
    const lister = await openVaultStore(settingsOf('openbao', openbao, token), systemPorts());
    proxy.reset();
    for (let round = 0; round < 2; round += 1) expect(await lister.existing(paths)).toEqual(new Set(paths));
    expect(proxy.requests.map(({ path }) => path.split('?')[1])).toEqual(['scan=true', ...Array(4).fill('list=true')]);
  });
});

test('the documented policy of the nightly rotation is enough for it, and makes no documents', async () => {
  const path = freshPath();
  await store.mark(path, markOf());
  await store.write(path, documentOf('s-1'), 0);
  const hcl = readFileSync(new URL('../../../docs/openbao-policy-rotate.hcl', import.meta.url), 'utf8');
  await openbao.writePolicy(`${openbao.mount}-rotate`, hcl.replaceAll('"secret/', `"${openbao.mount}/`));
  const token = await openbao.createToken({ policies: [`${openbao.mount}-rotate`] });
  const rotator = await openVaultStore(settingsOf('openbao', openbao, token), systemPorts());
  expect(await rotator.existing([path, freshPath('other')])).toEqual(new Set([path]));
  expect(await rotator.limits()).toEqual({});
  await rotator.writeRecord(path, { held: true }, 0);
  await rotator.mark(path, markOf('order-service', { notes: { rotation: '{}' } }));
  expect(await rotator.write(path, documentOf('s-2'), 1)).toBe(2);
  expect((await rotator.read(path))?.version).toBe(2);
  expect(await failureOf(rotator.write(freshPath(), documentOf('s'), 0))).toMatchObject({ code: 'NOT_ALLOWED' });
});

test('a token that is wrong is a possible cause where OpenBao does not say so, with the variable that it came from', async () => {
  const failure = await openingOf(settingsOf('openbao', openbao, 'wrong-token'));
  expect(failure).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('(from STORE_TOKEN in') });
  expect(failure.message).toContain('does not accept the token');
  expect(`${failure.message} ${failure.hint}`).not.toMatch(/vault/i);
});

test('a service reads its document with the example for Vault', async () => {
  const path = freshPath();
  const endpoint = createServer((request, response) => {
    const isRight = request.headers.authorization === `Basic ${Buffer.from('order-service:s-1').toString('base64')}`;
    response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isRight ? { access_token: 'a-token', expires_in: 60 } : { error: 'invalid_client' }));
  });
  const { url, close } = await listenOnLoopback(endpoint);
  await store.write(path, documentOf('s-1', { token_url: `${url}/token`, auth_method: 'client_secret_basic' }), 0);
  const env = {
    VAULT_ADDR: openbao.url,
    VAULT_TOKEN: openbao.rootToken,
    CREDENTIAL: `${openbao.mount}/data/m2m/${path}`,
  };
  const result = await startProgram('sh', ['examples/consumers/token.sh'], { env }).done;
  await close();
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('a-token') });
});
