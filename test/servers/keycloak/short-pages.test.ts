/** Listings of a real Keycloak that lack what is there: because others come and go, and because a page is short. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import type { ActualState } from '../../../src/model/state.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';
import { secretIn } from '../../support/stored-secrets.ts';

const COUNT = 120;
const NAMES = Array.from({ length: COUNT }, (_, index) => `svc-${String(index).padStart(3, '0')}`);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const API = apiYaml('stock', ['stock:read', 'stock:old']);
const MANIFESTS = yaml(API, ...NAMES.map((name) => clientYaml(name, ACCESS)));

/** Leaves rows out of a page, as Keycloak does with those that are deleted while it loads them. */
const without = (isLeftOut: (row: { clientId: string }, index: number) => boolean) => (text: string) => {
  const rows = z.array(z.looseObject({ clientId: z.string() })).parse(JSON.parse(text));
  return JSON.stringify(rows.filter((row, index) => !isLeftOut(row, index)));
};

const isPage = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'GET' && path.includes('/clients?first=');

let bench: Workbench;
let proxy: CountingProxy;

/** Of every client of the stack, the version and the secret of its document. */
async function documents(): Promise<Map<string, string>> {
  const { store } = await bench.ports(MANIFESTS);
  const read = await Promise.all(
    NAMES.map(async (name): Promise<[string, string]> => {
      const stored = await store.read(name);
      return [name, `${stored?.version} ${secretIn(stored)}`];
    }),
  );
  return new Map(read);
}

beforeAll(async () => {
  proxy = await startCountingProxy(inject('keycloak').url);
  bench = await Workbench.open({ keycloakUrl: proxy.url });
  const { results } = await bench.apply(MANIFESTS);
  expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
});

afterAll(async () => {
  await proxy.close();
  await bench.close();
});

describe('a realm in sync', () => {
  it('is seen as that in every plan while others create and delete clients', async () => {
    const { admin } = bench.realm;
    const ended = new AbortController();
    let made = 0;
    const churn = async (lane: number): Promise<void> => {
      for (let round = 0; !ended.signal.aborted; round += 1) {
        // Between the clients of the stack, and in front of them.
        const clientId = `${round % 2 === 0 ? 'aaa' : `svc-${String((round * 7) % COUNT).padStart(3, '0')}`}-${lane}-${round}`;
        const { id } = await admin.clients.create({ clientId });
        await admin.clients.del({ id });
        made += 1;
      }
    };
    const others = Array.from({ length: 3 }, (_, lane) => churn(lane));
    try {
      for (let round = 0; round < 12; round += 1) expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    } finally {
      ended.abort();
      await Promise.all(others);
    }
    expect(made).toBeGreaterThan(20);
  });

  it.each([
    ['one row out of the middle of one page', { nth: 1, times: 1 }, (_: unknown, index: number) => index === 20],
    ['the last row out of one page', { nth: 2, times: 1 }, (_: unknown, index: number) => index === 49],
    ['all rows but one out of one page', { nth: 2, times: 1 }, (_: unknown, index: number) => index > 0],
    [
      'a client of others out of every page',
      { nth: 1, times: 30 },
      (row: { clientId: string }) => row.clientId === 'broker',
    ],
  ])('is seen as that where the answer leaves %s', async (_, turns, isLeftOut) => {
    proxy.inject({ fault: { kind: 'rewrite', body: without(isLeftOut) }, match: isPage, ...turns });
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    proxy.reset();
  });
});

describe('where every listing hides clients that are there', () => {
  const HIDDEN = new Set(['svc-007', 'svc-100']);

  it('creates none of them, and writes over none of their documents', async () => {
    const before = await documents();
    proxy.inject({
      fault: { kind: 'rewrite', body: without(({ clientId }) => HIDDEN.has(clientId)) },
      match: isPage,
      times: 1000,
    });
    const { results } = await bench.apply(MANIFESTS);
    proxy.reset();
    expect(results.map(({ address, op, outcome }) => [address, op, outcome])).toEqual(
      [...HIDDEN].map((name) => [`Client/${name}`, 'create', 'failed']),
    );
    expect(results[0]?.reason).toContain('a client svc-007 is there');
    expect(await documents()).toEqual(before);
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
  });

  it('deletes no scope that a client outside the stack holds', async () => {
    const { admin } = bench.realm;
    const scope = (await admin.clientScopes.find()).find(({ name }) => name === 'stock:old');
    const { id } = await admin.clients.create({ clientId: 'zz-foreign', defaultClientScopes: ['stock:old'] });
    const fewer = yaml(apiYaml('stock', ['stock:read']), ...NAMES.map((name) => clientYaml(name, ACCESS)));
    const { desired, provider, store } = await bench.ports(fewer);
    const read = provider.read.bind(provider);
    // The plan's own reading saw nobody.
    const blind = async (...given: Parameters<typeof read>): Promise<ActualState> => {
      const actual = await read(...given);
      return { ...actual, objects: actual.objects.map(({ outsideHolders: _, ...object }) => object) };
    };
    const { results } = await bench.carryOut(desired, { provider: { ...provider, read: blind }, store });
    expect(results).toMatchObject([{ address: 'Api/stock', outcome: 'failed' }]);
    expect(results[0]?.reason).toContain('zz-foreign');
    expect((await admin.clients.listDefaultClientScopes({ id })).map(({ name }) => name)).toContain('stock:old');
    expect((await admin.clientScopes.find()).map((one) => one.id)).toContain(scope?.id);
    await admin.clients.del({ id });
  });
});

describe('a client that somebody deleted', () => {
  it('comes back with the secret that its consumers have', async () => {
    const { admin } = bench.realm;
    const before = await documents();
    const [found] = await admin.clients.find({ clientId: 'svc-003' });
    await admin.clients.del({ id: found?.id ?? '' });
    const { results } = await bench.apply(MANIFESTS);
    expect(results.map(({ address, op, outcome }) => [address, op, outcome])).toEqual([
      ['Client/svc-003', 'create', 'done'],
    ]);
    expect(await documents()).toEqual(before);
    const [made] = await admin.clients.find({ clientId: 'svc-003' });
    expect(`1 ${made?.secret}`).toBe(before.get('svc-003'));
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
  });
});
