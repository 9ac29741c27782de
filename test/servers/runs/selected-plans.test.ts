import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts';
import { planPart, planSaved } from '../../../src/engine/plan/resolve-plan.ts';
import type { ResolvedPlan } from '../../../src/engine/plan/resolve-plan.ts';
import type { Address } from '../../../src/model/address.ts';
import type { SavedPlan } from '../../../src/model/saved-plan.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { readSavedPlan } from '../../../src/engine/plan/saved/read-plan.ts';
import { savePlan } from '../../../src/engine/plan/saved/save-plan.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

/** More than one page of clients. */
const CROWD = Array.from({ length: 120 }, (_, index) =>
  clientYaml(`crowd-${index}`, `credential: {path: crowd/c${index}}`),
);
const ORDERS = clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]');
const BEFORE = yaml(apiYaml('stock', ['stock:read', 'stock:write']), ORDERS, ...CROWD);
const WRITER = ORDERS.replace('scopes: [stock:read]', 'scopes: [stock:read], onRequest: [stock:write]');
const AFTER = BEFORE.replace(ORDERS, WRITER);

function save({ plan: made, input }: ResolvedPlan): SavedPlan {
  const saved = savePlan(made, input, { tool: '0.0.0', createdAt: new Date().toISOString(), lastApply: null });
  return readSavedPlan(JSON.stringify(saved), 'plan.json');
}

