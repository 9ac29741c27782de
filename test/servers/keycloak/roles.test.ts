import { fieldChanges } from '../../support/bench/field-words.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import { isProven } from '../../../src/model/report.ts';
import type { ProofCheck } from '../../../src/model/report.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const NO_OVERLAP = '{overlap: 0s}';
const PLAIN = yaml(
  apiYaml('stock', ['stock:read', 'stock:write']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
  clientYaml('mail', 'access: [{api: stock, scopes: [stock:read]}]'),
);

function leavesOf(plan: Plan): string[] {
  return plan.changes.flatMap((change) =>
    fieldChanges(change).map(
      ({ path, before, after, widens }) =>
        `${change.address} ${path.join(' ')}: ${JSON.stringify(before)} → ${JSON.stringify(after)}${widens ? ' widens' : ''}`,
    ),
  );
}

/** What an administrator does to a realm without grantry. */
class AdminActions {
  readonly bench: Workbench;
  #management = '';

  constructor(bench: Workbench) {
    this.bench = bench;
  }

  get admin(): Workbench['realm']['admin'] {
    return this.bench.realm.admin;
  }

  async idOf(clientId: string): Promise<string> {
    const [client] = await this.admin.clients.find({ clientId });
    if (client?.id === undefined) throw new Error(`no client ${clientId}`);
    return client.id;
  }

  async management(): Promise<string> {
    if (this.#management === '') this.#management = await this.idOf('realm-management');
    return this.#management;
  }

  async adminRole(name: string): Promise<{ id: string; name: string }> {
    const role = await this.admin.clients.findRole({ id: await this.management(), roleName: name });
    return { id: role?.id ?? '', name };
  }

  async realmRole(name: string): Promise<{ id: string; name: string }> {
    const role = await this.admin.roles.findOneByName({ name });
    return { id: role?.id ?? '', name };
  }

  async account(clientId: string): Promise<string> {
    return (await this.admin.clients.getServiceAccountUser({ id: await this.idOf(clientId) })).id ?? '';
  }

  async give(clientId: string, role: string): Promise<void> {
    const clientUniqueId = await this.management();
    const roles = [await this.adminRole(role)];
    await this.admin.users.addClientRoleMappings({ id: await this.account(clientId), clientUniqueId, roles });
  }

  async mapScope(clientId: string, role: string): Promise<void> {
    const client = await this.management();
    const roles = [await this.adminRole(role)];
    await this.admin.clients.addClientScopeMappings({ id: await this.idOf(clientId), client }, roles);
  }

  async scopeId(name: string): Promise<string> {
    return (await this.admin.clientScopes.find()).find((scope) => scope.name === name)?.id ?? '';
  }

  /** What the Admin API answers to a client that asks for the realm's users. */
  async adminApiFor(clientId: string): Promise<number> {
    const { secret } = (await this.admin.clients.find({ clientId }))[0] ?? {};
    const { url, name, tokenUrl } = this.bench.realm;
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    const given = await fetch(tokenUrl, { method: 'POST', body: form, headers: { authorization } });
    const body: unknown = await given.json();
    const token = typeof body === 'object' && body !== null && 'access_token' in body ? body.access_token : '';
    const answer = await fetch(`${url}/admin/realms/${name}/users`, {
      headers: { authorization: `Bearer ${String(token)}` },
    });
    return answer.status;
  }
}

function show({ claim, detail }: ProofCheck): string {
  return `${claim}: ${detail ?? ''}`;
}

async function failed(bench: Workbench, manifests: string): Promise<string[]> {
  const proofs = await bench.prove(manifests);
  return proofs.flatMap(({ address, checks }) =>
    checks.filter(({ outcome }) => outcome === 'failed').map((check) => `${address} ${show(check)}`),
  );
}

describe('roles that nobody declares', () => {
  let bench: Workbench;
  let actions: AdminActions;

  beforeAll(async () => {
    bench = await Workbench.open({ rotate: NO_OVERLAP });
    actions = new AdminActions(bench);
    const { results } = await bench.apply(PLAIN);
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
  });

  afterAll(() => bench.close());

  it('a role for administrators with a scope mapping: plan shows it, verify fails, apply takes it away', async () => {
    await actions.give('orders', 'realm-admin');
    await actions.mapScope('orders', 'realm-admin');
    expect(await actions.adminApiFor('orders')).toBe(200);
    expect(await failed(bench, PLAIN)).toEqual([
      'Client/orders its service account holds no role that was not granted: too much: realm-management/realm-admin',
    ]);
    const { plan, results } = await bench.apply(PLAIN);
    expect(leavesOf(plan)).toEqual([
      'Client/orders roles clients realm-management: ["realm-admin"] → undefined',
      'Client/orders scopeMappings clients realm-management: ["realm-admin"] → undefined',
    ]);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect(await actions.adminApiFor('orders')).toBe(403);
    expect((await bench.plan(PLAIN)).changes).toEqual([]);
    expect(await failed(bench, PLAIN)).toEqual([]);
  });

  it('a composite realm role that holds one: the role is shown and taken away', async () => {
    const { admin } = bench.realm;
    await admin.roles.create({ name: 'helper' });
    const helper = await actions.realmRole('helper');
    await admin.roles.createComposite({ roleId: helper.id }, [await actions.adminRole('view-users')]);
    await admin.users.addRealmRoleMappings({ id: await actions.account('orders'), roles: [helper] });
    await admin.clients.addRealmScopeMappings({ id: await actions.idOf('orders') }, [helper]);
    expect(await actions.adminApiFor('orders')).toBe(200);
    expect(await failed(bench, PLAIN)).toHaveLength(1);
    expect(leavesOf((await bench.apply(PLAIN)).plan)).toEqual([
      'Client/orders roles realm: ["helper"] → []',
      'Client/orders scopeMappings realm: ["helper"] → []',
    ]);
    expect(await actions.adminApiFor('orders')).toBe(403);
    expect((await bench.plan(PLAIN)).changes).toEqual([]);
  });

  it('a group that gives one, by the group above it: plan shows the group, apply leaves it', async () => {
    const { admin } = bench.realm;
    const top = await admin.groups.create({ name: 'admins' });
    const below = await admin.groups.createChildGroup({ id: top.id }, { name: 'night' });
    const roles = [await actions.adminRole('view-users')];
    await admin.groups.addClientRoleMappings({ id: top.id, clientUniqueId: await actions.management(), roles });
    await admin.users.addToGroup({ id: await actions.account('orders'), groupId: below.id ?? '' });
    await actions.mapScope('orders', 'view-users');
    expect(await actions.adminApiFor('orders')).toBe(200);
    expect(await failed(bench, PLAIN)).toEqual([
      'Client/orders its service account holds no role that was not granted: too much: all of group /admins/night',
    ]);
    expect(leavesOf((await bench.apply(PLAIN)).plan)).toEqual([
      'Client/orders groups: ["/admins/night"] → []',
      'Client/orders scopeMappings clients realm-management: ["view-users"] → undefined',
    ]);
    expect(await actions.adminApiFor('orders')).toBe(403);
    expect((await bench.plan(PLAIN)).changes).toEqual([]);
  });

  it('what the realm gives to everybody is left alone, and what of it is dangerous is said', async () => {
    const { admin } = bench.realm;
    const everybody = await admin.groups.create({ name: 'everybody' });
    await admin.groups.addRealmRoleMappings({ id: everybody.id, roles: [{ ...(await actions.realmRole('helper')) }] });
    await admin.realms.addDefaultGroup({ realm: bench.realm.name, id: everybody.id });
    const more = yaml(PLAIN, clientYaml('late', ''));
    await bench.apply(more);
    const { desired, provider } = await bench.ports(more);
    expect((await bench.plan(more)).changes).toEqual([]);
    expect((await provider.read(desired)).notices).toEqual([
      expect.stringContaining('by its default role or default groups: realm-management/query-groups'),
    ]);
    // A scope mapping is all that such a client needs.
    await actions.mapScope('late', 'view-users');
    expect(leavesOf(await bench.plan(more))).toEqual([
      'Client/late scopeMappings clients realm-management: ["view-users"] → undefined',
    ]);
    await admin.realms.removeDefaultGroup({ realm: bench.realm.name, id: everybody.id });
    await admin.groups.del({ id: everybody.id });
    await bench.apply(PLAIN);
  });

  it('scope mappings of a client scope: plan shows them, apply takes them off', async () => {
    const { admin } = bench.realm;
    const [id, client] = [await actions.scopeId('stock:read'), await actions.management()];
    await admin.clientScopes.addClientScopeMappings({ id, client }, [await actions.adminRole('view-users')]);
    await admin.clientScopes.addRealmScopeMappings({ id }, [await actions.realmRole('helper')]);
    // Who holds none of these roles gets no token with the scope.
    expect(await failed(bench, PLAIN)).toContain(
      'Client/orders a token carries exactly stock:read: missing: stock:read',
    );
    expect(leavesOf((await bench.apply(PLAIN)).plan)).toEqual([
      'Api/stock scopes stock:read roles: ["helper","realm-management/view-users"] → []',
    ]);
    expect(await failed(bench, PLAIN)).toEqual([]);
    expect((await bench.plan(PLAIN)).changes).toEqual([]);
  });

  it('a service account that was disabled, or deleted, is reported, restored and proven', async () => {
    const { admin } = bench.realm;
    await admin.users.update({ id: await actions.account('orders') }, { enabled: false });
    await admin.users.del({ id: await actions.account('mail') });
    expect((await failed(bench, PLAIN)).filter((line) => line.includes('its service account'))).toEqual(
      [
        'Client/orders its service account is enabled: it is disabled, so no token is issued: grantry apply restores it',
        'Client/mail its service account is enabled: it was deleted, so no token is issued: grantry apply restores it',
      ].toSorted((left, right) => (left < right ? -1 : 1)),
    );
    await expect(
      bench.rotate(PLAIN, { kind: 'named', names: ['mail'], force: false, revoke: false }),
    ).rejects.toMatchObject({
      message: 'no credential of client mail is accepted: its service account is gone',
    });
    const { plan, results } = await bench.apply(PLAIN);
    expect(leavesOf(plan)).toEqual([
      'Client/mail serviceAccount: "missing" → "enabled" widens',
      'Client/orders serviceAccount: "disabled" → "enabled" widens',
    ]);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done']);
    expect(await failed(bench, PLAIN)).toEqual([]);
    expect((await bench.plan(PLAIN)).changes).toEqual([]);
  });

  it('a disabled client is not rotated, as its new secret could not be proven; what leaked is replaced all the same', async () => {
    const id = await actions.idOf('mail');
    await bench.realm.admin.clients.update({ id }, { enabled: false });
    const named = { kind: 'named', names: ['mail'], force: true } as const;
    await expect(bench.rotate(PLAIN, { ...named, revoke: false })).rejects.toMatchObject({
      message: 'no credential of client mail is accepted: it is disabled',
      hint: 'Run grantry apply -t dev first.',
    });
    const secretOf = async (): Promise<unknown> => (await bench.realm.admin.clients.findOne({ id }))?.secret;
    const before = await secretOf();
    await bench.rotate(PLAIN, { ...named, revoke: true }).catch(() => undefined);
    expect(await secretOf()).not.toBe(before);
    await bench.apply(PLAIN);
    const [rotated] = await bench.rotate(PLAIN, { ...named, revoke: false });
    expect(rotated?.reason ?? rotated?.outcome).toMatch(/^(done|finished)$/);
    expect(await failed(bench, PLAIN)).toEqual([]);
    expect((await bench.plan(PLAIN)).changes).toEqual([]);
  });

  it('a service account that was renamed is found again', async () => {
    const { admin, name } = bench.realm;
    const id = await actions.account('mail');
    await admin.realms.update({ realm: name }, { editUsernameAllowed: true });
    await admin.users.update({ id }, { username: 'somebody' });
    await bench.apply(PLAIN);
    expect((await admin.users.findOne({ id }))?.username).toBe('service-account-mail');
    expect((await bench.plan(PLAIN)).changes).toEqual([]);
  });

  it('full scope given by hand: the plan says what it gave', async () => {
    await bench.realm.admin.clients.update({ id: await actions.idOf('orders') }, { fullScopeAllowed: true });
    const { plan } = await bench.apply(PLAIN);
    expect(plan.changes.flatMap(({ notes }) => notes['fullScopeAllowed'] ?? [])).toEqual([
      expect.stringMatching(
        /^its tokens lose default-roles-\S+, and what they hold: account\/manage-account, .*, uma_authorization$/,
      ),
    ]);
  });

  it('a client that is adopted: what it holds is shown and taken away, and the roles that leave its tokens are named', async () => {
    const { admin } = bench.realm;
    await admin.clients.create({ clientId: 'legacy', serviceAccountsEnabled: true, publicClient: false });
    await actions.give('legacy', 'view-users');
    await actions.mapScope('legacy', 'view-users');
    const manifests = yaml(PLAIN, clientYaml('legacy', ''));
    const adoption = { adoption: parseAdoption(['Client/legacy']) };
    const { plan, results } = await bench.apply(manifests, adoption);
    const leaves = leavesOf(plan);
    expect(leaves).toContain('Client/legacy roles clients realm-management: ["view-users"] → undefined');
    expect(leaves).toContain('Client/legacy scopeMappings clients realm-management: ["view-users"] → undefined');
    const note = plan.changes.flatMap(({ notes }) => notes['fullScopeAllowed'] ?? []);
    expect(note).toEqual([
      expect.stringMatching(/^its tokens lose .*account\/view-profile.*realm-management\/query-users/),
    ]);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect((await bench.plan(manifests)).changes).toEqual([]);
    expect((await bench.prove(manifests)).every(isProven)).toBe(true);
    await bench.apply(PLAIN);
  });

  it.each([
    [['view-clients'], ['Service accounts were not looked at']],
    [['view-clients', 'view-realm'], ['Service accounts were not looked at']],
    [['view-clients', 'view-users'], ['Realm roles and groups that nobody declares were not looked at']],
    [['manage-clients', 'manage-users'], ['Realm roles and groups that nobody declares were not looked at']],
    [['view-clients', 'query-users'], ['Service accounts were not looked at']],
    [['view-clients', 'view-users', 'view-realm'], []],
    [['manage-clients', 'manage-users', 'manage-realm'], []],
  ])('plan with %j says what it did not look at', async (roles, notices) => {
    const { clientId, clientSecret } = await bench.realm.serviceAccount(roles);
    const env = { ACCOUNT_SECRET: clientSecret };
    const account = bench.as({ auth: `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`, env });
    const { desired, provider } = await account.ports(PLAIN);
    const said = (await provider.read(desired)).notices ?? [];
    expect(said).toEqual(notices.map((notice) => expect.stringContaining(notice)));
    expect((await account.plan(PLAIN)).changes).toEqual([]);
  });

  it('an account that may not look says so, in plan and verify', async () => {
    const { clientId, clientSecret } = await bench.realm.serviceAccount(['view-clients']);
    const env = { ACCOUNT_SECRET: clientSecret };
    const blind = bench.as({ auth: `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`, env });
    await actions.give('orders', 'view-users');
    const { desired, provider } = await blind.ports(PLAIN);
    expect((await provider.read(desired)).notices).toEqual([expect.stringContaining('takes view-users')]);
    const [checks] = (await blind.prove(PLAIN)).flatMap((proof) =>
      proof.address === 'Client/orders' ? [proof.checks] : [],
    );
    expect(checks?.[0]).toMatchObject({ outcome: 'not-testable', detail: expect.stringContaining('takes view-users') });
    await bench.apply(PLAIN);
  });

  it('of many clients the roles are asked for one by one, and not the clients, unless the roles are more', async () => {
    const many = yaml(PLAIN, ...Array.from({ length: 60 }, (_, index) => clientYaml(`m2m-${index}`, '')));
    await bench.apply(many);
    await actions.give('m2m-7', 'view-realm');
    const groupId =
      (await bench.realm.admin.groups.find({ search: 'night', exact: true }))[0]?.subGroups?.[0]?.id ?? '';
    await bench.realm.admin.users.addToGroup({ id: await actions.account('m2m-8'), groupId });
    const drift = [
      'Client/m2m-7 roles clients realm-management: ["view-realm"] → undefined',
      'Client/m2m-8 groups: ["/admins/night"] → []',
    ];
    const proxy = await startCountingProxy(bench.realm.url);
    const counted = bench.as({ keycloakUrl: proxy.url });
    const asked = (part: RegExp): number => proxy.requests.filter(({ path }) => part.test(path)).length;
    try {
      const whole = await counted.plan(many);
      expect(leavesOf(whole)).toEqual(drift);
      expect(asked(/\/role-mappings/)).toBe(0);
      expect(asked(/\/scope-mappings/)).toBe(4); // of two scopes, and of the two clients that hold roles
      expect(proxy.requests.length).toBeLessThan(150);
      // A saved plan is held against a reading of what it touches, client by client: that must come to the same.
      const updates = whole.changes.filter(({ op }) => op === 'update');
      const only = { addresses: new Set(updates.map(({ address }) => address)), undeclared: [], ids: new Map() };
      expect((await counted.plan(many, { only })).changes).toEqual(updates);
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => bench.realm.admin.roles.create({ name: `of people ${index}` })),
      );
      proxy.reset();
      expect(leavesOf(await counted.plan(many))).toEqual(drift);
      expect(asked(/\/role-mappings/)).toBe(62);
    } finally {
      await proxy.close();
    }
    expect(await failed(bench, many)).toEqual([
      'Client/m2m-7 its service account holds no role that was not granted: too much: realm-management/view-realm',
      'Client/m2m-8 its service account holds no role that was not granted: too much: all of group /admins/night',
    ]);
  });
});
