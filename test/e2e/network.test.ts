/** Proxies and private CAs, as companies have them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import { startForwardProxy } from '../support/servers/forward-proxy.ts';
import type { ForwardProxy } from '../support/servers/forward-proxy.ts';
import { Site } from '../support/process/site.ts';
import { startTlsServer } from '../support/servers/tls-server.ts';
import type { TlsServer } from '../support/servers/tls-server.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const API = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';

let site: Site;
let proxy: ForwardProxy;
beforeAll(async () => {
  [site, proxy] = await Promise.all([Site.open(), startForwardProxy()]);
});
afterAll(() => Promise.all([site.close(), proxy.close()]));

describe('a forward proxy', () => {
  it('that HTTP_PROXY names carries every request, tokens and proofs included', async () => {
    site.declare(yaml(API, clientYaml('plain', ACCESS)));
    const { stdout } = exitedWith(0, await site.run('apply -t dev --auto-approve', { env: { HTTP_PROXY: proxy.url } }));
    expect(stdout).toContain('1 client proven.');
    const direct = site.keycloak.requests.length + site.store.requests.length;
    expect(proxy.requests.length).toBe(direct);
    expect(proxy.requests.join('\n')).toContain(`POST ${site.keycloak.url}/realms/${site.realm.name}/protocol/openid`);
  });

  it('is left out for the hosts of NO_PROXY', async () => {
    const before = proxy.requests.length;
    const [keycloak, vault] = [new URL(site.keycloak.url).host, new URL(site.store.url).host];
    const run = (noProxy: string) => site.run('plan -t dev', { env: { HTTP_PROXY: proxy.url, NO_PROXY: noProxy } });
    exitedWith(0, await run('localhost,127.0.0.1'));
    expect(proxy.requests.length).toBe(before);
    exitedWith(0, await run(vault));
    const seen = proxy.requests.slice(before).join('\n');
    expect(seen).toContain(keycloak);
    expect(seen).not.toContain(vault);
  });

  it('that refuses is not taken for a server that refuses', async () => {
    const strict = await startForwardProxy({ refuse: 407 });
    site.declare(API, { keycloak: { url: 'https://sso.test' }, vault: { address: 'https://vault.test' } });
    const { stderr } = exitedWith(4, await site.run('plan -t dev', { env: { HTTPS_PROXY: strict.url } }));
    expect(stderr).toContain('the proxy refuses');
    expect(stderr).toContain('Check HTTPS_PROXY');
    expect(strict.requests[0]).toMatch(/^CONNECT (sso|vault)\.test:443$/);
    await strict.close();
  });

  it('whose address is no URL is refused', async () => {
    const { stderr } = exitedWith(1, await site.run('plan -t dev', { env: { HTTPS_PROXY: 'proxy.test:3128' } }));
    expect(stderr).toContain('HTTPS_PROXY is not an http or https URL');
  });
});

describe('a private CA', () => {
  let keycloak: TlsServer;
  let vault: TlsServer;
  let caFile: string;

  beforeAll(async () => {
    [keycloak, vault] = await Promise.all([startTlsServer(site.realm.url), startTlsServer(site.vault.url)]);
    caFile = join(site.folder, 'ca.pem');
    writeFileSync(caFile, [keycloak.caPem, vault.caPem].join('\n'));
    site.declare(
      yaml(apiYaml('safe', ['safe:read']), clientYaml('secure', 'access: [{api: safe, scopes: [safe:read]}]')),
      {
        stack: 'secure',
        keycloak: { url: keycloak.url },
        vault: { address: vault.url },
      },
    );
  });

  afterAll(() => Promise.all([keycloak.close(), vault.close()]));

  it('is trusted by NODE_EXTRA_CA_CERTS', async () => {
    const env = { NODE_EXTRA_CA_CERTS: caFile };
    const { stdout } = exitedWith(0, await site.run('apply -t dev --auto-approve', { env }));
    expect(stdout).toContain('1 client proven.');
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode', { env }));
  });

  it('is not trusted without it, and the error says the way', async () => {
    const neither = exitedWith(4, await site.runInVain('plan -t dev'));
    expect(neither.stderr).toMatch(/(Keycloak|Vault) cannot be reached at https:\/\/localhost:\d+.*: TLS failed/);
    expect(neither.stderr).toContain('set NODE_EXTRA_CA_CERTS to the PEM file of that CA');
    const env = { NODE_EXTRA_CA_CERTS: keycloak.caFile };
    const one = exitedWith(4, await site.runInVain('apply -t dev --auto-approve', { env }));
    expect(one.stderr).toContain(`Vault cannot be reached at ${vault.url}`);
  });

  it('works through the tunnel of a proxy, too', async () => {
    const before = proxy.requests.length;
    const env = { NODE_EXTRA_CA_CERTS: caFile, HTTPS_PROXY: proxy.url };
    exitedWith(0, await site.run('verify -t dev', { env }));
    const tunnels = new Set(proxy.requests.slice(before));
    expect([...tunnels].toSorted()).toEqual(
      [keycloak.url, vault.url].map((url) => `CONNECT ${new URL(url).host}`).toSorted(),
    );
  });
});