describe('plans of a part on a real Keycloak', () => {
  let bench: Workbench;
  let proxied: Workbench;
  let keycloak: CountingProxy;
  let vault: CountingProxy;
  let own: readonly string[] = [];

  beforeAll(async () => {
    bench = await Workbench.open();
    [keycloak, vault] = await Promise.all([startCountingProxy(bench.realm.url), startCountingProxy(bench.vault.url)]);
    proxied = bench.as({ keycloakUrl: keycloak.url, vaultUrl: vault.url });
    await proxied.apply(BEFORE);
    const clients = await bench.realm.admin.clients.find();
    own = clients
      .filter(({ clientId = '' }) => ['account', 'broker', 'realm-management'].includes(clientId))
      .flatMap(({ id = '', clientId = '' }) => [id, `clientId=${clientId}`]);
  }, 240_000);

  afterAll(async () => {
    await Promise.all([keycloak.close(), vault.close()]);
    await bench.close();
  });

  async function plan(
    manifests: string,
    addresses: readonly Address[],
    undeclared: readonly string[] = [],
  ): Promise<ResolvedPlan> {
    const { desired, ...ports } = await proxied.ports(manifests);
    keycloak.reset();
    vault.reset();
    return planPart({ only: [], addresses, undeclared }, desired, ports, {});
  }

  async function apply(saved: SavedPlan, manifests: string): Promise<string[]> {
    const { desired, ...ports } = await proxied.ports(manifests);
    const resolved = await planSaved(saved, desired, ports);
    const options = {
      inFlight: 4,
      stopped: () => false,
      onResult: () => undefined,
      finishRotation: async () => undefined,
    };
    const { results } = await applyPlan(resolved.plan, { ...ports, clock: systemPorts().clock }, options);
    return results.map(({ op, address, outcome }) => `${op} ${address} ${outcome}`);
  }

  /** Without Keycloak's own clients, whose roles are looked up by name, whatever the plan is of. */
  function clientReads(): string[] {
    const paths = keycloak.requests.map(({ path }) => path);
    return paths.filter((path) => /\/clients[?/]/.test(path) && !own.some((name) => path.includes(name)));
  }

  it('reads the one client that it is of, no pages, and one folder of the store', async () => {
    const { plan: made } = await plan(AFTER, ['Client/orders']);
    expect(made).toMatchObject({ conflicts: [], guards: [], changes: [{ op: 'update', address: 'Client/orders' }] });
    expect(clientReads()).toEqual([expect.stringMatching(/\?clientId=orders$/)]);
    const listed = vault.requests.map(({ path }) => path).filter((path) => path.includes('/metadata/'));
    // And the place that is to be written to.
    expect(listed).toEqual([
      expect.stringMatching(/\/metadata\/m2m\?list=true/),
      expect.stringMatching(/\/metadata\/m2m\/orders$/),
    ]);
    expect(keycloak.writes()).toEqual([]);
    const crowd = await plan(AFTER, ['Client/crowd-7', 'Client/crowd-8']);
    expect(crowd.plan).toMatchObject({ changes: [], unchanged: { apis: 0, clients: 2 } });
    expect(clientReads()).toHaveLength(2);
  });

  it('looks among all clients for one that is not found by its client_id: it may have had another', async () => {
    const renamed = AFTER.replace(
      'credential: {path: crowd/c3}',
      'clientId: crowd-three, credential: {path: crowd/c3}',
    );
    const { plan: made } = await plan(renamed, ['Client/crowd-3']);
    expect(made.changes).toMatchObject([
      { op: 'update', before: { clientId: 'crowd-3' }, after: { clientId: 'crowd-three' } },
    ]);
    expect(clientReads().filter((path) => path.includes('first='))).not.toEqual([]);
  });

  it('takes a manifest with another name and the same client_id for the same client', async () => {
    const renamed = AFTER.replace(/name: crowd-4,/, 'name: fourth,').replace(
      'credential: {path: crowd/c4}',
      'clientId: crowd-4, credential: {path: crowd/c4}',
    );
    const { plan: made } = await plan(renamed, ['Client/crowd-4', 'Client/fourth'], ['crowd-4']);
    expect(made.changes.map(({ op, address }) => `${op} ${address}`)).toEqual(['update Client/fourth']);
    expect(clientReads()).toHaveLength(1);
  });

  it('saved, changes what it says and nothing else', async () => {
    const [stranger] = await bench.realm.admin.clients.find({ clientId: 'crowd-1' });
    await bench.realm.admin.clients.update({ id: stranger?.id ?? '' }, { description: 'changed by hand' });
    const saved = save(await plan(AFTER, ['Client/orders']));
    expect(await apply(saved, AFTER)).toEqual(['update Client/orders done']);
    expect((await proxied.plan(AFTER)).changes.map(({ address }) => address)).toEqual(['Client/crowd-1']);
    expect(await apply(saved, AFTER)).toEqual([]);
  });

  it('deletes a client that lost its manifest, if it still carries the mark, reading it alone', async () => {
    const without = AFTER.replace(`\n---${CROWD[5]}`, '').replace(`\n---${CROWD[6]}`, '');
    const [other] = await bench.realm.admin.clients.find({ clientId: 'crowd-6' });
    await bench.realm.admin.clients.update({ id: other?.id ?? '' }, { attributes: { 'grantry.stack': 'theirs' } });
    const gone: Address[] = ['Client/crowd-5', 'Client/crowd-6', 'Client/never'];
    const resolved = await plan(without, gone, ['crowd-5', 'crowd-6', 'never']);
    expect(resolved.plan.changes.map(({ op, address }) => `${op} ${address}`)).toEqual(['delete Client/crowd-5']);
    expect(resolved.plan).toMatchObject({ conflicts: [], guards: [] });
    // Three by their client_ids, and what the one that is the stack's gives access to.
    expect(clientReads()).toHaveLength(4);
    expect(clientReads().filter((path) => path.includes('first='))).toEqual([]);
    expect(await apply(save(resolved), without)).toEqual(['delete Client/crowd-5 done']);
    expect(await bench.realm.admin.clients.find({ clientId: 'crowd-5' })).toEqual([]);
    await bench.realm.admin.clients.update({ id: other?.id ?? '' }, { attributes: { 'grantry.stack': 'acme' } });
  });

  it('grants no scope that is not there, and deletes none that a client outside of it holds', async () => {
    const more = yaml(
      AFTER,
      apiYaml('new', ['new:read']),
      clientYaml('reader', 'access: [{api: new, scopes: [new:read]}]'),
    );
    const reader = await plan(more, ['Client/reader']);
    expect(reader.plan.conflicts).toMatchObject([
      { address: 'Client/reader', reason: expect.stringContaining('it needs new:read of Api/new') },
    ]);
    const less = AFTER.replace(', "stock:write": About stock:write', '').replace(', onRequest: [stock:write]', '');
    const stock = await plan(less, ['Api/stock']);
    expect(stock.plan.conflicts).toMatchObject([
      {
        address: 'Api/stock',
        reason: expect.stringMatching(/stock:write is to be deleted, .* hold it: Client\/orders$/),
      },
    ]);
    expect((await plan(less, ['Api/stock', 'Client/orders'])).plan.conflicts).toEqual([]);
  });
});
