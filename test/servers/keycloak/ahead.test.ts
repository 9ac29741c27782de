/** What later versions of Keycloak are documented to change: everything works through it, or the message names what is missing. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isProven } from '../../../src/model/report.ts';
import { startKeycloakAhead } from '../../support/servers/keycloak-ahead.ts';
import type { KeycloakAhead, RuleName } from '../../support/servers/keycloak-ahead.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';
import { secretIn } from '../../support/stored-secrets.ts';

const NO_OVERLAP = '{overlap: 0s}';
const STOCK = apiYaml('stock', ['stock:read'], ', introspectedBy: stock-api');
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const ORDERS = clientYaml('orders', ACCESS);
const INTROSPECTOR = clientYaml('stock-api', '');
const PLAIN = yaml(STOCK, ORDERS, INTROSPECTOR);
const APPLY = ['manage-clients', 'manage-users', 'manage-realm'];

let bench: Workbench;
let proxy: KeycloakAhead;

beforeAll(async () => {
  const direct = await Workbench.open({ rotate: NO_OVERLAP });
  proxy = await startKeycloakAhead(direct.realm);
  // One name of the server for all: it stands in what is delivered.
  bench = direct.as({ keycloakUrl: proxy.url });
  const { admin } = bench.realm;
  for (const name of ['kc-admin-api', 'delegation:user', 'delegation:client']) {
    await admin.clientScopes.create({
      name,
      protocol: 'openid-connect',
      attributes: { 'include.in.token.scope': 'true' },
    });
  }
  await admin.roles.create({ name: 'auditor' });
  expect(done(await bench.apply(PLAIN))).toEqual(['done', 'done', 'done']);
});
afterEach(() => {
  proxy.follow([]);
  proxy.reset();
});
afterAll(async () => {
  await proxy.close();
  await bench.close();
});

/** From now on these rules hold. Gives an account with these roles, to which the scope of the Admin API is assigned so. */
async function ahead(
  rules: readonly RuleName[],
  roles: readonly string[],
  scope: 'default' | 'optional' | 'not' = 'default',
): Promise<{ bench: Workbench; clientId: string }> {
  const { admin } = bench.realm;
  const { clientId, clientSecret } = await bench.realm.serviceAccount(roles);
  const [client] = await admin.clients.find({ clientId });
  const clientScopeId = (await admin.clientScopes.find()).find(({ name }) => name === 'kc-admin-api')?.id ?? '';
  const id = client?.id ?? '';
  if (scope === 'default') await admin.clients.addDefaultClientScope({ id, clientScopeId });
  if (scope === 'optional') await admin.clients.addOptionalClientScope({ id, clientScopeId });
  proxy.follow(rules);
  const auth = `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`;
  return { bench: bench.as({ auth, env: { ACCOUNT_SECRET: clientSecret } }), clientId };
}

const done = ({ results }: { results: readonly { reason?: string; outcome: string }[] }): string[] =>
  results.map(({ reason, outcome }) => reason ?? outcome);

describe('with all that 26.8.2 is documented to change', () => {
  const RULES: readonly RuleName[] = [
    'adminApiScope',
    'mappersNeedManageRealm',
    'maskedSecrets',
    'assignmentNeedsManage',
    'delegationScopes',
    'hiddenScopeMappings',
    'disabledLeaveAudience',
  ];

  it('apply, plan, rotate and verify work, and new clients hold no scope that nobody declared', async () => {
    const { bench: full } = await ahead(RULES, APPLY);
    const more = yaml(
      PLAIN,
      apiYaml('bills', ['bills:read']),
      clientYaml('ledger', 'access: [{api: bills, scopes: [bills:read]}]'),
    );
    expect(done(await full.apply(more))).toEqual(['done', 'done']);
    expect((await full.plan(more, { checkStore: true })).changes).toEqual([]);
    expect((await full.prove(more)).every(isProven)).toBe(true);
    const [rotated] = await full.rotate(more, { kind: 'named', names: ['ledger'], force: false, revoke: false });
    expect(rotated?.reason ?? rotated?.outcome).toBe('done');
    expect((await full.prove(more)).every(isProven)).toBe(true);
    const [client] = await bench.realm.admin.clients.find({ clientId: 'ledger' });
    expect(client?.optionalClientScopes).toEqual([]);
    expect(done(await full.apply(PLAIN))).toEqual(['done', 'done']);
  });

  it('a plan by an account that may only view has nothing to do, and compares no mask with the store', async () => {
    const { bench: viewer } = await ahead(RULES, ['view-clients', 'view-users', 'view-realm']);
    expect((await viewer.plan(PLAIN)).changes).toEqual([]);
    await expect(viewer.plan(PLAIN, { checkStore: true })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('an account that may read secrets'),
    });
    const { store } = await viewer.ports(PLAIN);
    expect(secretIn(await store.read('orders'))).not.toMatch(/^\*+$/);
  });
});

