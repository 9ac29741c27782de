/** What `doctor` looks at in a realm: each check where it fails, and the commands that it names, run by Keycloak's own program. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { CheckResult, Purpose } from '../../../src/model/check.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import type { Ports } from '../../../src/platform/ports.ts';
import { compareVersions, hasTrait } from '../../../src/providers/keycloak/versions/traits.ts';
import { makeProviderOpener } from '../../../src/providers/open.ts';
import { PROVIDERS } from '../../../src/providers/registry.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';
import { runAsAdministrator as run } from '../../support/process/administrator.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import { startKeycloakAhead } from '../../support/servers/keycloak-ahead.ts';
import { startKeycloakWith } from '../../support/servers/servers.ts';
import { takeSnapshot } from '../../support/servers/snapshot.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../../support/stores/findings.ts';

const STOCK = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const PLAIN = yaml(STOCK, clientYaml('orders', ACCESS));
const ROLES = yaml(STOCK, clientYaml('audit', 'keycloak: {serviceAccountRoles: {realm: [auditor]}}'));
const DAY = 86_400;
const NO_OVERLAP = { rotate: '{overlap: 0s}' };
const APPLY = ['manage-clients', 'manage-users', 'manage-realm'];
const { version } = inject('keycloak');

let bench: Workbench;
beforeAll(async () => {
  bench = await Workbench.open();
});
afterAll(() => bench.close());

/** The workbench, as an account with these rights. */
async function accountWith(roles: readonly string[], of = bench): Promise<Workbench> {
  const { clientId, clientSecret } = await of.realm.serviceAccount(roles);
  return of.as({ auth: `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT}"}`, env: { ACCOUNT: clientSecret } });
}

/** What is not fine for these purposes. */
function troublesFor(results: readonly CheckResult[], ...purposes: Purpose[]): ReturnType<typeof troubles> {
  return troubles(results.filter((result) => result.purposes.some((purpose) => purposes.includes(purpose))));
}

async function check(of: Workbench, manifests: string, ports: Ports = systemPorts()): Promise<readonly CheckResult[]> {
  const desired = of.desired(manifests);
  const provider = await makeProviderOpener(PROVIDERS).open(desired.target.provider, ports);
  return (await provider.checks?.(desired)) ?? [];
}

describe('an account without any right', () => {
  it('lacks all that is declared takes, and nothing after the commands that doctor names', async () => {
    const account = await accountWith([]);
    const before = await check(account, ROLES);
    expect(troubles(before)).toMatchObject({
      'view-clients': 'problem',
      'view-users': 'problem',
      'view-realm': 'problem',
      'manage-clients': 'problem',
      'manage-users': 'problem',
      'manage-realm': 'problem',
      'view-events': 'problem',
      'own-account': 'unknown',
    });
    await run(commandsOf(before));
    const between = await check(account, ROLES);
    expect(troubles(between)).toEqual({ 'login-events': 'problem' });
    await run(commandsOf(between));
    expect(troubles(await check(account, ROLES))).toEqual({});
    await bench.realm.admin.roles.create({ name: 'auditor' });
    const { results } = await account.apply(ROLES);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done', 'done']);
  }, 300_000);
});

