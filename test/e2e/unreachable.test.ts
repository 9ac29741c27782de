/** Servers that cannot be reached, do not let us in, or are not what they should be: exit 4, and nothing is written. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import type { Fault } from '../support/servers/counting-proxy.ts';
import { closedUrl, startListener } from '../support/servers/listening.ts';
import { Site } from '../support/process/site.ts';
import type { TargetOptions } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);
/** What is there already; everything else is pending, so that every run would have something to write. */
const BEFORE = apiYaml('stock', ['stock:read']);

let site: Site;

beforeAll(async () => {
  site = await Site.open();
  site.declare(BEFORE);
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
  site.declare(MANIFESTS);
});
afterEach(() => {
  site.reset();
  site.declare(MANIFESTS);
});
afterAll(() => site.close());

/** Apply ends with 4, nothing was written, and standard error says these words and no other stack of lines. */
async function expectOutage(words: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { stdout, stderr } = exitedWith(4, await site.runInVain('apply -t dev --auto-approve', { env }));
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^error: /m);
  for (const word of words) expect(stderr).toContain(word);
  expect(stderr).not.toMatch(/canary|\n +at |This is a bug/);
}

describe('a server that is not there', () => {
  it('Keycloak', async () => {
    const url = await closedUrl();
    site.declare(MANIFESTS, { keycloak: { url } });
    const words = [`Keycloak cannot be reached at ${url}/realms/${site.realm.name}`, 'nothing accepts connections'];
    await expectOutage([...words, `Check it with: curl ${url}/realms/${site.realm.name}`]);
    const plan = exitedWith(4, await site.run('plan -t dev'));
    expect(plan.stderr).toContain(words[0]);
  });

  it('Vault', async () => {
    const address = await closedUrl();
    site.declare(MANIFESTS, { vault: { address } });
    await expectOutage([`Vault cannot be reached at ${address}`, `VAULT_ADDR=${address} vault status`]);
  });

  it('a name that does not resolve', async () => {
    site.declare(MANIFESTS, { keycloak: { url: 'https://sso.invalid' } });
    await expectOutage(['Keycloak cannot be reached at https://sso.invalid', 'does not resolve', 'host name']);
  });

  it('one target that is down does not keep another from being planned', async () => {
    const down: TargetOptions = {
      name: 'east',
      stack: 'east',
      keycloak: { url: await closedUrl() },
      vault: { prefix: 'east' },
    };
    site.declare(MANIFESTS, down, { name: 'west' });
    const { stdout, stderr } = exitedWith(4, await site.run('plan -t east -t west'));
    expect(stderr).toContain('east: error: Keycloak cannot be reached');
    expect(stdout).toContain('west: Keycloak');
  });
});

describe('credentials that are wrong', () => {
  it('for Keycloak: the secret of a client', async () => {
    const { clientId } = site.account;
    const words = [`does not let client ${clientId} of realm ${site.realm.name} in`, site.keycloak.url];
    await expectOutage([...words, 'Check provider.keycloak.auth'], { KEYCLOAK_SECRET: 'canary' });
  });

  it('for Keycloak: the password of a user', async () => {
    const auth = { realm: 'master', username: 'nobody', password: '${env:PASSWORD}' };
    site.declare(MANIFESTS, { keycloak: { auth } });
    const words = ['does not let user nobody of realm master in', 'Check provider.keycloak.auth'];
    await expectOutage(words, { PASSWORD: 'canary' });
  });

  it('for Vault', async () => {
    const words = [`Vault at ${site.store.url} does not accept the token`, 'vault token lookup'];
    await expectOutage(words, { VAULT_TOKEN: 'canary' });
  });
});

