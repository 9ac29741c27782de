/** What differs between versions of Keycloak: the traits that grantry goes by are those of this very server. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import type { RotationRequest } from '../../../src/engine/rotation/select-rotations.ts';
import { isProven } from '../../../src/model/report.ts';
import { isServersOwnMapper } from '../../../src/providers/keycloak/convert/server-mappers.ts';
import { hasTrait } from '../../../src/providers/keycloak/versions/traits.ts';
import type { TraitName } from '../../../src/providers/keycloak/versions/traits.ts';
import { fieldChanges } from '../../support/bench/field-words.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';

const { version, url } = inject('keycloak');
const has = (trait: TraitName): boolean => hasTrait(trait, version);

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml(
    'orders',
    'access: [{api: stock, scopes: [stock:read]}], keycloak: {serviceAccountRoles: {clients: {ledger: [reader]}}}',
  ),
);
const ROTATION: RotationRequest = { kind: 'named', names: ['orders'], force: false, revoke: false };
const mappers = z.array(
  z.object({ id: z.string(), name: z.string(), protocolMapper: z.string(), config: z.record(z.string(), z.string()) }),
);

describe(`Keycloak ${version}`, () => {
  let bench: Workbench;
  let proxy: CountingProxy;

  beforeAll(async () => {
    proxy = await startCountingProxy(url);
    bench = await Workbench.open({ keycloakUrl: proxy.url });
    const { clients } = bench.realm.admin;
    const ledger = await clients.create({ clientId: 'ledger' });
    await clients.createRole({ id: ledger.id, name: 'reader' });
    const { results } = await bench.apply(MANIFESTS);
    expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
  });

  afterAll(async () => {
    await proxy.close();
    await bench.close();
  });

  async function client(clientId = 'orders'): Promise<{ id: string; mappers: z.infer<typeof mappers> }> {
    const [found] = await bench.realm.admin.clients.find({ clientId });
    return { id: found?.id ?? '', mappers: mappers.parse(found?.protocolMappers ?? []) };
  }

  /** The user of a service account and its roles of the client `ledger`; empty where there is none. */
  async function account(clientId = 'orders'): Promise<readonly string[]> {
    const { users, clients } = bench.realm.admin;
    const [user] = await users.find({ username: `service-account-${clientId}`, exact: true });
    if (user?.id === undefined) return [];
    const [ledger] = await clients.find({ clientId: 'ledger' });
    const roles = await users.listClientRoleMappings({ id: user.id, clientUniqueId: ledger?.id ?? '' });
    return [user.id, ...roles.map(({ name = '' }) => name)];
  }

  it('a plan: is empty after an apply and stays so, and a second apply makes zero writes', async () => {
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    proxy.reset();
    expect((await bench.apply(MANIFESTS)).plan.changes).toEqual([]);
    expect(proxy.writes()).toEqual([]);
    expect(proxy.requests.length).toBeGreaterThan(2);
    expect(proxy.requests.filter(({ path }) => path === '/admin/serverinfo').length).toBeLessThanOrEqual(1);
    expect((await bench.prove(MANIFESTS)).every(isProven)).toBe(true);
  });

  it(`a service account: has its claims by ${has('serviceAccountScope') ? 'a client scope' : 'three mappers that the server makes'}`, async () => {
    const { id, mappers: own } = await client();
    const scopes = await bench.realm.admin.clients.listDefaultClientScopes({ id });
    expect(scopes.some(({ name }) => name === 'service_account')).toBe(has('serviceAccountScope'));
    expect(own).toHaveLength(has('serviceAccountScope') ? 0 : 3);
    expect(own.every(isServersOwnMapper)).toBe(true);
  });

  it(`a change that does not name the service account: ${has('keepsUnnamedSettings') ? 'leaves it alone' : 'deletes its user'}`, async () => {
    const { clients } = bench.realm.admin;
    const { id } = await clients.create({ clientId: 'by-hand', serviceAccountsEnabled: true, publicClient: false });
    expect(await account('by-hand')).toHaveLength(1);
    await clients.update({ id }, { attributes: { note: 'x' } });
    expect(await account('by-hand')).toHaveLength(has('keepsUnnamedSettings') ? 1 : 0);
  });

  it('features: are there without a preview from the version on that is said', async () => {
    const { authenticationManagement, serverInfo } = bench.realm.admin;
    const authenticators = await authenticationManagement.getClientAuthenticatorProviders();
    expect(authenticators.some(({ id }) => id === 'federated-jwt')).toBe(has('federatedIdentities'));
    const { features = [] } = await serverInfo.find();
    const rotation = features.find(({ name }) => name === 'CLIENT_SECRET_ROTATION');
    expect(String(rotation?.type) !== 'PREVIEW').toBe(has('overlapsByDefault'));
  });

  it('marks and rotations: leave the service account and its roles as they are', async () => {
    const before = await account();
    expect(before).toEqual([expect.any(String), 'reader']);
    expect(await bench.rotate(MANIFESTS, ROTATION)).toMatchObject([{ outcome: 'done' }]);
    expect(await account()).toEqual(before);
    await bench.vault.request('DELETE', `${bench.vault.mount}/metadata/m2m/orders`);
    expect((await bench.apply(MANIFESTS)).results).toMatchObject([{ op: 'deliver', outcome: 'done' }]);
    expect(await account()).toEqual(before);
    expect((await bench.prove(MANIFESTS)).every(isProven)).toBe(true);
    const gap = bench.as({ rotate: '{overlap: 0s}', stack: 'other' });
    const other = clientYaml('books', 'keycloak: {serviceAccountRoles: {clients: {ledger: [reader]}}}');
    await gap.apply(other);
    const books = await account('books');
    expect(await gap.rotate(other, { ...ROTATION, names: ['books'] })).toMatchObject([{ outcome: 'done' }]);
    expect(await account('books')).toEqual(books);
    expect((await gap.plan(other)).changes).toEqual([]);
  });

  it.each([
    ['another claim', { name: 'Client Host', config: { 'claim.name': 'aud' } }],
    ['one setting more', { name: 'Client ID', config: { 'lightweight.claim': 'true' } }],
    ['another name', { name: 'Client IDs', config: {} }],
  ])(
    'a mapper by hand that only looks like one of the server (%s): is drift, and is taken away alone',
    async (_, odd) => {
      const { clients } = bench.realm.admin;
      const { id, mappers: present } = await client();
      const there = present.find(({ name }) => name === odd.name);
      const claim = odd.name === 'Client Host' ? 'clientHost' : 'client_id';
      const made = {
        name: odd.name,
        protocol: 'openid-connect',
        protocolMapper: 'oidc-usersessionmodel-note-mapper',
        config: {
          'user.session.note': claim,
          'claim.name': claim,
          'jsonType.label': 'String',
          'access.token.claim': 'true',
          'id.token.claim': 'true',
          'introspection.token.claim': 'true',
          ...odd.config,
        },
      };
      if (there === undefined) await clients.addProtocolMapper({ id }, made);
      else await clients.updateProtocolMapper({ id, mapperId: there.id }, { ...made, id: there.id });
      const { changes } = await bench.plan(MANIFESTS);
      expect(changes.flatMap(fieldChanges)).toMatchObject([
        { path: ['protocolMappers'], before: [`${odd.name} (oidc-usersessionmodel-note-mapper)`], after: [] },
      ]);
      const { results } = await bench.apply(MANIFESTS);
      expect(results).toMatchObject([{ address: 'Client/orders', outcome: 'done' }]);
      // What the server made is as it was: the client has its claims all the time.
      const after = await client();
      expect(after.mappers).toHaveLength(has('serviceAccountScope') ? 0 : 3);
      expect(after.mappers.every(isServersOwnMapper)).toBe(true);
      expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    },
  );

  it('the plan: says where the authentication method is not enforced, and nothing where it is', async () => {
    const { provider, desired } = await bench.ports(MANIFESTS);
    const { notices = [] } = await provider.read(desired);
    const said = notices.filter((notice) => notice.includes('spec.auth')).map((notice) => notice.split(',')[0]);
    expect(said).toEqual(has('authMethodEnforced') ? [] : [`Keycloak ${version} takes a secret in either way`]);
    expect(await provider.server()).toMatchObject({ version });
  });

  it(`a token: is ${has('senderConstraint') ? '' : 'not '}bound to a key where an Api asks for that, and else the plan says so`, async () => {
    const bound = yaml(
      apiYaml('bound', ['bound:read'], ', senderConstrained: dpop'),
      clientYaml('caller', 'access: [{api: bound, scopes: [bound:read]}]'),
    );
    await bench.apply(yaml(MANIFESTS, bound));
    const { provider, desired } = await bench.ports(yaml(MANIFESTS, bound));
    const { notices = [] } = await provider.read(desired);
    expect(notices.some((notice) => notice.includes('has the feature dpop switched off'))).toBe(
      !has('senderConstraint'),
    );
    const caller = (await bench.prove(yaml(MANIFESTS, bound))).find(({ address }) => address === 'Client/caller');
    expect(caller !== undefined && isProven(caller)).toBe(has('senderConstraint'));
    await bench.apply(MANIFESTS);
  });

  it('an account that may only plan: knows as much of the server', async () => {
    const { clientId, clientSecret } = await bench.realm.serviceAccount(['view-clients', 'view-realm', 'view-users']);
    const planner = bench.as({
      auth: `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
      env: { ACCOUNT_SECRET: clientSecret },
    });
    const { provider } = await planner.ports(MANIFESTS);
    const seen = await provider.server();
    expect([version, undefined]).toContain(seen.version);
    const { provider: admin } = await bench.ports(MANIFESTS);
    expect(seen.capabilities).toEqual((await admin.server()).capabilities);
  });
});