describe('the rights of the account', () => {
  it('are all there with the roles that docs/keycloak.md lists for a plan', async () => {
    const account = await accountWith(['view-clients', 'view-users', 'view-realm']);
    const results = await check(account, ROLES);
    expect(troublesFor(results, 'plan', 'verify')).toEqual({});
    expect(troublesFor(results, 'apply', 'rotate')).toMatchObject({
      'manage-clients': 'problem',
      'manage-users': 'problem',
      'manage-realm': 'problem',
    });
  });

  it('are all there with the roles that docs/keycloak.md lists for an apply', async () => {
    const account = await accountWith(APPLY);
    expect(troublesFor(await check(account, ROLES), 'plan', 'apply', 'rotate', 'verify')).toEqual({});
  });

  it('are not missing where nothing that is declared takes them', async () => {
    const account = (await accountWith(['manage-clients'])).as(NO_OVERLAP);
    const results = await check(account, PLAIN);
    expect(troublesFor(results, 'plan', 'apply', 'rotate', 'verify')).toEqual({
      'view-users': 'risk',
      'view-realm': 'risk',
      'manage-users': 'risk',
      'client-policies': 'unknown',
    });
    expect(findingOf(results, 'manage-realm')).toEqual({ kind: 'fine', detail: expect.any(String) });
  });

  it('to manage the realm are not needed where an administrator has set the overlaps up', async () => {
    await bench.apply(PLAIN);
    const account = await accountWith(['manage-clients', 'manage-users', 'view-realm']);
    expect(troublesFor(await check(account, PLAIN), 'plan', 'apply', 'rotate')).toEqual({});
  });

  it('to see clients are missing for an account that gets an empty list', async () => {
    const results = await check(await accountWith(['query-clients']), PLAIN);
    expect(troubles(results)).toMatchObject({ 'view-clients': 'problem', 'manage-clients': 'problem' });
  });

  it('are cut off where full scope is off for the client, and that is mended in two rounds', async () => {
    const { admin, name } = bench.realm;
    const { clientId, clientSecret } = await bench.realm.serviceAccount(APPLY);
    const [client] = await admin.clients.find({ realm: name, clientId });
    await admin.clients.update(
      { id: client?.id ?? '' },
      { clientId, serviceAccountsEnabled: true, fullScopeAllowed: false },
    );
    const account = bench.as({
      auth: `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT}"}`,
      env: { ACCOUNT: clientSecret },
    });
    const first = await check(account, PLAIN);
    expect(troublesFor(first, 'apply')).toMatchObject({ 'view-clients': 'problem', 'manage-clients': 'problem' });
    // It may not see its own client yet: an administrator lets it.
    const management = (await admin.clients.find({ clientId: 'realm-management' }))[0]?.id ?? '';
    const role = await admin.clients.findRole({ id: management, roleName: 'view-clients' });
    const user = await admin.clients.getServiceAccountUser({ id: client?.id ?? '' });
    const roles = [{ id: role?.id ?? '', name: 'view-clients' }];
    await admin.users.addClientRoleMappings({ id: user.id ?? '', clientUniqueId: management, roles });
    await admin.clients.addClientScopeMappings({ id: client?.id ?? '', client: management }, roles);
    const second = await check(account, PLAIN);
    const manage = second.filter(({ id }) => id === 'manage-clients');
    expect(wordsOf(findingOf(second, 'manage-clients'))).toContain('full scope, which is off');
    await run(commandsOf(manage));
    expect(findingOf(await check(account, PLAIN), 'manage-clients')).toEqual({ kind: 'fine' });
  }, 120_000);

  it('are those that the permissions of a realm give, without any role', async () => {
    if (compareVersions(version, '26.2') < 0) return;
    const guarded = await Workbench.open(NO_OVERLAP);
    const { admin, name } = guarded.realm;
    await admin.realms.update({ realm: name }, { adminPermissionsEnabled: true });
    const account = await accountWith(['query-clients', 'query-users'], guarded);
    expect(troubles(await check(account, PLAIN))).toMatchObject({
      'view-clients': 'problem',
      'manage-clients': 'problem',
      'view-users': 'risk',
      'manage-users': 'risk',
    });
    const [client] = await admin.clients.find({ clientId: 'admin-permissions' });
    const id = client?.id ?? '';
    const [user] = await admin.users.find({ username: 'service-account-account-' });
    const policy = await admin.clients.createPolicy({ id, type: 'user' }, { name: 'grantry', users: [user?.id ?? ''] });
    const permission = (resourceType: string, scopes: string[]): Promise<unknown> =>
      admin.clients.createPermission(
        { id, type: 'scope' },
        { name: `${resourceType} ${scopes.join()}`, resourceType, scopes, policies: [policy.id ?? ''] },
      );
    await permission('Clients', ['view']);
    expect(troublesFor(await check(account, PLAIN), 'apply')).toMatchObject({ 'manage-clients': 'problem' });
    await permission('Clients', ['manage']);
    await permission('Users', ['view', 'manage', 'map-roles']);
    const given = await check(account, PLAIN);
    for (const right of ['view-clients', 'manage-clients', 'view-users', 'manage-users'])
      expect([right, findingOf(given, right)]).toEqual([right, { kind: 'fine' }]);
    await guarded.close();
  });

  it('of issuers are missing where the Target has issuers', async () => {
    const issuers = '{github: {alias: gh, url: "https://token.actions.githubusercontent.com"}}';
    const account = (await accountWith(APPLY)).as({ issuers });
    const before = await check(account, PLAIN);
    expect(troublesFor(before, 'plan', 'apply')).toEqual({
      'view-identity-providers': 'problem',
      'manage-identity-providers': 'problem',
    });
    await run(commandsOf(before));
    expect(troublesFor(await check(account, PLAIN), 'plan', 'apply')).toEqual({});
  }, 120_000);
});

