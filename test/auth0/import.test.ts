/** The law of import on the emulator of Auth0. */
import { afterEach, describe, expect, it } from 'vitest';
import { handMadeTenant } from '../support/auth0/estates/hand-made-tenant.ts';
import { adoptAll, expectFates, importAll } from '../support/auth0/estates/import-law.ts';
import { TenantSite } from '../support/auth0/estates/tenant-site.ts';
import { tokensOf } from '../support/auth0/estates/tokens-of.ts';

let site: TenantSite;
afterEach(() => site.close());

describe('a tenant that was made by hand', () => {
  it.each([1, 2, 3, 4, 5])('is imported and adopted, and nothing of it becomes other: seed %i', async (seed) => {
    const made = handMadeTenant({ seed, apis: 6, applications: 20 });
    site = await TenantSite.open(made);
    const before = { tenant: site.unmarked(), tokens: await tokensOf(site.emulator, site.applications) };
    site.emulator.reset();
    expectFates(site, await importAll(site), made);
    await adoptAll(site);
    expect(site.unmarked()).toEqual(before.tenant);
    expect(await tokensOf(site.emulator, site.applications)).toEqual(before.tokens);

    const files = site.files();
    site.emulator.reset();
    expect((await importAll(site)).imported).toEqual([]);
    expect(site.files()).toEqual(files);
    expect(await site.run('plan', '-t', 'dev', '--detailed-exitcode')).toMatchObject({ code: 0 });
  });
});
