import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { isProven } from '../../../src/model/report.ts';
import { hasTrait } from '../../../src/providers/keycloak/versions/traits.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const PLAIN = yaml(
  apiYaml('stock', ['stock:read'], ', introspectedBy: stock-api'),
  clientYaml('stock-api', ''),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);
const WITH_CLIENT_ROLES = yaml(
  PLAIN,
  clientYaml('books', 'keycloak: {serviceAccountRoles: {clients: {ledger: [reader]}}}'),
);
const WITH_ROLES = yaml(
  WITH_CLIENT_ROLES,
  clientYaml('audit', 'keycloak: {serviceAccountRoles: {realm: [auditor], clients: {ledger: [reader]}}}'),
);

const NO_OVERLAP = '{overlap: 0s}';

const refusedFor = (role: string): object => ({ outcome: 'failed', hint: expect.stringContaining(role) });

const guardsRealmRoles = hasTrait('realmRolesGuarded', inject('keycloak').version);

/** The tables of docs/keycloak.md, held true here: what is listed suffices, and without any one of it there is a refusal. */
describe('the rights of the provisioning account', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await Workbench.open({ rotate: NO_OVERLAP });
    await bench.realm.admin.roles.create({ name: 'auditor' });
    const ledger = await bench.realm.admin.clients.create({ clientId: 'ledger' });
    await bench.realm.admin.clients.createRole({ id: ledger.id, name: 'reader' });
  });

  afterAll(() => bench.close());

  async function withRoles(roles: readonly string[]): Promise<Workbench> {
    const account = await bench.realm.serviceAccount(roles);
    return bench.as({
      auth: `{clientId: ${account.clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
      env: { ACCOUNT_SECRET: account.clientSecret },
    });
  }

  it('apply: manage-clients suffices where no client declares roles', async () => {
    const account = await withRoles(['manage-clients']);
    const { results } = await account.apply(PLAIN);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done', 'done']);
    expect((await account.prove(PLAIN)).every(isProven)).toBe(true);
  });

  it('apply: manage-clients and manage-users suffice where clients declare roles of clients', async () => {
    const account = await withRoles(['manage-clients', 'manage-users']);
    const { results } = await account.apply(WITH_CLIENT_ROLES);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect((await account.prove(WITH_CLIENT_ROLES)).every(isProven)).toBe(true);
    expect((await account.plan(WITH_CLIENT_ROLES)).changes).toEqual([]);
  });

  it('apply: manage-clients, manage-users and manage-realm suffice where clients declare roles of the realm', async () => {
    const account = await withRoles(['manage-clients', 'manage-users', 'manage-realm']);
    const { results } = await account.apply(WITH_ROLES);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect((await account.prove(WITH_ROLES)).every(isProven)).toBe(true);
    expect((await account.plan(WITH_ROLES)).changes).toEqual([]);
  });

  it('plan: view-clients suffices where no client declares roles', async () => {
    const without = await Workbench.open({ rotate: NO_OVERLAP });
    try {
      const account = await without.realm.serviceAccount(['view-clients']);
      const planner = without.as({
        auth: `{clientId: ${account.clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
        env: { ACCOUNT_SECRET: account.clientSecret },
      });
      await without.apply(PLAIN);
      expect((await planner.plan(PLAIN)).changes).toEqual([]);
    } finally {
      await without.close();
    }
  });

  it('plan: view-clients and view-users suffice where clients declare roles', async () => {
    expect((await (await withRoles(['view-clients', 'view-users'])).plan(WITH_ROLES)).changes).toEqual([]);
  });

  it.each([
    { roles: [], needs: 'view-clients' },
    { roles: ['view-users'], needs: 'view-clients' },
  ])('plan with $roles names the missing role', async ({ roles, needs }) => {
    const account = await withRoles(roles);
    await expect(account.plan(PLAIN)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining(needs),
    });
  });

  it('plan of declared roles without view-users names it', async () => {
    const account = await withRoles(['view-clients']);
    await expect(account.plan(WITH_ROLES)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('view-users'),
    });
  });

  it('an account that sees nothing gets an error: an empty listing is not taken as an empty realm', async () => {
    const account = await withRoles(['query-clients']);
    await expect(account.plan(PLAIN)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining('lists no'),
      hint: expect.stringContaining('view-clients'),
    });
  });

  it('apply with view-clients only changes nothing and names manage-clients', async () => {
    const account = await withRoles(['view-clients', 'view-users']);
    const more = yaml(WITH_ROLES, apiYaml('extra', ['extra:read']));
    const { results, firstError } = await account.apply(more);
    expect(results).toMatchObject([
      { address: 'Api/extra', outcome: 'failed', hint: expect.stringContaining('manage-clients') },
    ]);
    expect(firstError).toBe('NOT_ALLOWED');
  });

  async function applyMore(client: string, has: readonly string[]) {
    const more = yaml(WITH_ROLES, clientYaml(client, 'keycloak: {serviceAccountRoles: {realm: [auditor]}}'));
    const ofClient = async (account: Workbench) =>
      (await account.apply(more)).results.filter(({ address }) => address === `Client/${client}`);
    const first = await ofClient(await withRoles(has));
    const able = await withRoles(['manage-clients', 'manage-users', 'manage-realm']);
    const again = await ofClient(able);
    expect((await able.prove(more)).every(isProven)).toBe(true);
    return { first, again };
  }

  it('apply of roles without manage-users names it, and a later run that may converges', async () => {
    const { first, again } = await applyMore('one', ['manage-clients', 'view-users']);
    expect(first).toMatchObject([refusedFor('manage-users')]);
    expect(again).toMatchObject([{ op: 'update', outcome: 'done' }]);
  });

  it(`apply of roles of the realm without manage-realm ${guardsRealmRoles ? 'names it, and a later run that may converges' : 'is done: this version does not ask for it'}`, async () => {
    const { first, again } = await applyMore('two', ['manage-clients', 'manage-users']);
    expect(first).toMatchObject([guardsRealmRoles ? refusedFor('manage-realm') : { outcome: 'done' }]);
    expect(again).toMatchObject(guardsRealmRoles ? [{ op: 'update', outcome: 'done' }] : []);
  });
});