describe('the account itself', () => {
  it('is a risk where it is a user with a password', async () => {
    const results = await check(bench, PLAIN);
    expect(troublesFor(results, 'plan', 'apply', 'rotate')).toEqual({ 'own-account': 'risk' });
    expect(wordsOf(findingOf(results, 'own-account'))).toContain(`the user ${inject('keycloak').username}`);
  });

  it('is a risk where its secret ends soon', async () => {
    const { clientId } = await bench.realm.serviceAccount(APPLY);
    const { admin } = bench.realm;
    const before = await admin.clientPolicies.listProfiles({});
    const policies = await admin.clientPolicies.listPolicies({});
    const configuration = {
      'expiration-period': 5 * DAY,
      'rotated-expiration-period': 60,
      'remaining-rotation-period': 60,
    };
    const ending = { name: 'ending', executors: [{ executor: 'secret-rotation', configuration }] };
    const attributes = JSON.stringify([{ key: 'ends', value: 'soon' }]);
    const condition = { condition: 'client-attributes', configuration: { attributes, 'is-negative-logic': false } };
    await admin.clientPolicies.createProfiles({ profiles: [...(before.profiles ?? []), ending] });
    const policy = { name: 'ending', enabled: true, conditions: [condition], profiles: ['ending'] };
    await admin.clientPolicies.updatePolicy({ policies: [...(policies.policies ?? []), policy] });
    const id = (await admin.clients.find({ clientId }))[0]?.id ?? '';
    await admin.clients.update({ id }, { clientId, serviceAccountsEnabled: true, attributes: { ends: 'soon' } });
    const { value = '' } = await admin.clients.generateNewClientSecret({ id });
    const auth = `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT}"}`;
    const results = await check(bench.as({ auth, env: { ACCOUNT: value } }), PLAIN);
    const end = Math.floor(Date.now() / 1000) + 5 * DAY;
    expect(findingOf(results, 'own-account')).toMatchObject({ kind: 'risk' });
    expect(wordsOf(findingOf(results, 'own-account'))).toContain(new Date(end * 1000).toISOString().slice(0, 10));
    await run(commandsOf(results.filter((each) => each.id === 'own-account')));
    expect((await admin.clients.getClientSecret({ id })).value).not.toBe(value);
    await admin.clientPolicies.updatePolicy(policies);
    await admin.clientPolicies.createProfiles(before);
  });
});

/** A client policy of somebody else, with the profile `strict`. */
function strictPolicy(name: string, conditions: object[]): object {
  return { name, enabled: true, conditions, profiles: ['strict'] };
}

function ofAccessType(type: string[]): object {
  return { condition: 'client-access-type', configuration: { type } };
}