describe('a place that is not there', () => {
  it('the realm that the account is in', async () => {
    site.declare(MANIFESTS, { keycloak: { realm: 'no-such-realm' } });
    await expectOutage([`Keycloak at ${site.keycloak.url} has no realm no-such-realm`, 'provider.keycloak.realm']);
  });

  it('the realm that is to be managed', async () => {
    const { clientId } = site.account;
    const auth = { realm: site.realm.name, clientId, clientSecret: '${env:KEYCLOAK_SECRET}' };
    site.declare(MANIFESTS, { keycloak: { realm: 'no-such-realm', auth } });
    await expectOutage(['has no realm no-such-realm', 'provider.keycloak.realm']);
  });

  it('the KV mount', async () => {
    site.declare(MANIFESTS, { vault: { mount: 'no-such-mount' } });
    await expectOutage(['no secrets engine at no-such-mount/', 'vault secrets enable -path=no-such-mount']);
  });
});

describe('rights that are missing', () => {
  it('to read: names the role', async () => {
    const { clientId, clientSecret } = await site.realm.serviceAccount([]);
    site.declare(MANIFESTS, { keycloak: { auth: { clientId, clientSecret: '${env:KEYCLOAK_SECRET}' } } });
    // Of the requests that are made together each needs a role, and any of them may be answered first.
    const words = [
      `does not allow the client ${clientId} this (403)`,
      'of the client realm-management',
      '--rolename view-',
    ];
    await expectOutage(words, { KEYCLOAK_SECRET: clientSecret });
  });

  it('to write: names the role, and no document was touched', async () => {
    const { clientId, clientSecret } = await site.realm.serviceAccount(['view-clients']);
    const auth = { clientId, clientSecret: '${env:KEYCLOAK_SECRET}' };
    site.declare(apiYaml('stock', ['stock:read', 'stock:write']), { keycloak: { auth } });
    const env = { KEYCLOAK_SECRET: clientSecret };
    const result = await site.runInVain('apply -t dev --auto-approve', { env }, { begins: true });
    const { stdout, stderr } = exitedWith(4, result);
    expect(stderr).toContain('does not allow');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `Give the service account of client ${clientId} the role manage-clients`,
    );
  });
});

const listing = ({ path }: { path: string }): boolean => /\/clients\/?\?/.test(path);
const tokens = ({ path }: { path: string }): boolean => path.endsWith('/openid-connect/token');
const metadata = ({ path }: { path: string }): boolean => path.includes('/.well-known/');
const anything = (): boolean => true;

function page(status: number): Fault {
  return { kind: 'status', status, body: '<html>canary</html>', headers: { 'content-type': 'text/html' } };
}

const documents = ({ path }: { path: string }): boolean => path.includes('/data/m2m/');

describe('verify', () => {
  const MANY = yaml(...['orders', 'sales', 'stores'].map((name) => clientYaml(name, '')));

  it.each([
    [
      'refuses',
      { kind: 'status', status: 403, body: '{"errors":["permission denied"]}' } as const,
      'does not allow "read"',
    ],
    ['breaks off', { kind: 'drop-before' } as const, 'Vault cannot be reached'],
  ])('ends with one error when the store %s', async (_, fault: Fault, words) => {
    site.declare(MANY);
    site.store.inject({ match: documents, fault, times: 999 });
    const { stdout, stderr } = exitedWith(4, await site.run('verify -t dev'));
    expect(stdout).toBe('');
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect(stderr).toContain(words);
    site.reset();
    site.store.inject({ match: documents, fault, times: 999 });
    const json = exitedWith(4, await site.run('verify -t dev --format json'));
    expect(JSON.parse(json.stdout)).toMatchObject({ formatVersion: 1, kind: 'error', exitCode: 4 });
  });

  it('ends so when the token endpoint is out of order', async () => {
    site.declare(yaml(BEFORE, clientYaml('orders', '')));
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    site.keycloak.inject({ match: tokens, fault: page(503), times: 999 });
    const { stdout, stderr } = exitedWith(4, await site.run('verify -t dev'));
    expect([stdout, stderr]).toEqual(['', expect.stringContaining('with status 503')]);
    site.reset();
    site.declare(BEFORE);
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
  });

  it('needs no account at Keycloak', async () => {
    site.declare(BEFORE);
    exitedWith(0, await site.run('verify -t dev', { env: { KEYCLOAK_SECRET: '' } }));
    const plan = exitedWith(1, await site.run('plan -t dev', { env: { KEYCLOAK_SECRET: '' } }));
    expect(plan.stderr).toContain('Target dev needs KEYCLOAK_SECRET in the environment');
  });

  it('refuses a token with a line break at its end', async () => {
    const { stderr } = exitedWith(1, await site.run('verify -t dev', { env: { VAULT_TOKEN: 'canary\n' } }));
    expect(stderr).toContain('spec.store.vault.auth.token has a line break at its end, from VAULT_TOKEN');
    expect(stderr).not.toContain('canary');
  });
});

