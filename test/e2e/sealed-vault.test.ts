/** A real Vault that gets sealed: it takes one of its own. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import { startCountingProxy } from '../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../support/servers/counting-proxy.ts';
import { startVault } from '../support/servers/servers.ts';
import { Site } from '../support/process/site.ts';
import { clientYaml } from '../support/bench/workbench.ts';

let site: Site;
let own: Awaited<ReturnType<typeof startVault>>;
let front: CountingProxy;

beforeAll(async () => {
  [site, own] = await Promise.all([Site.open(), startVault(inject('vaultImage'))]);
  front = await startCountingProxy(own.server.url);
});
afterAll(() => Promise.all([site.close(), front.close(), own.container.stop()]));

it('a sealed Vault is reported as such, and Keycloak is left alone', async () => {
  const env = { VAULT_TOKEN: own.server.rootToken };
  const vault = { address: front.url, mount: 'secret' };
  site.declare(clientYaml('orders', ''), { vault });
  exitedWith(0, await site.run('apply -t dev --auto-approve', { env }));
  site.declare(clientYaml('sales', ''), { vault });
  front.reset();

  const headers = { 'X-Vault-Token': own.server.rootToken };
  expect((await fetch(`${own.server.url}/v1/sys/seal`, { method: 'PUT', headers })).status).toBe(204);
  for (const command of ['plan -t dev', 'apply -t dev --auto-approve', 'verify -t dev']) {
    const { stdout, stderr } = exitedWith(4, await site.runInVain(command, { env }));
    expect(stdout).toBe('');
    expect(stderr).toContain(`Vault at ${front.url} is sealed`);
    expect(stderr).toContain('vault operator unseal');
  }
  expect(front.writes()).toEqual([]);
});
