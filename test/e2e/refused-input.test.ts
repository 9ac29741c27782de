/** Input that is refused before any server is asked. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startListener } from '../support/servers/listening.ts';
import { Site } from '../support/process/site.ts';
import type { TargetOptions } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const API = apiYaml('stock', ['stock:read']);
const MANIFESTS = yaml(API, clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'));

let site: Site;
let listener: Awaited<ReturnType<typeof startListener>>;

beforeAll(async () => {
  [site, listener] = await Promise.all([Site.open(), startListener()]);
});

afterEach(() => {
  expect(site.keycloak.requests.length + site.store.requests.length).toBe(0);
  expect(listener.connections()).toBe(0);
});

afterAll(() => Promise.all([site.close(), listener.close()]));

describe('a manifest', () => {
  const wrong: [string, string, string[]][] = [
    [
      'that refers to an unknown Api',
      yaml(API, clientYaml('orders', 'access: [{api: stok, scopes: [stock:read]}]')),
      ['there is no Api "stok"', 'did you mean "stock"?'],
    ],
    [
      'that refers to an unknown scope',
      yaml(API, clientYaml('orders', 'access: [{api: stock, scopes: [stock:reed]}]')),
      ['"stock:reed"', 'did you mean "stock:read"?'],
    ],
    [
      'with a scope that another Api has too',
      yaml(MANIFESTS, apiYaml('shop', ['stock:read'])),
      ['Api stock has a scope "stock:read" too (manifests/all.yaml:2)', 'https://shop.test'],
    ],
  ];

  it.each(wrong)('%s is refused, at its place', async (_, manifests, words) => {
    site.declare(manifests);
    for (const command of ['validate', 'apply -t dev --auto-approve']) {
      const { code, stdout, stderr } = await site.run(command);
      const said = command === 'validate' ? stdout : stderr;
      expect(code).toBe(1);
      expect(said).toMatch(/^manifests\/all\.yaml:\d+:\d+: /m);
      for (const word of words) expect(said).toContain(word);
      expect(said).not.toContain('    at ');
    }
  });

  it.each([
    ['of the provider', { keycloak: { auth: { clientId: 'grantry', clientSecret: 'canary-4Fz9' } } }],
    ['of the store', { vault: { auth: { token: 'canary-4Fz9' } } }],
    ['in a URL', { vault: { address: 'https://user:canary-4Fz9@vault.test' } }],
  ])('with a literal secret %s is refused, and its value is not echoed', async (_, target: TargetOptions) => {
    site.declare(MANIFESTS, target);
    for (const command of ['validate --format json', 'plan -t dev']) {
      const { code, stdout, stderr } = await site.run(command);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain('manifests/targets.yaml');
      expect(stdout + stderr).not.toContain('canary');
    }
  });
});

describe('a server without TLS', () => {
  it.each<[string, string, TargetOptions]>([
    ['Keycloak', 'provider.keycloak.url', { keycloak: { url: 'http://sso.test:8080' } }],
    ['Vault', 'store.vault.address', { vault: { address: 'http://vault.test:8200' } }],
  ])('is refused unless it is on the loopback: %s', async (_, key, target) => {
    site.declare(MANIFESTS, target);
    for (const command of ['validate', 'apply -t dev --auto-approve']) {
      const { code, stdout, stderr } = await site.run(command);
      expect(code).toBe(1);
      expect(stdout + stderr).toContain(key);
      expect(stdout + stderr).toContain('https');
      expect(stdout + stderr).toContain('allowInsecure: true');
    }
  });

  it.each<[string, TargetOptions]>([
    ['Keycloak', { keycloak: { url: '${env:ADDRESS}' } }],
    ['Vault', { vault: { address: '${env:ADDRESS}' } }],
  ])('is refused too where the environment names it: %s', async (server, target) => {
    site.declare(MANIFESTS, target);
    const result = await site.run('apply -t dev --auto-approve', { env: { ADDRESS: 'http://server.test' } });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`Target dev: the URL of ${server} must begin with https://`);
    expect(result.stderr).toContain('allowInsecure: true');
  });
});

describe('GRANTRY_ALLOWED_HOSTS', () => {
  it.each<[string, (url: string) => TargetOptions]>([
    ['Keycloak', (url) => ({ keycloak: { url } })],
    ['Vault', (url) => ({ vault: { address: url } })],
  ])('keeps every connection from a host that it does not list: %s', async (server, target) => {
    site.declare(MANIFESTS, target(listener.url));
    const allowed = [site.keycloak.url, site.store.url].map((url) => new URL(url).host).join();
    for (const command of ['apply -t dev --auto-approve', 'verify -t dev']) {
      const result = await site.run(command, { env: { GRANTRY_ALLOWED_HOSTS: allowed } });
      expect(result).toMatchObject({ code: 3, stdout: '' });
      expect(result.stderr).toContain(`${server} of Target dev is at ${new URL(listener.url).host}`);
      expect(result.stderr).toContain('nothing was sent to it');
      expect(result.stderr).toContain('add it to GRANTRY_ALLOWED_HOSTS');
    }
  });

  it('that is empty allows none', async () => {
    site.declare(MANIFESTS);
    expect((await site.run('plan -t dev', { env: { GRANTRY_ALLOWED_HOSTS: '' } })).code).toBe(3);
  });
});

describe('the environment', () => {
  it('that lacks what a Target needs', async () => {
    site.declare(MANIFESTS);
    const result = await site.run('plan -t dev', { env: { KEYCLOAK_SECRET: '', VAULT_TOKEN: '' } });
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('Target dev needs KEYCLOAK_SECRET, VAULT_TOKEN in the environment');
  });
});
