import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';
import { exitedWith } from '../../support/process/cli.ts';
import { StoreSite } from '../../support/stores/store-site.ts';
import type { OpenTestStore, TestStore } from '../../support/stores/test-store.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const client = (name: string, path: string): string =>
  clientYaml(name, `access: [{api: stock, scopes: [stock:read]}], credential: {path: ${path}}`);
const ORDERS = client('orders', 'team-checkout/orders');
const REPORT = client('report', 'team-report/report');
const LATE = client('late', 'team-checkout/late');

/** A plan of a target in which nothing changed asks no more than this, however many clients there are in its two folders. */
const MOST_REQUESTS = 10;

/** The main story of grantry, by the built command line, on a store of any kind and a real Keycloak. */
export function testStory(openStore: OpenTestStore): void {
  let site: StoreSite;
  let store: TestStore;
  const held: string[] = [];

  // The tests are one story, in order.
  beforeAll(async () => {
    [site, store] = await Promise.all([StoreSite.open(), openStore()]);
    site.declare(yaml(STOCK, ORDERS, REPORT), { store });
  });

  afterAll(async () => {
    await Promise.all([site.close(), store.close()]);
  });

  async function noteSecrets(): Promise<void> {
    held.push(...(await store.secrets()));
  }

  async function reset(): Promise<void> {
    site.keycloak.reset();
    await store.reset();
  }

  it('apply delivers credentials that work', async () => {
    const { stdout } = exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(stdout).toContain('2 clients proven');
    const document = await store.read('team-checkout/orders');
    expect(document).toMatchObject({ client_id: 'orders', client_secret: await site.secretOf('orders') });
    expect(await site.tokenWith(document)).toBe(200);
    await noteSecrets();
  });

  it('a second apply writes nothing, and a plan costs few requests', async () => {
    await reset();
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode'));
    expect(store.requests() ?? 0).toBeLessThanOrEqual(MOST_REQUESTS);
    expect(exitedWith(0, await site.run('apply -t dev --auto-approve')).stdout).toContain('nothing to do');
    expect([site.keycloak.writes(), await store.writes()]).toEqual([[], []]);
  });

  it('a change by hand at the provider is seen and taken back', async () => {
    const [found] = await site.realm.admin.clients.find({ clientId: 'orders' });
    await site.realm.admin.clients.update({ id: found?.id ?? '' }, { ...found, directAccessGrantsEnabled: true });
    await reset();
    const plan = exitedWith(2, await site.run('plan -t dev --detailed-exitcode --out plan.json'));
    expect(plan.stdout).toContain('direct access grants');
    exitedWith(0, await site.run('apply -t dev plan.json'));
    expect(await store.writes()).toEqual([]);
  });

  it('a rotation delivers another credential, and the one before is accepted beside it', async () => {
    const before = await store.read('team-checkout/orders');
    exitedWith(0, await site.run('rotate -t dev orders --force'));
    const after = await store.read('team-checkout/orders');
    expect(after?.['client_secret']).not.toBe(before?.['client_secret']);
    expect([await site.tokenWith(before), await site.tokenWith(after)]).toEqual([200, 200]);
    expect(exitedWith(0, await site.run('status -t dev')).stdout).toContain('overlap');
    await noteSecrets();
  });

  it('a document that was lost is delivered again, with the credential that the client has', async () => {
    const before = await store.read('team-checkout/orders');
    await store.remove('team-checkout/orders');
    exitedWith(2, await site.run('plan -t dev --detailed-exitcode'));
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect((await store.read('team-checkout/orders'))?.['client_secret']).toBe(before?.['client_secret']);
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
  });

  it('a document of somebody else is in the way, and stays as it is', async () => {
    const theirs = { client_id: 'theirs', client_secret: 'canary-of-theirs' };
    await store.putForeign('team-checkout/late', theirs);
    held.push(theirs.client_secret);
    site.declare(yaml(STOCK, ORDERS, REPORT, LATE), { store });
    await reset();
    const { stdout } = exitedWith(3, await site.run('plan -t dev'));
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('holds a document that grantry did not write');
    exitedWith(3, await site.run('apply -t dev --auto-approve'));
    expect([site.keycloak.writes(), await store.writes()]).toEqual([[], []]);
    expect(await store.read('team-checkout/late')).toEqual(theirs);
  });

  it('a client that is deleted leaves its document, marked as retired', async () => {
    site.declare(yaml(STOCK, ORDERS), { store });
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(await site.secretOf('report')).toBeUndefined();
    expect(await store.stateOf('team-report/report')).toBe('retired');
    expect(await store.read('team-report/report')).toMatchObject({ client_id: 'report' });
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode'));
  });

  it('no secret was printed, or written to a file that is not the store', async () => {
    await noteSecrets();
    expect(new Set(held).size).toBeGreaterThanOrEqual(4);
    expect(site.leaksOf([...held, ...Object.values(store.env)])).toEqual([]);
  });
}
