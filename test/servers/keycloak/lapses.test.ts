/** A real Keycloak behind a proxy that drops parts of what is written, or all of it, and answers as if it were done. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy, Intercept, ProxiedRequest } from '../../support/servers/counting-proxy.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const body = z.record(z.string(), z.unknown());
const NO_OVERLAP = '{overlap: 0s}';

/** What becomes of the next write that it matches: without these keys of its body, or not passed on at all. */
interface Drop {
  readonly method: string;
  readonly path: RegExp;
  /** Keys of the body, or of its attributes; none: the whole request. */
  readonly keys?: readonly string[];
  /** What Keycloak would have answered. */
  readonly status?: number;
}

let proxy: CountingProxy;
let bench: Workbench;
let drop: Drop | undefined;

function without(text: string, keys: readonly string[]): string {
  const kept = (value: unknown): Record<string, unknown> =>
    Object.fromEntries(Object.entries(body.parse(value)).filter(([key]) => !keys.includes(key)));
  const { attributes, ...rest } = kept(JSON.parse(text));
  return JSON.stringify({ ...rest, ...(attributes === undefined ? {} : { attributes: kept(attributes) }) });
}

function isHit({ method, path }: ProxiedRequest): boolean {
  return drop !== undefined && method === drop.method && drop.path.test(path);
}

beforeAll(async () => {
  const intercept: Intercept = async (request, pass) => {
    if (drop === undefined || !isHit(request)) return pass();
    const { keys, status = 204 } = drop;
    if (keys !== undefined) return pass(without(request.body, keys));
    return { status, headers: [], body: Buffer.alloc(0) };
  };
  proxy = await startCountingProxy(inject('keycloak').url, { intercept });
  bench = await Workbench.open({ keycloakUrl: proxy.url, rotate: NO_OVERLAP });
  await bench.realm.admin.roles.create({ name: 'auditor' });
  drop = undefined;
  const { results } = await bench.apply(BEFORE);
  expect(results.map(({ reason, outcome }) => reason ?? outcome)).toEqual(['done', 'done', 'done']);
});
beforeEach(() => {
  drop = undefined;
});
afterAll(async () => {
  await proxy.close();
  await bench.close();
});

const STOCK = apiYaml('stock', ['stock:read']);
const READER = 'access: [{api: stock, scopes: [stock:read]}]';
const BEFORE = yaml(STOCK, clientYaml('orders', READER), clientYaml('gone', ''));
const ROLES = 'keycloak: {serviceAccountRoles: {realm: [auditor]}}';

