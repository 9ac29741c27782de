/** An Api that grantry did not make is others' too: their scopes stay, whatever becomes of its manifest. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseAdoption } from '../../src/engine/plan/adoption.ts';
import { openAuth0Place } from '../contract/provider/auth0-place.ts';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import { logIn } from '../support/auth0/management-client.ts';
import type { ManagementClient } from '../support/auth0/management-client.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const AUDIENCE = 'https://stock.test';
const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read', 'stock:write']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);
const ADOPT = { adoption: parseAdoption(['Api/*']) };

let subject: ProviderSubject;
let hand: ManagementClient;
beforeEach(async () => {
  const place = await openAuth0Place();
  subject = new ProviderSubject(place);
  hand = await logIn(place.emulator);
});
afterEach(() => subject.close());

async function scopesOf(): Promise<unknown> {
  const { body } = await hand.call('GET', `/resource-servers/${encodeURIComponent(AUDIENCE)}`);
  return JSON.parse(JSON.stringify(body)).scopes?.map(({ value }: { value: string }) => value);
}

it('keeps the scopes that no manifest declares, also where somebody holds them', async () => {
  const scopes = [{ value: 'stock:audit' }, { value: 'stock:read' }];
  await hand.ok('POST', '/resource-servers', { identifier: AUDIENCE, name: 'elder', scopes });
  const auditor = await subject.admin.create('auditor');
  await subject.admin.grant(auditor, AUDIENCE, 'stock:audit');
  expect((await subject.plan(MANIFESTS)).conflicts).toMatchObject([{ address: 'Api/stock' }]);
  expect((await subject.plan(MANIFESTS, ADOPT)).conflicts).toEqual([]);
  await subject.setUp(MANIFESTS, ADOPT);
  expect(await scopesOf()).toEqual(['stock:audit', 'stock:read', 'stock:write']);
  expect(await subject.unproven(MANIFESTS)).toEqual([]);
  expect((await subject.plan(MANIFESTS)).changes).toEqual([]);

  const fewer = yaml(apiYaml('stock', ['stock:read']), clientYaml('orders', ''));
  await subject.setUp(fewer);
  expect(await scopesOf()).toEqual(['stock:audit', 'stock:read', 'stock:write']);

  const gone = apiYaml('other', ['other:read']);
  expect((await subject.plan(gone)).changes.map(({ op, address }) => `${op} ${address}`)).toEqual([
    'delete Client/orders',
    'create Api/other',
  ]);
});

it('keeps the name that others gave it, and is written to only where something is to be otherwise', async () => {
  const scopes = ['stock:read', 'stock:write'].map((value) => ({ value, description: `About ${value}` }));
  await hand.ok('POST', '/resource-servers', { identifier: AUDIENCE, name: 'Elder Stock', scopes });
  const path = `/resource-servers/${encodeURIComponent(AUDIENCE)}`;
  const before = await hand.ok('GET', path);
  const { changes } = await subject.plan(MANIFESTS, ADOPT);
  const adoption = changes.find(({ address }) => address === 'Api/stock');
  expect(adoption).toMatchObject({ op: 'adopt', before: { displayName: 'stock' }, after: { displayName: 'stock' } });
  await subject.setUp(MANIFESTS, ADOPT);
  expect(await hand.ok('GET', path)).toEqual(before);
  const longer = yaml(apiYaml('stock', ['stock:read', 'stock:write'], ', tokenLifetime: 1h'), clientYaml('orders', ''));
  await subject.setUp(longer);
  expect(await hand.ok('GET', path)).toEqual({ ...before, token_lifetime: 3600 });
  expect((await subject.plan(longer)).changes).toEqual([]);
});

it('has the name of the manifest where grantry made it, also when somebody renamed it', async () => {
  await subject.setUp(MANIFESTS);
  const path = `/resource-servers/${encodeURIComponent(AUDIENCE)}`;
  await hand.ok('PATCH', path, { name: 'renamed' });
  expect((await subject.plan(MANIFESTS)).changes).toMatchObject([{ op: 'update', before: { displayName: 'renamed' } }]);
  await subject.setUp(MANIFESTS);
  expect(await hand.ok('GET', path)).toMatchObject({ name: 'stock' });
});

it('may have scopes of the same names as another: each is granted by itself', async () => {
  const manifests = yaml(
    apiYaml('stock', ['read', 'write']),
    apiYaml('bills', ['read', 'write']),
    clientYaml('orders', 'access: [{api: stock, scopes: [read]}, {api: bills, scopes: [write]}]'),
  );
  await subject.setUp(manifests);
  expect(await subject.unproven(manifests)).toEqual([]);
  expect((await subject.plan(manifests)).changes).toEqual([]);
});

it('is not deleted while a client of others may call it, whatever its grant says', async () => {
  await subject.setUp(MANIFESTS);
  const stranger = await subject.admin.create('stranger');
  await hand.ok('POST', '/client-grants', { client_id: stranger, audience: AUDIENCE, scope: [] });
  const { conflicts } = await subject.plan(apiYaml('other', ['other:read']));
  expect(conflicts).toMatchObject([
    { address: 'Api/stock', reason: `it is to be deleted, but clients outside this stack may call it: ${stranger}` },
  ]);
});