describe('answers that are not what they should be', () => {
  it.each([
    ['a page of a proxy instead of a token', tokens, page(200), 'Is that the base URL of a Keycloak server?'],
    ['a page of a proxy instead of metadata', metadata, page(200), 'gives no OpenID metadata'],
    ['a page of a proxy instead of clients', listing, page(200), 'listing of clients'],
    ['a page of a proxy that failed', listing, page(502), 'answers with status 502: list clients'],
    ['the server out of order', listing, page(503), 'answers with status 503: list clients'],
    ['an error of the server', listing, page(500), 'answers with status 500: list clients'],
    ['an error of the server at the login', tokens, page(500), 'with status 500'],
    ['an empty listing', listing, { kind: 'status', status: 200, body: '[]' } as const, 'lists no clients'],
    ['a 401 for good', listing, { kind: 'status', status: 401 } as const, 'the client scope kc-admin-api'],
    ['a connection that breaks', listing, { kind: 'drop-before' } as const, 'Keycloak cannot be reached'],
  ])('of Keycloak: %s', async (_, match, fault: Fault, words) => {
    site.keycloak.inject({ match, fault, times: 99 });
    await expectOutage([words, site.keycloak.url]);
  });

  it.each([
    ['a page of a proxy', page(200), 'a page that is not JSON'],
    ['a page of a proxy that failed', page(502), 'a page that is not JSON'],
    ['an error of the server', { kind: 'status', status: 500, body: '{"errors":["canary"]}' } as const, 'answers 500'],
  ])('of Vault: %s', async (_, fault: Fault, words) => {
    site.store.inject({ match: anything, fault, times: 99 });
    await expectOutage([words, site.store.url, 'vault status']);
  });

  it.each([
    ['Keycloak, at the login', tokens, 307],
    ['Keycloak, at the metadata', metadata, 302],
    ['Keycloak, at the listing', listing, 308],
    ['Vault', anything, 307],
  ])('redirects, which carry no credential anywhere: %s', async (server, match, status) => {
    const elsewhere = await startListener();
    const proxy = server === 'Vault' ? site.store : site.keycloak;
    const headers = { location: `${elsewhere.url}/login?canary` };
    proxy.inject({ match, fault: { kind: 'status', status, headers }, times: 99 });
    await expectOutage([server.split(',')[0] ?? '', proxy.url, 'redirects to', elsewhere.url]);
    expect(elsewhere.connections()).toBe(0);
    await elsewhere.close();
  });

  it.each([
    ['on a host that is not allowed', 'the token endpoint of Target dev is at localhost:', (url: string) => url],
    ['without TLS', 'the token endpoint of Target dev is http://sso.test/token, without TLS', () => 'http://sso.test'],
  ])('a token endpoint %s gets no credential', async (_, words, place) => {
    const elsewhere = await startListener();
    const answer = await fetch(`${site.keycloak.url}/realms/${site.realm.name}/.well-known/openid-configuration`);
    const body = (await answer.text()).replaceAll(
      /"(token|introspection)_endpoint":"[^"]+"/g,
      (_, name: string) => `"${name}_endpoint":"${place(elsewhere.url)}/${name}"`,
    );
    site.keycloak.inject({ match: metadata, fault: { kind: 'status', status: 200, body }, times: 99 });
    const allowed = [site.keycloak.url, site.store.url, 'http://sso.test'].map((url) => new URL(url).host).join();
    const result = await site.runInVain('apply -t dev --auto-approve', { env: { GRANTRY_ALLOWED_HOSTS: allowed } });
    expect(exitedWith(3, result).stderr).toContain(words);
    expect(elsewhere.connections()).toBe(0);
    await elsewhere.close();
  });
});
