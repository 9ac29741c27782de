/** A tenant behind something that drops parts of what is written: what was taken and is not there has failed, by the field's name. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openAuth0Place } from '../contract/provider/auth0-place.ts';
import { BASE, BILLS, STOCK, orders } from '../contract/provider/provider-manifests.ts';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import { apiYaml, yaml } from '../support/bench/workbench.ts';

const body = z.record(z.string(), z.unknown());

/** What becomes of a request that it matches: without these keys of its body or metadata, or not sent at all. */
interface Drop {
  readonly method: string;
  readonly path: RegExp;
  readonly keys?: readonly string[];
  /** In place of its body. */
  readonly body?: object;
}

let drop: Drop | undefined;
let subject: ProviderSubject;

beforeEach(async () => {
  drop = undefined;
  const place = await openAuth0Place();
  const { fetch } = place.ports;
  const dropping: typeof fetch = async (input, init) => {
    const method = init?.method ?? 'GET';
    if (drop === undefined || method !== drop.method || !drop.path.test(String(input))) return fetch(input, init);
    const { keys, body: other } = drop;
    if (other !== undefined) return fetch(input, { ...init, body: JSON.stringify(other) });
    if (keys === undefined) return new Response(null, { status: 204 });
    const sent = body.parse(await new Response(init?.body).json());
    return fetch(input, { ...init, body: JSON.stringify(without(sent, keys)) });
  };
  subject = new ProviderSubject({ ...place, ports: { ...place.ports, fetch: dropping } });
  await subject.setUp(BASE);
});
afterEach(() => subject.close());

function without(sent: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  const kept = (values: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
  const { client_metadata: metadata, ...rest } = kept(sent);
  return { ...rest, ...(metadata === undefined ? {} : { client_metadata: kept(body.parse(metadata)) }) };
}

it.each<[string, string, string, Drop, string]>([
  [
    'a scope of a grant',
    yaml(STOCK, BILLS, orders('access: [{api: stock, scopes: [stock:read, stock:write]}]')),
    'Client/orders',
    { method: 'PATCH', path: /client-grants/, body: { scope: ['stock:read'] } },
    'may call stock',
  ],
  [
    'a grant that was to go',
    yaml(STOCK, BILLS, orders('')),
    'Client/orders',
    { method: 'DELETE', path: /client-grants/ },
    'may call stock',
  ],
  [
    'an owner',
    BASE.replace('owner: team-orders', 'owner: team-other'),
    'Client/orders',
    { method: 'PATCH', path: /\/clients\//, keys: ['grantry_owner'] },
    'owner is',
  ],
  [
    'scopes of an Api',
    yaml(apiYaml('stock', ['stock:read', 'stock:write', 'stock:new']), BILLS, orders()),
    'Api/stock',
    { method: 'PATCH', path: /resource-servers/, keys: ['scopes'] },
    'stock:new',
  ],
  [
    'the delete of an application',
    yaml(STOCK, BILLS),
    'Client/orders',
    { method: 'DELETE', path: /\/clients\// },
    'is still there',
  ],
  [
    'the delete of an Api',
    yaml(STOCK, orders()),
    'Api/bills',
    { method: 'DELETE', path: /resource-servers/ },
    'is still there',
  ],
  [
    'the mark of a delivery',
    yaml(STOCK, BILLS, orders('access: [{api: stock, scopes: [stock:read]}], credential: {path: elsewhere}')),
    'Client/orders',
    { method: 'PATCH', path: /\/clients\//, keys: ['grantry_place'] },
    'the place in the mark of its delivery is another one',
  ],
])('%s', async (_, manifests, address, how, words) => {
  drop = how;
  const { results } = await subject.apply(manifests);
  drop = undefined;
  const result = results.find((one) => one.address === address);
  expect([result?.outcome, result?.reason]).toEqual(['failed', expect.stringContaining(words)]);
  await subject.setUp(manifests);
  expect(await subject.changesOf(manifests)).toEqual([]);
});

it('a secret that was not set: the rotation has failed, and cut nobody off', async () => {
  drop = { method: 'PATCH', path: /\/clients\//, keys: ['client_secret'] };
  const rotate = () => subject.rotate(BASE, { kind: 'named', names: ['orders'], force: true, revoke: false });
  const [failed] = await rotate();
  drop = undefined;
  expect([failed?.outcome, failed?.reason]).toEqual(['failed', expect.stringContaining('the secret is another one')]);
  expect(await subject.unproven(BASE)).toEqual([]);
  expect(await rotate()).toMatchObject([{ outcome: 'done' }]);
});
