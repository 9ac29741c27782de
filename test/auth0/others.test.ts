/** What belongs to others in a tenant, and what only looks like it belongs to the stack. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { planSaved } from '../../src/engine/plan/resolve-plan.ts';
import { surveyTarget } from '../../src/engine/survey/survey-target.ts';
import { parseAdoption } from '../../src/engine/plan/adoption.ts';
import { buildPlan } from '../../src/engine/plan/build-plan.ts';
import { readSavedPlan } from '../../src/engine/plan/saved/read-plan.ts';
import { savePlan } from '../../src/engine/plan/saved/save-plan.ts';
import { openAuth0Place } from '../contract/provider/auth0-place.ts';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { logIn } from '../support/auth0/management-client.ts';
import type { ManagementClient } from '../support/auth0/management-client.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const AUDIENCE = 'https://stock.test';
const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const ORDERS = clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]');
const MANIFESTS = yaml(STOCK, ORDERS);

let emulator: Auth0Emulator;
let subject: ProviderSubject;
let hand: ManagementClient;
beforeEach(async () => {
  const place = await openAuth0Place();
  emulator = place.emulator;
  subject = new ProviderSubject(place);
  hand = await logIn(emulator);
});
afterEach(() => subject.close());

const addresses = async (manifests: string): Promise<string[]> =>
  (await subject.plan(manifests)).changes.map(({ op, address }) => `${op} ${address}`);

it('an Api whose creation was refused is not taken for ours when somebody else makes it', async () => {
  const path = /resource-servers$/;
  emulator.inject({ method: 'POST', path, times: 1, fault: { kind: 'answer', status: 403, when: 'before' } });
  await subject.apply(MANIFESTS);
  const scopes = [{ value: 'stock:read' }, { value: 'stock:write' }];
  await hand.ok('POST', '/resource-servers', { identifier: AUDIENCE, name: 'stock', scopes });
  expect((await subject.plan(MANIFESTS)).conflicts).toMatchObject([{ address: 'Api/stock' }]);
  expect(await addresses(apiYaml('other', ['other:read']))).not.toContain('delete Api/stock');
});

it('one whose creation was answered by nobody is ours', async () => {
  const path = /resource-servers$/;
  // The answer is lost, and so is the look whether it came to be.
  emulator.inject({ method: 'POST', path, times: 1, fault: { kind: 'answer', status: 500, when: 'after' } });
  emulator.inject({ method: 'GET', path, nth: 2, fault: { kind: 'answer', status: 400 } });
  const { results } = await subject.apply(STOCK);
  expect(results).toMatchObject([{ address: 'Api/stock', outcome: 'failed' }]);
  expect(emulator.count({ method: 'POST', path })).toBe(1);
  emulator.reset();
  await subject.setUp(MANIFESTS);
  expect(await subject.unproven(MANIFESTS)).toEqual([]);
});

it('grants for users count as use of an Api, and are never touched', async () => {
  await subject.setUp(MANIFESTS);
  const spa = await subject.admin.create('spa');
  const grant = { client_id: spa, audience: AUDIENCE, scope: ['stock:write'], subject_type: 'user' };
  await hand.ok('POST', '/client-grants', grant);
  const { conflicts } = await subject.plan(yaml(apiYaml('stock', ['stock:read']), ORDERS));
  expect(conflicts).toMatchObject([{ address: 'Api/stock', reason: expect.stringContaining(spa) }]);
});

it('an Api with another audience is made before the old one goes, and clients move in between', async () => {
  await subject.setUp(MANIFESTS);
  const moved = yaml(STOCK.replace(AUDIENCE, 'https://stock.example'), ORDERS);
  expect(await addresses(moved)).toEqual([`delete Api/${AUDIENCE}`, 'create Api/stock', 'update Client/orders']);
  emulator.inject({ method: 'POST', path: /resource-servers$/, times: 1, fault: { kind: 'answer', status: 403 } });
  await subject.apply(moved);
  expect(await subject.unproven(MANIFESTS)).toEqual([]);
  await subject.setUp(moved);
  expect(await subject.unproven(moved)).toEqual([]);
  expect(await addresses(moved)).toEqual([]);
  const writes = emulator.writes().filter(({ done, path }) => done && path.includes('/resource-servers'));
  expect(writes.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE']);
});

it("a name that was an audience is nobody's name by that", async () => {
  await subject.setUp(yaml(STOCK.replace(AUDIENCE, 'stock'), ORDERS));
  await subject.setUp(MANIFESTS);
  expect(await subject.unproven(MANIFESTS)).toEqual([]);
  expect(await addresses(MANIFESTS)).toEqual([]);
});

it('a saved plan adopts the application that was reviewed, not one that looks like it', async () => {
  await subject.setUp(STOCK);
  const reviewed = await subject.admin.create('orders');
  const { desired, provider } = await subject.open(MANIFESTS);
  const ports = { provider, store: subject.store };
  const adoption = parseAdoption(['Client/*']);
  const input = await surveyTarget(desired, ports, { adoption });
  const stamp = { tool: '0.0.0', createdAt: '2026-01-01T00:00:00.000Z', lastApply: null };
  const saved = readSavedPlan(JSON.stringify(savePlan(buildPlan(input), input, stamp)), 'plan.json');
  await subject.admin.remove(reviewed);
  await subject.admin.create('orders');
  await expect(planSaved(saved, desired, ports, adoption)).rejects.toMatchObject({ code: 'STALE_PLAN' });
});

it('an application with too much metadata of others is a conflict, not half adopted', async () => {
  const id = await subject.admin.create('orders');
  const metadata = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`theirs_${index}`, 'x']));
  await hand.ok('PATCH', `/clients/${id}`, { client_metadata: metadata });
  const { conflicts } = await subject.plan(MANIFESTS, { adoption: parseAdoption(['Client/*']) });
  expect(conflicts).toMatchObject([{ address: 'Client/orders', reason: expect.stringContaining('theirs_6') }]);
});

it('two applications with the mark of one client are a conflict, not a guess', async () => {
  await subject.setUp(MANIFESTS);
  const id = await subject.clientIdOf('orders');
  const { client_metadata: marks } = emulator.state.clients.get(id)?.fields ?? {};
  const copy = await subject.admin.create('copy');
  await hand.ok('PATCH', `/clients/${copy}`, { client_metadata: marks ?? {} });
  const { changes, conflicts } = await subject.plan(MANIFESTS);
  const reason = `2 applications carry the mark of this client: ${[id, copy].toSorted().join(', ')}`;
  expect(conflicts).toMatchObject([{ address: 'Client/orders', reason }]);
  expect(changes.filter(({ op }) => op === 'delete')).toEqual([]);
});

it("grantry's own application is not taken over, whatever is adopted", async () => {
  await hand.ok('PATCH', `/clients/${emulator.clientId}`, { name: 'orders' });
  const adoption = parseAdoption(['Client/*']);
  expect((await subject.plan(MANIFESTS, { adoption })).conflicts).toMatchObject([
    { address: 'Client/orders', reason: 'it is the client that grantry itself logs in with' },
  ]);
});

it.each(['require', 'allow'])(
  'a grant that was set to %s organizations by hand is drift, and put right',
  async (usage) => {
    await subject.setUp(MANIFESTS);
    const { client_grants: grants } = await hand.ok('GET', '/client-grants?take=50');
    const [grant] = z
      .array(z.looseObject({ id: z.string(), audience: z.string() }))
      .parse(grants)
      .filter(({ audience }) => audience === AUDIENCE);
    await hand.ok('PATCH', `/client-grants/${grant?.id}`, { organization_usage: usage });
    const { changes } = await subject.plan(MANIFESTS);
    expect(changes).toMatchObject([
      { op: 'update', address: 'Client/orders', before: { access: { stock: { organizations: usage } } } },
    ]);
    // With `require` no token is had for no organization.
    expect(await subject.unproven(MANIFESTS)).toHaveLength(usage === 'require' ? 1 : 0);
    await subject.apply(MANIFESTS);
    expect(await addresses(MANIFESTS)).toEqual([]);
    expect(await subject.unproven(MANIFESTS)).toEqual([]);
  },
);
