/** The law of import on the emulator of Auth0. */
import { afterEach, describe, expect, it } from 'vitest';
import { textOf } from '../../demo/auth0/emulator/json.ts';
import { handMadeTenant } from '../support/auth0/estates/hand-made-tenant.ts';
import { adoptAll, expectFates, importAll } from '../support/auth0/estates/import-law.ts';
import { TenantSite } from '../support/auth0/estates/tenant-site.ts';
import { clientYaml } from '../support/bench/workbench.ts';
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

const SCOPES = ['read:clients', 'read:client_grants', 'read:resource_servers'];

/** What grantry's own application may do from now on. */
function allow(scope: string[]): void {
  const own = site.emulator.state.grantsOf(site.emulator.clientId).find(({ fields }) => textOf(fields['audience']));
  if (own === undefined) throw new Error('grantry has no grant');
  own.fields = { ...own.fields, scope };
}

describe('import', () => {
  it('needs what a plan needs, and says where keys are that it may not see', async () => {
    site = await TenantSite.open(handMadeTenant({ seed: 1, apis: 2, applications: 60 }));
    allow(SCOPES);
    const { leftOut } = await importAll(site);
    const reasonOf = new Map(leftOut.map(({ id, reason }) => [id, reason]));
    const keyed = site.applications.filter(({ keys }) => keys > 0);
    expect(keyed.length).toBeGreaterThan(0);
    expect(keyed.map(({ id }) => reasonOf.get(id))).toEqual(keyed.map(() => 'authentication-unknown'));
  });

  it.each(SCOPES)('says that it lacks %s', async (lacking) => {
    site = await TenantSite.open({ apis: [], applications: [] });
    allow(SCOPES.filter((scope) => scope !== lacking));
    await expect(site.run('import', '-t', 'dev')).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining(lacking),
    });
  });

  it('reads all pages of APIs', async () => {
    const apis = Array.from({ length: 130 }, (_, index) => ({
      body: { identifier: `https://${index}.test`, scopes: [{ value: 'read' }] },
      leftOutFor: undefined,
    }));
    site = await TenantSite.open({ apis, applications: [] });
    const { imported } = await importAll(site);
    expect(imported).toHaveLength(apis.length);
  });

  it.each([
    [{ start: 0, limit: 100, total: 1200 }, 'shows 0 of 1200'],
    [{}, 'does not say how many APIs'],
  ])('takes no listing of APIs for whole that says of itself: %j', async (head, message) => {
    site = await TenantSite.open({ apis: [], applications: [] });
    const body = { resource_servers: [], ...head };
    site.emulator.inject({ path: /\/resource-servers$/, fault: { kind: 'answer', status: 200, body } });
    await expect(site.run('import', '-t', 'dev')).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining(message),
    });
  });

  it('tells to delete a grant only after it looked for the API of that grant by itself', async () => {
    const audiences = ['https://gone.test', 'https://hidden.test', 'https://a.test,b'];
    const grants = audiences.map((audience) => ({ audience, scope: ['read'] }));
    site = await TenantSite.open({ apis: [], applications: [] });
    const { emulator } = site;
    const ids: string[] = [];
    for (const { audience, scope } of grants) {
      await site.hand.ok('POST', '/resource-servers', { identifier: audience, scopes: [{ value: 'read' }] });
      const app = await site.hand.ok('POST', '/clients', {
        name: audience,
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
      });
      const id = textOf(app['client_id']);
      await site.hand.ok('POST', '/client-grants', { client_id: id, audience, scope });
      ids.push(id);
    }
    const gone = emulator.state.resourceServer('https://gone.test');
    if (gone === undefined) throw new Error('there is no API');
    emulator.state.removeResourceServer(gone);
    emulator.reset();
    // The listing lacks them; a look for one does not.
    const body = { resource_servers: [], start: 0, limit: 100, total: 0 };
    const path = /\/resource-servers$/;
    emulator.inject({ path, times: 1, fault: { kind: 'answer', status: 200, body } });
    const { leftOut } = await importAll(site);
    const reasonOf = new Map(leftOut.map(({ id, reason }) => [id, reason]));
    expect(ids.map((id) => reasonOf.get(id))).toEqual(['api-missing', 'api-not-seen', 'api-not-seen']);
  });

  it('knows an application that a manifest declares by its mark, though it cannot be said any more', async () => {
    site = await TenantSite.open({ apis: [], applications: [] });
    site.declare(clientYaml('orders', ''));
    expect(await site.run('apply', '-t', 'dev', '--auto-approve')).toMatchObject({ code: 0 });
    const app = [...site.emulator.state.clients.values()].find(({ fields }) => fields['name'] === 'orders');
    await site.hand.ok('PATCH', `/clients/${app?.id}`, { callbacks: ['https://shop.test'] });
    const { stdout } = await site.run('import', '-t', 'dev', '--check', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      declared: [{ address: 'Client/orders', id: app?.id }],
      shadow: [],
      leftOut: [{ reason: 'own-account' }],
    });
  });
});