/** Applies these with the drop; gives what became of one change, and sees that a later run, unharmed, does it. */
async function applied(manifests: string, address: string, how: Drop): Promise<string> {
  drop = how;
  const { results } = await bench.apply(manifests);
  drop = undefined;
  const result = results.find((one) => one.address === address);
  const again = await bench.apply(manifests, { checkStore: true });
  expect(again.results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
  // As it was, for the next.
  await bench.apply(BEFORE);
  return result?.outcome === 'failed' ? (result.reason ?? '') : `${result?.outcome}`;
}

describe('a change that Keycloak took and did not make is a failed change that names what did not change', () => {
  const CLIENT = /\/clients\/[^/]+$/;
  const described = yaml(STOCK, clientYaml('orders', `${READER}, auth: client_secret_post`), clientYaml('gone', ''));

  it.each<[string, string, string, Drop, string]>([
    ['a whole change of a client', described, 'Client/orders', { method: 'PUT', path: CLIENT }, 'authentication is'],
    [
      'a scope taken from a client',
      yaml(STOCK, clientYaml('orders', ''), clientYaml('gone', '')),
      'Client/orders',
      { method: 'DELETE', path: /default-client-scopes/ },
      'may call stock is ["stock:read"] instead of',
    ],
    [
      'a role of a service account',
      yaml(STOCK, clientYaml('orders', `${READER}, ${ROLES}`), clientYaml('gone', '')),
      'Client/orders',
      { method: 'POST', path: /users\/[^/]+\/role-mappings\/realm$/ },
      'auditor',
    ],
    [
      'a scope mapping',
      yaml(STOCK, clientYaml('orders', `${READER}, ${ROLES}`), clientYaml('gone', '')),
      'Client/orders',
      { method: 'POST', path: /clients\/[^/]+\/scope-mappings\/realm$/ },
      'auditor',
    ],
    [
      'the delete of a client',
      yaml(STOCK, clientYaml('orders', READER)),
      'Client/gone',
      { method: 'DELETE', path: CLIENT },
      'the client gone is still there',
    ],
    [
      'a scope that is new',
      yaml(apiYaml('stock', ['stock:read', 'stock:new']), clientYaml('orders', READER), clientYaml('gone', '')),
      'Api/stock',
      { method: 'POST', path: /client-scopes$/, keys: ['description', 'grantry.api'] },
      'stock:new',
    ],
    [
      'the mark of a delivery',
      yaml(STOCK, clientYaml('orders', `${READER}, credential: {path: elsewhere}`), clientYaml('gone', '')),
      'Client/orders',
      { method: 'PUT', path: CLIENT, keys: ['grantry.delivered'] },
      'in the mark of its delivery is another one',
    ],
    [
      'the secret of a new client',
      yaml(BEFORE, clientYaml('fresh', '')),
      'Client/fresh',
      { method: 'POST', path: /\/clients$/, keys: ['secret'] },
      'the secret is another one',
    ],
    [
      'the mark of a new client',
      yaml(BEFORE, clientYaml('fresh', '')),
      'Client/fresh',
      { method: 'POST', path: /\/clients$/, keys: ['grantry.delivered', 'grantry.declared'] },
      'grantry.declared',
    ],
  ])('%s', async (_, manifests, address, how, words) => {
    const reason = await applied(manifests, address, how);
    expect(reason).toContain('when it is read back');
    expect(reason).toContain(words);
  });

  it('the delete of a scope', async () => {
    const more = yaml(
      apiYaml('stock', ['stock:read', 'stock:old']),
      clientYaml('orders', READER),
      clientYaml('gone', ''),
    );
    await bench.apply(more);
    const reason = await applied(BEFORE, 'Api/stock', { method: 'DELETE', path: /client-scopes\/[^/]+$/ });
    expect(reason).toContain('stock:old');
  });

  it('an overlap', async () => {
    const other = bench.as({ rotate: '{overlap: 24h}' });
    drop = { method: 'PUT', path: /client-policies\/profiles$/ };
    const { results } = await other.apply(BEFORE);
    drop = undefined;
    const [rotation] = results.filter(({ address }) => address === 'Rotation/24h');
    expect(rotation?.outcome).toBe('failed');
    expect((await other.apply(BEFORE)).results.map(({ reason, outcome }) => reason ?? outcome)).not.toContain('failed');
    await bench.apply(BEFORE);
  });
});

describe('a rotation', () => {
  const NAMED = { kind: 'named', names: ['orders'], force: true, revoke: false } as const;

  it.each<[string, Drop, string]>([
    [
      'a secret that was not set',
      { method: 'PUT', path: /\/clients\/[^/]+$/, keys: ['secret'] },
      'the secret is another one',
    ],
    ['no write at all', { method: 'PUT', path: /\/clients\/[^/]+$/ }, 'the secret is another one'],
  ])('with %s has failed, cut nobody off, and the next one is done', async (_, how, words) => {
    const { store } = await bench.ports(BEFORE);
    drop = how;
    const [failed] = await bench.rotate(BEFORE, NAMED);
    drop = undefined;
    expect([failed?.outcome, failed?.reason]).toEqual(['failed', expect.stringContaining(words)]);
    expect(
      (await bench.prove(BEFORE)).flatMap(({ checks }) => checks).filter(({ outcome }) => outcome === 'failed'),
    ).toEqual([]);
    const before = (await store.read('orders'))?.version ?? 0;
    const [done] = await bench.rotate(BEFORE, NAMED);
    expect(done?.reason ?? done?.outcome).toBe('done');
    expect((await store.read('orders'))?.version).toBeGreaterThan(before);
    expect((await bench.plan(BEFORE, { checkStore: true })).changes).toEqual([]);
  });
});