describe('the realm', () => {
  let other: Workbench;
  beforeAll(async () => {
    other = await Workbench.open(NO_OVERLAP);
  });
  afterAll(() => other.close());

  it('is made by the command that doctor names, and enabled by it', async () => {
    const { admin, name } = other.realm;
    await admin.realms.update({ realm: name }, { enabled: false });
    const disabled = await check(other, PLAIN);
    expect(troubles(disabled)).toEqual({ realm: 'problem' });
    await run(commandsOf(disabled));
    expect(findingOf(await check(other, PLAIN), 'realm')).toEqual({ kind: 'fine' });
    await admin.realms.del({ realm: name });
    const gone = await check(other, PLAIN);
    expect(troubles(gone)).toEqual({ realm: 'problem' });
    await run(commandsOf(gone));
    expect(findingOf(await check(other, PLAIN), 'realm')).toEqual({ kind: 'fine' });
  }, 120_000);

  it('is a risk where it calls itself otherwise than grantry does', async () => {
    const { admin, name } = other.realm;
    await admin.realms.update({ realm: name }, { attributes: { frontendUrl: 'https://sso.example.com' } });
    const finding = findingOf(await check(other, PLAIN), 'issuer');
    expect(finding).toMatchObject({ kind: 'risk' });
    expect(wordsOf(finding)).toContain(`https://sso.example.com/realms/${name}`);
    await admin.realms.update({ realm: name }, { attributes: { frontendUrl: '' } });
    expect(findingOf(await check(other, PLAIN), 'issuer')).toEqual({ kind: 'fine' });
  });

  it('keeps logins by the commands that doctor names', async () => {
    const { admin, name } = other.realm;
    const account = await accountWith([...APPLY, 'view-events'], other);
    const settings = [
      { eventsEnabled: false },
      { eventsEnabled: true, eventsExpiration: 30 * DAY },
      { eventsEnabled: true, eventsExpiration: 0, enabledEventTypes: ['LOGIN', 'CLIENT_LOGIN'] },
    ];
    const found: string[] = [];
    for (const each of settings) {
      await admin.realms.updateConfigEvents({ realm: name }, each);
      const before = await check(account, PLAIN);
      found.push(findingOf(before, 'login-events').kind);
      await run(commandsOf(before.filter(({ id }) => id === 'login-events')));
      found.push(findingOf(await check(account, PLAIN), 'login-events').kind);
    }
    expect(found).toEqual(['problem', 'fine', 'risk', 'fine', 'problem', 'fine']);
    expect(await admin.realms.getConfigEvents({ realm: name })).toMatchObject({
      enabledEventTypes: expect.arrayContaining(['LOGIN', 'CLIENT_LOGIN', 'CLIENT_LOGIN_ERROR']),
    });
  }, 180_000);

  it('has client policies of others that are for the clients of grantry', async () => {
    const { admin } = other.realm;
    const account = await accountWith(APPLY, other);
    await other.as({ rotate: '{overlap: 1h}' }).apply(PLAIN);
    expect(findingOf(await check(account, PLAIN), 'client-policies')).toEqual({ kind: 'fine' });
    const { profiles = [] } = await admin.clientPolicies.listProfiles({});
    const { policies = [] } = await admin.clientPolicies.listPolicies({});
    const strict = {
      name: 'strict',
      executors: [{ executor: 'consent-required', configuration: { 'auto-configure': 'true' } }],
    };
    await admin.clientPolicies.createProfiles({ profiles: [...profiles, strict] });
    await admin.clientPolicies.updatePolicy({
      policies: [
        ...policies,
        strictPolicy('everybody', [{ condition: 'any-client', configuration: {} }]),
        strictPolicy('servers', [ofAccessType(['confidential'])]),
        strictPolicy('browsers', [ofAccessType(['public'])]),
        strictPolicy('some', [
          { condition: 'client-scopes', configuration: { scopes: ['profile'], type: 'Optional' } },
        ]),
      ],
    });
    const finding = findingOf(await check(account, PLAIN), 'client-policies');
    expect(finding.kind).toBe('risk');
    expect(wordsOf(finding)).toContain(
      'the client policy "everybody" for all clients (consent-required); the client policy "servers" for all clients (consent-required); the client policy "some" where client-scopes holds (consent-required)',
    );
    await run(commandsOf([{ id: '', title: '', purposes: [], finding }]));
    await admin.clientPolicies.updatePolicy({ policies: [] });
  }, 120_000);

  it('lets nobody in as a workload where its flow lacks that', async () => {
    if (!hasTrait('federatedIdentities', version)) return;
    const { admin, name } = other.realm;
    const issuers = '{github: {alias: gh}}';
    const manifests = yaml(
      STOCK,
      clientYaml('jobs', `${ACCESS}, auth: {federated: {issuer: github, subject: "repo:a/b:environment:c"}}`),
    );
    const ours = other.as({ issuers });
    expect(findingOf(await check(ours, manifests), 'workload-logins')).toEqual({ kind: 'fine' });
    await admin.authenticationManagement.copyFlow({ flow: 'clients', newName: 'ours' });
    const executions = await admin.authenticationManagement.getExecutions({ flow: 'ours' });
    const federated = executions.find(({ providerId }) => providerId === 'federated-jwt');
    await admin.authenticationManagement.delExecution({ id: federated?.id ?? '' });
    await admin.realms.update({ realm: name }, { clientAuthenticationFlow: 'ours' });
    const finding = findingOf(await check(ours, manifests), 'workload-logins');
    expect(finding).toMatchObject({ kind: 'problem' });
    expect(wordsOf(finding)).toMatch(/lacks "Signed JWT - Federated"[^]*Duplicate the flow/);
  });

  it('has the scope of the Admin API for the account by the commands that doctor names', async () => {
    const { admin } = other.realm;
    const account = await accountWith(APPLY, other);
    expect(findingOf(await check(account, PLAIN), 'kc-admin-api')).toEqual({
      kind: 'fine',
      detail: expect.any(String),
    });
    const attributes = { 'include.in.token.scope': 'true' };
    await admin.clientScopes.create({ name: 'kc-admin-api', protocol: 'openid-connect', attributes });
    const before = await check(account, PLAIN);
    expect(troublesFor(before, 'apply')).toMatchObject({ 'kc-admin-api': 'problem' });
    const proxy = await startKeycloakAhead(other.realm);
    try {
      const later = account.as({ keycloakUrl: proxy.url });
      proxy.follow(['adminApiScope']);
      const refused = await check(later, PLAIN);
      expect(troubles(refused)).toEqual({ 'kc-admin-api': 'problem' });
      await run(commandsOf(refused));
      expect(findingOf(await check(later, PLAIN), 'kc-admin-api')).toEqual({ kind: 'fine' });
      // Where it is there, mappers take more.
      const lesser = (await accountWith(['manage-clients', 'manage-users'], other)).as({ keycloakUrl: proxy.url });
      proxy.follow([]);
      expect(findingOf(await check(lesser, PLAIN), 'manage-realm')).toMatchObject({ kind: 'problem' });
    } finally {
      await proxy.close();
    }
  }, 120_000);
});

