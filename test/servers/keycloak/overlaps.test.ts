/** Overlaps in a realm where others have client profiles and policies of their own, and on a server that keeps no secrets. */
import type { StartedTestContainer } from 'testcontainers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { isProven } from '../../../src/model/report.ts';
import { rotationNotices } from '../../../src/engine/rotation/rotation-notices.ts';
import { REALM_LOCK } from '../../../src/providers/keycloak/write/realm-lock.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { startKeycloakWith } from '../../support/servers/servers.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);
const OTHER = {
  name: 'strict',
  description: 'somebody else',
  executors: [{ executor: 'secure-session', configuration: {} }],
};
const OTHER_POLICY = {
  name: 'strict clients',
  description: 'somebody else',
  enabled: true,
  conditions: [{ condition: 'client-roles', configuration: { roles: ['sensitive'], 'is-negative-logic': false } }],
  profiles: ['strict'],
};

const stacks = ['alpha', 'beta', 'gamma'];
const of = (stack: string): string => yaml(clientYaml(`${stack}-sync`, `clientId: ${stack}-sync`));

describe('overlaps beside the client policies of others', () => {
  let bench: Workbench;
  let proxy: CountingProxy;
  beforeEach(async () => {
    bench = await Workbench.open();
    proxy = await startCountingProxy(inject('keycloak').url);
  });
  afterEach(async () => {
    await proxy.close();
    await bench.close();
  });

  const profiles = async (): Promise<string[]> =>
    ((await bench.realm.admin.clientPolicies.listProfiles()).profiles ?? []).map(({ name = '' }) => name);
  const policies = async (): Promise<string[]> =>
    ((await bench.realm.admin.clientPolicies.listPolicies()).policies ?? []).map(({ name = '' }) => name);
  const addOthers = async (): Promise<void> => {
    const { clientPolicies } = bench.realm.admin;
    const [mine, theirs] = [await clientPolicies.listProfiles(), await clientPolicies.listPolicies()];
    await clientPolicies.createProfiles({ profiles: [...(mine.profiles ?? []), OTHER] });
    await clientPolicies.updatePolicy({ policies: [...(theirs.policies ?? []), OTHER_POLICY] });
  };

  it('leave those as they are, when they come, change and go', async () => {
    await addOthers();
    await bench.apply(MANIFESTS);
    expect([await profiles(), await policies()]).toEqual([
      ['strict', 'grantry acme 48h'],
      ['strict clients', 'grantry acme 48h'],
    ]);
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    const shorter = bench.as({ rotate: '{overlap: 24h}' });
    expect((await shorter.plan(MANIFESTS)).changes.map(({ op, address }) => `${op} ${address}`)).toEqual([
      'delete Rotation/48h',
      'update Client/orders',
      'create Rotation/24h',
    ]);
    await shorter.apply(MANIFESTS);
    expect([await profiles(), await policies()]).toEqual([
      ['strict', 'grantry acme 24h'],
      ['strict clients', 'grantry acme 24h'],
    ]);
    const found = await bench.realm.admin.clientPolicies.listPolicies();
    expect(found.policies).toContainEqual(OTHER_POLICY);
    await bench.as({ rotate: '{overlap: 0s}' }).apply(MANIFESTS);
    expect([await profiles(), await policies()]).toEqual([['strict'], ['strict clients']]);
  });

  it('of another stack stay, though they are called nearly the same', async () => {
    await bench.apply(MANIFESTS);
    const other = bench.as({ stack: 'acme 48h', rotate: '{overlap: 24h}' });
    await other.apply(yaml(apiYaml('bills', ['bills:read']), clientYaml('books', '')));
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    await other.as({ rotate: '{overlap: 0s}' }).apply(yaml(apiYaml('bills', ['bills:read']), clientYaml('books', '')));
    expect(await profiles()).toEqual(['grantry acme 48h']);
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
  });

  /** Another administrator writes when grantry reads the profiles for so many times. */
  const interfere = (reads: number, when: 'before' | 'after', act: () => Promise<void>): void => {
    let seen = 0;
    proxy.inject({
      fault: { kind: 'meanwhile', when, act },
      match: ({ method, path }) =>
        method === 'GET' && path.endsWith('/client-policies/profiles') && (seen += 1) === reads,
    });
  };

  it("keep another administrator's profile that comes between reading and writing", async () => {
    // The first reading is the plan's.
    interfere(2, 'after', addOthers);
    const { results } = await bench.as({ keycloakUrl: proxy.url }).apply(MANIFESTS);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done', 'done']);
    expect([await profiles(), await policies()]).toEqual([
      ['strict', 'grantry acme 48h'],
      ['strict clients', 'grantry acme 48h'],
    ]);
  });

  it('fail loudly, and print what vanished, when a profile came and went unseen', async () => {
    interfere(3, 'after', addOthers);
    const { results } = await bench.as({ keycloakUrl: proxy.url }).apply(MANIFESTS);
    const [failed] = results.filter(({ address }) => address === 'Rotation/48h');
    expect(failed?.outcome).toBe('failed');
    expect(`${failed?.reason} ${failed?.hint}`).toContain('strict');
  });

  it('are written again when what was written is gone at once', async () => {
    interfere(4, 'before', async () => bench.realm.admin.clientPolicies.createProfiles({ profiles: [OTHER] }));
    const { results } = await bench.as({ keycloakUrl: proxy.url }).apply(MANIFESTS);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done', 'done']);
    expect([await profiles(), await policies()]).toEqual([['strict', 'grantry acme 48h'], ['grantry acme 48h']]);
  });

  const rights = async (): Promise<string[]> => [
    ...(await profiles()).toSorted(),
    ...(await policies()).toSorted(),
    ...(await bench.realm.admin.roles.find({ search: REALM_LOCK })).map(({ name = '' }) => name),
  ];

  it('of three stacks that write them at once, round after round, are all as these want them', async () => {
    for (let round = 1; round <= 6; round += 1) {
      const applied = await Promise.all(
        stacks.map((stack, index) =>
          bench.as({ stack, rotate: `{every: 90d, overlap: ${round + index}h}` }).apply(of(stack)),
        ),
      );
      const failed = applied.flatMap(({ results }) => results.filter(({ outcome }) => outcome !== 'done'));
      expect(failed).toEqual([]);
      const wanted = stacks.map((stack, index) => `grantry ${stack} ${round + index}h`);
      expect(await rights()).toEqual([...wanted, ...wanted]);
    }
  });

  const takeProfile = async (gone: string): Promise<void> => {
    const { clientPolicies } = bench.realm.admin;
    const { profiles: list = [] } = await clientPolicies.listProfiles();
    await clientPolicies.createProfiles({ profiles: list.filter(({ name }) => name !== gone) });
  };

  it.each([
    ['the same overlap', 'alpha', '2h', ['alpha 2h', 'beta 3h']],
    ['another overlap', 'alpha', '5h', ['alpha 5h', 'beta 3h']],
    ['none', 'alpha', '0s', ['beta 3h']],
    ['an overlap of another stack', 'gamma', '4h', ['alpha 2h', 'beta 3h', 'gamma 4h']],
  ])('get out of a realm whose profile somebody removed, when %s is wanted', async (_, stack, overlap, left) => {
    await bench.as({ stack: 'alpha', rotate: '{overlap: 2h}' }).apply(of('alpha'));
    await bench.as({ stack: 'beta', rotate: '{overlap: 3h}' }).apply(of('beta'));
    await takeProfile('grantry alpha 2h');
    const { results } = await bench.as({ stack, rotate: `{overlap: ${overlap}}` }).apply(of(stack));
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).not.toContain('failed');
    expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    const wanted = left.map((name) => `grantry ${name}`);
    expect(await rights()).toEqual([...wanted, ...wanted]);
  });

  it('are not taken away from under a policy of somebody else', async () => {
    await bench.apply(MANIFESTS);
    const { clientPolicies } = bench.realm.admin;
    const { policies: list = [] } = await clientPolicies.listPolicies();
    const theirs = { ...OTHER_POLICY, profiles: ['grantry acme 48h'] };
    await clientPolicies.updatePolicy({ policies: [...list, theirs] });
    const { results } = await bench.as({ rotate: '{overlap: 0s}' }).apply(MANIFESTS);
    const failed = results.find(({ address }) => address === 'Rotation/48h');
    expect(failed).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('strict clients') });
    expect(await profiles()).toEqual(['grantry acme 48h']);
  });

  it('wait for the holder of the lock of the realm, whatever stack or store that one has', async () => {
    await bench.realm.admin.roles.create({ name: REALM_LOCK, attributes: { holder: ['another run'] } });
    const applying = bench.as({ keycloakUrl: proxy.url }).apply(MANIFESTS);
    const tries = (): number =>
      proxy.requests.filter(({ path, status }) => path.endsWith('/roles') && status === 409).length;
    await expect.poll(tries, { timeout: 30_000 }).toBeGreaterThan(2);
    expect(await profiles()).toEqual([]);
    await bench.realm.admin.roles.delByName({ name: REALM_LOCK });
    const { results } = await applying;
    expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(await rights()).toEqual(['grantry acme 48h', 'grantry acme 48h']);
  });
});