const pasted = z.looseObject({ name: z.string() });

describe('the rights that overlaps take', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await Workbench.open();
  });

  afterAll(() => bench.close());

  async function withRoles(roles: readonly string[]): Promise<Workbench> {
    const account = await bench.realm.serviceAccount(roles);
    return bench.as({
      auth: `{clientId: ${account.clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
      env: { ACCOUNT_SECRET: account.clientSecret },
    });
  }

  it('plan without view-realm names it', async () => {
    await expect((await withRoles(['view-clients'])).plan(PLAIN)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('view-realm'),
    });
  });

  it('apply without manage-realm changes no client, and gives an administrator what to paste', async () => {
    const { results, firstError } = await (await withRoles(['manage-clients', 'view-realm'])).apply(PLAIN);
    expect(firstError).toBe('NOT_ALLOWED');
    const [rotation] = results.filter(({ address }) => address === 'Rotation/48h');
    expect(rotation).toMatchObject({ outcome: 'failed', hint: expect.stringContaining('manage-realm') });
    const clients = results.filter(({ address }) => address.startsWith('Client/'));
    expect(clients.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
    const [profile, policy] = (rotation?.hint ?? '')
      .split('\n{')
      .slice(1)
      .map((json) => pasted.parse(JSON.parse(`{${json}`)));
    const { admin } = bench.realm;
    await admin.clientPolicies.createProfiles({ profiles: [profile ?? {}] });
    await admin.clientPolicies.updatePolicy({ policies: [policy ?? {}] });
    const left = await (await withRoles(['manage-clients', 'view-realm'])).apply(PLAIN);
    expect(left.results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done']);
  });

  it('plan: view-clients and view-realm suffice', async () => {
    expect((await (await withRoles(['view-clients', 'view-realm'])).plan(PLAIN)).changes).toEqual([]);
  });

  it('apply: manage-clients and manage-realm suffice', async () => {
    const other = await Workbench.open();
    try {
      const account = await other.realm.serviceAccount(['manage-clients', 'manage-realm']);
      const able = other.as({
        auth: `{clientId: ${account.clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
        env: { ACCOUNT_SECRET: account.clientSecret },
      });
      const { results } = await able.apply(PLAIN);
      expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done', 'done', 'done']);
      expect((await able.plan(PLAIN)).changes).toEqual([]);
    } finally {
      await other.close();
    }
  });
});