describe('the clock', () => {
  it.each([
    [31, '31 s behind'],
    [-90, '90 s ahead of'],
  ])('is a risk where that of this machine is %d s apart', async (seconds, words) => {
    const ports = systemPorts();
    const clock = { ...ports.clock, now: () => Date.now() + seconds * 1000 };
    const finding = findingOf(await check(bench, PLAIN, { ...ports, clock }), 'clock');
    expect(finding).toMatchObject({ kind: 'risk' });
    expect(wordsOf(finding)).toMatch(
      new RegExp(words.replace(/\d+/, (number) => `(${number}|${Number(number) + 1}|${Number(number) - 1})`)),
    );
  });
});

describe('a server without the features that are declared', () => {
  it('is told what it has switched off', async () => {
    const off = ['dpop', ...(hasTrait('federatedIdentities', version) ? ['client-auth-federated'] : [])];
    const { server, container } = await startKeycloakWith(inject('keycloakImage'), [
      `--features-disabled=${off.join(',')}`,
    ]);
    try {
      const manifests = yaml(
        apiYaml('stock', ['stock:read'], ', senderConstrained: dpop, token: {type: at+jwt}'),
        clientYaml('orders', ACCESS),
        clientYaml('jobs', 'auth: {federated: {issuer: github, subject: "repo:a/b:environment:c"}}'),
      );
      const bare = await Workbench.open({ issuers: '{github: {alias: gh}}' }, server);
      const results = await check(bare, manifests);
      expect(troublesFor(results, 'verify', 'rotate')).toMatchObject({
        'secret-rotation': 'risk',
        dpop: 'problem',
        'workload-logins': 'problem',
        ...(hasTrait('typedTokens', version) ? {} : { 'typed-tokens': 'problem' }),
      });
      expect(wordsOf(findingOf(results, 'secret-rotation'))).toContain('--features=client-secret-rotation');
    } finally {
      await container.stop();
    }
  }, 480_000);
});

it('doctor writes nothing', async () => {
  const proxy = await startCountingProxy(inject('keycloak').url);
  const before = await takeSnapshot(bench.realm, bench.vault);
  const issuers = '{github: {alias: gh, url: "https://token.actions.githubusercontent.com"}}';
  await check(bench.as({ keycloakUrl: proxy.url, issuers }), ROLES);
  await proxy.close();
  const posts = proxy.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  // A login, an export of settings, and a question that names nothing to be fetched: none of them leaves anything behind.
  expect(posts.map((post) => post.replace(/realms\/[^/]+/g, 'realms/x').replace(/\?.*/, '')).toSorted()).toEqual([
    'POST /admin/realms/x/identity-provider/import-config',
    'POST /admin/realms/x/partial-export',
    'POST /realms/x/protocol/openid-connect/token',
  ]);
  expect(proxy.requests.length).toBeLessThan(35);
  expect(await takeSnapshot(bench.realm, bench.vault)).toEqual(before);
});
