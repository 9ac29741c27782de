/** The law of import, and how often it asks, for a tenant of many applications. */
import { afterEach, expect, it } from 'vitest';
import { groupBy } from '../../src/model/values/groups.ts';
import { handMadeTenant } from '../support/auth0/estates/hand-made-tenant.ts';
import { adoptAll, expectFates, importAll } from '../support/auth0/estates/import-law.ts';
import { TenantSite } from '../support/auth0/estates/tenant-site.ts';
import { tokensOf } from '../support/auth0/estates/tokens-of.ts';

let site: TenantSite;
afterEach(() => site.close());

it('a tenant of 300 applications is read in pages, and nothing is asked about one of them', async () => {
  const made = handMadeTenant({ seed: 300, apis: 12, applications: 300 });
  site = await TenantSite.open(made);
  const before = { tenant: site.unmarked(), tokens: await tokensOf(site.emulator, site.applications) };
  site.emulator.reset();
  const began = performance.now();
  const report = await importAll(site);
  const imported = performance.now();
  const asked = groupBy(site.emulator.select({ method: 'GET' }), ({ path }) => path);
  const { clients, grants } = site.emulator.state;
  // What is there is read, and then held against what would be written, as a plan does.
  expect(Object.fromEntries([...asked].map(([path, requests]) => [path, requests.length]))).toEqual({
    '/api/v2/clients': 2 * Math.ceil((clients.size - 1) / 100),
    '/api/v2/client-grants': 2 * Math.ceil(grants.size / 100),
    '/api/v2/resource-servers': 2,
    '/.well-known/openid-configuration': 1,
  });
  expectFates(site, report, made);
  await adoptAll(site);
  const count = report.imported.filter(({ address }) => address.startsWith('Client/')).length;
  expect(count).toBeGreaterThan(100);
  const [toImport, toAdopt] = [imported - began, performance.now() - imported].map((ms) => (ms / 1000).toFixed(1));
  process.stdout.write(
    `300 applications, ${count} of them imported: in ${toImport} s, planned and adopted in ${toAdopt} s more\n`,
  );
  expect(site.unmarked()).toEqual(before.tenant);
  expect(await tokensOf(site.emulator, site.applications)).toEqual(before.tokens);
}, 300_000);