describe('a Keycloak without the feature', { timeout: 300_000 }, () => {
  let container: StartedTestContainer;
  let bench: Workbench;
  beforeAll(async () => {
    const started = await startKeycloakWith(inject('keycloakImage'), []);
    ({ container } = started);
    bench = await Workbench.open({}, started.server);
  }, 600_000);
  afterAll(async () => {
    await bench.close();
    await container.stop();
  });

  it('has no overlaps to set up, and rotates with a gap that it reports, as the plan did before', async () => {
    const { desired, provider } = await bench.ports(MANIFESTS);
    const actual = await provider.read(desired);
    expect(actual.overlaps).toBe('unsupported');
    expect(rotationNotices({ desired, actual, now: 0 })).toEqual([expect.stringContaining('No overlap here')]);
    const { results } = await bench.apply(MANIFESTS);
    expect(results.map(({ address, outcome }) => `${address} ${outcome}`)).toEqual([
      'Api/stock done',
      'Client/orders done',
    ]);
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    const named = { kind: 'named', names: ['orders'], force: false, revoke: false } as const;
    const [first] = await bench.rotate(MANIFESTS, named);
    expect(first).toMatchObject({ outcome: 'done', gap: { atMost: false } });
    const [revoked] = await bench.rotate(MANIFESTS, { ...named, revoke: true });
    expect(revoked?.checks).toMatchObject([{ outcome: 'passed' }, { outcome: 'passed' }]);
    expect((await bench.plan(MANIFESTS, { checkStore: true })).changes).toEqual([]);
    expect((await bench.prove(MANIFESTS)).every(isProven)).toBe(true);
  });
});