const tokens = (): number =>
  proxy.requests.filter(({ path }) => path.endsWith('/protocol/openid-connect/token')).length;

describe('kc-admin-api', () => {
  it('held by default takes no request more', async () => {
    const { bench: one } = await ahead(['adminApiScope'], APPLY);
    expect((await one.plan(PLAIN)).changes).toEqual([]);
    expect([tokens(), proxy.requests.filter(({ status }) => status === 401).length]).toEqual([1, 0]);
  });

  it('held on request is asked for, once a token without it was refused', async () => {
    const { bench: one } = await ahead(['adminApiScope'], APPLY, 'optional');
    expect((await one.plan(PLAIN)).changes).toEqual([]);
    expect(tokens()).toBe(2);
  });

  it('not held is named, with the commands that assign it', async () => {
    const { bench: one, clientId } = await ahead(['adminApiScope'], APPLY, 'not');
    await expect(one.plan(PLAIN)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringMatching(
        new RegExp(
          `kc-admin-api[\\s\\S]*clientId=${clientId}[\\s\\S]*kcadm.sh update clients/\\$id/default-client-scopes/\\$scope`,
        ),
      ),
    });
  });

  it('is not asked for where tokens without it are good', async () => {
    const { bench: one } = await ahead([], APPLY, 'not');
    expect((await one.plan(PLAIN)).changes).toEqual([]);
    expect(tokens()).toBe(1);
  });
});

it('protocol mappers: an apply without manage-realm names it, with the command, and does what needs none', async () => {
  const { bench: one, clientId } = await ahead(['mappersNeedManageRealm'], ['manage-clients']);
  const more = yaml(PLAIN, apiYaml('bills', ['bills:read']), clientYaml('ledger', ACCESS));
  const { results } = await one.apply(more);
  expect(results.find(({ address }) => address === 'Client/ledger')?.outcome).toBe('done');
  expect(results.find(({ address }) => address === 'Api/bills')).toMatchObject({
    outcome: 'failed',
    hint: expect.stringContaining(
      `kcadm.sh add-roles -r ${bench.realm.name} --uusername service-account-${clientId} --cclientid realm-management --rolename manage-realm`,
    ),
  });
  proxy.follow([]);
  await bench.apply(PLAIN);
});

it('scope mappings that are not shown are never taken for none', async () => {
  const withRole = yaml(PLAIN, clientYaml('audit', 'keycloak: {serviceAccountRoles: {realm: [auditor]}}'));
  expect(done(await bench.apply(withRole))).toEqual(['done']);
  const { bench: blind } = await ahead(['hiddenScopeMappings'], ['view-clients', 'view-users']);
  await expect(blind.plan(withRole)).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    hint: expect.stringContaining('view-realm'),
  });
  const { bench: sighted } = await ahead(['hiddenScopeMappings'], ['view-clients', 'view-users', 'view-realm']);
  expect((await sighted.plan(withRole)).changes).toEqual([]);
  proxy.follow([]);
  await bench.apply(PLAIN);
});

it('a disabled client leaves the audience: verify names it, and plan enables it', async () => {
  const { bench: one } = await ahead(['disabledLeaveAudience'], APPLY);
  const { admin } = bench.realm;
  const [introspector] = await admin.clients.find({ clientId: 'stock-api' });
  await admin.clients.update({ id: introspector?.id ?? '' }, { clientId: 'stock-api', enabled: false });
  const proof = (await one.prove(PLAIN)).find(({ address }) => address === 'Client/orders');
  const failed = proof?.checks.find(({ outcome }) => outcome === 'failed');
  expect(failed?.detail).toContain('see whether stock-api is enabled');
  expect((await one.plan(PLAIN)).changes.map(({ op, address }) => `${op} ${address}`)).toEqual([
    'update Client/stock-api',
  ]);
  expect(done(await one.apply(PLAIN))).toEqual(['done']);
  expect((await one.prove(PLAIN)).every(isProven)).toBe(true);
});
