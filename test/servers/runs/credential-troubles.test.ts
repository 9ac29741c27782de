/** What real realms and stores do to credentials: masks that come into force, policies of others, places that others touched. */
import { FIELD_WORDS, reviewChanges } from '../../support/bench/field-words.ts';
import { z } from 'zod';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { credentialStatus } from '../../../src/engine/rotation/credential-status.ts';
import { surveyRotations } from '../../../src/engine/rotation/survey-rotations.ts';
import type { Plan, PlannedDelivery } from '../../../src/model/plan.ts';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import type { ChangeEntry } from '../../../src/report/page.ts';
import { changeEntry } from '../../../src/report/views/plan/change-entry.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const API = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const MANIFESTS = yaml(API, clientYaml('orders', ACCESS));
const NOW = { kind: 'named', names: ['orders'], force: false, revoke: false } as const;
const MASK = '**********';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open({ rotate: '{overlap: 0s}' });
});
afterEach(async () => {
  await bench.close();
});

const texts = z.record(z.string(), z.string()).nullish();

interface Row {
  readonly id: string;
  readonly secret?: string;
  readonly attributes: Record<string, string>;
}

async function clientRow(clientId = 'orders'): Promise<Row> {
  const [row] = await bench.realm.admin.clients.find({ clientId });
  return { ...row, id: row?.id ?? '', attributes: { ...texts.parse(row?.attributes) } };
}

async function change(body: object, clientId = 'orders'): Promise<void> {
  await bench.realm.admin.clients.update({ id: (await clientRow(clientId)).id }, { attributes: {}, ...body });
}

/** The changes of a plan as a reviewer reads them. */
function entriesOf(plan: Plan): ChangeEntry[] {
  return reviewChanges(plan).map((each) => changeEntry(each, FIELD_WORDS));
}

/** Whether the token endpoint takes the secret. */
async function isAccepted(secret: string, clientId = 'orders'): Promise<boolean> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const authorization = `Basic ${Buffer.from(`${clientId}:${encodeURIComponent(secret)}`).toString('base64')}`;
  return (await fetch(bench.realm.tokenUrl, { method: 'POST', body, headers: { authorization } })).ok;
}

function vault(method: string, path: string, body?: unknown) {
  return bench.vault.request(method, `${bench.vault.mount}/${path}`, body);
}

/** The document of a client and the metadata beside it, as Vault has them. */
async function placeOf(path = 'orders') {
  const [data, metadata] = [await vault('GET', `data/m2m/${path}`), await vault('GET', `metadata/m2m/${path}`)];
  return {
    data: { ...texts.parse(data.body?.data?.['data']) },
    pairs: { ...texts.parse(metadata.body?.data?.['custom_metadata']) },
    version: metadata.body?.data?.['current_version'],
  };
}

async function replaceMetadata(): Promise<void> {
  await vault('POST', 'metadata/m2m/orders', { custom_metadata: { ticket: 'OPS-1' } });
}

function deliveries({ changes }: Plan): PlannedDelivery[] {
  return changes.flatMap((each) => ('delivery' in each ? (each.delivery ?? []) : []));
}

async function remarks(manifests = MANIFESTS): Promise<string[]> {
  const { desired, provider, store } = await bench.ports(manifests);
  const statuses = await credentialStatus(
    await surveyRotations(desired, { provider, store }),
    store,
    Date.now() / 1000,
  );
  return statuses.flatMap((status) => status.remarks);
}

describe('a secret that is a mask', () => {
  it('is replaced at once, with the previous one; nobody else is concerned, and the rest is compared', async () => {
    const both = yaml(MANIFESTS, clientYaml('billing', ACCESS));
    await bench.apply(both);
    const billing = await clientRow('billing');
    // What a partial import of a partial export leaves.
    const tomorrow = String(Math.floor(Date.now() / 1000) + 86_400);
    const rotated = {
      'client.secret.rotated': MASK,
      'client.secret.rotated.creation.time': '1700000000',
      'client.secret.rotated.expiration.time': tomorrow,
    };
    await change({ secret: MASK, attributes: rotated });
    expect(await isAccepted(MASK)).toBe(true);
    const plan = await bench.plan(both, { checkStore: true });
    expect(plan.changes).toMatchObject([
      { address: 'Client/orders', op: 'deliver', delivery: { reason: 'guessable' } },
    ]);
    expect(await remarks(both)).toEqual([expect.stringContaining('anybody can guess')]);
    expect((await bench.apply(both)).firstError).toBeUndefined();
    const { secret, attributes } = await clientRow();
    expect([await isAccepted(MASK), attributes['client.secret.rotated']]).toEqual([false, undefined]);
    expect((await placeOf()).data).toMatchObject({ client_secret: secret });
    expect((await placeOf()).data).not.toHaveProperty('client_secret_next');
    expect(await clientRow('billing')).toEqual(billing);
    expect((await bench.plan(both, { checkStore: true })).changes).toEqual([]);
  });

  it('is adopted as what it is', async () => {
    await bench.realm.admin.clients.create({ clientId: 'orders', secret: MASK, serviceAccountsEnabled: true });
    const adoption = parseAdoption(['Client/orders']);
    const plan = await bench.plan(MANIFESTS, { adoption });
    expect(plan.changes.find(({ op }) => op === 'adopt')).toMatchObject({
      reason: expect.stringContaining('its credential is replaced'),
      delivery: { reason: 'guessable' },
    });
    await bench.apply(MANIFESTS, { adoption });
    expect(await isAccepted(MASK)).toBe(false);
    expect((await bench.plan(MANIFESTS, { checkStore: true })).changes).toEqual([]);
  });

  it('is not suspected where the account may not see secrets', async () => {
    await bench.apply(MANIFESTS);
    await change({ secret: MASK });
    const { clientId, clientSecret } = await bench.realm.serviceAccount(['view-clients', 'view-realm']);
    const viewer = bench.as({
      auth: `{clientId: ${clientId}, clientSecret: "\${env:VIEWER}"}`,
      env: { VIEWER: clientSecret },
    });
    expect((await viewer.plan(MANIFESTS)).changes).toEqual([]);
  });
});

describe('a policy of somebody else that ends secrets', () => {
  it('makes no secret due at birth, and one that is rotated gets a new end', async () => {
    const { clientPolicies } = bench.realm.admin;
    const periods = {
      'expiration-period': 2_505_600,
      'rotated-expiration-period': 172_800,
      'remaining-rotation-period': 864_000,
    };
    await clientPolicies.createProfiles({
      profiles: [{ name: 'defaults', executors: [{ executor: 'secret-rotation', configuration: periods }] }],
    });
    const conditions = [{ condition: 'client-access-type', configuration: { type: ['confidential'] } }];
    await clientPolicies.updatePolicy({
      policies: [{ name: 'defaults', enabled: true, conditions, profiles: ['defaults'] }],
    });
    await bench.apply(MANIFESTS);
    expect(await bench.rotate(MANIFESTS, { kind: 'due', stagger: false, max: undefined })).toEqual([]);
    const soon = String(Math.floor(Date.now() / 1000) + 600);
    await change({ attributes: { 'client.secret.expiration.time': soon } });
    expect(await bench.rotate(MANIFESTS, NOW)).toMatchObject([{ outcome: 'done' }]);
    const end = Number((await clientRow()).attributes['client.secret.expiration.time']);
    expect(end - Date.now() / 1000).toBeGreaterThan(2_505_000);
    expect(await bench.rotate(MANIFESTS, { kind: 'due', stagger: false, max: undefined })).toEqual([]);
  });
});

describe('a place in Vault', () => {
  it('that a renamed manifest leaves is marked as retired', async () => {
    await bench.apply(MANIFESTS);
    const renamed = yaml(API, clientYaml('checkout', `clientId: orders, ${ACCESS}`));
    await bench.apply(renamed);
    expect((await placeOf()).pairs).toMatchObject({ grantry_state: 'retired', grantry_client: 'orders' });
    expect((await placeOf('checkout')).pairs).toMatchObject({ grantry_state: 'active', grantry_client: 'checkout' });
    expect((await bench.plan(renamed)).changes).toEqual([]);
  });

  it('whose latest version was destroyed is reported by status, and filled by what looks at every document', async () => {
    await bench.apply(MANIFESTS);
    await vault('PUT', 'destroy/m2m/orders', { versions: [1] });
    // No listing of Vault shows it.
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    expect(await remarks()).toEqual([expect.stringContaining('grantry apply --check-store delivers it again')]);
    await bench.apply(MANIFESTS, { checkStore: true });
    expect((await placeOf()).data).toMatchObject({ client_secret: (await clientRow()).secret });
    expect(await remarks()).toEqual([]);
  });

  it('whose custom_metadata another tool replaced is no dead end', async () => {
    await bench.apply(MANIFESTS);
    await replaceMetadata();
    expect(await remarks()).toEqual([expect.stringContaining("has lost grantry's mark")]);
    expect(await bench.rotate(MANIFESTS, NOW)).toMatchObject([{ outcome: 'done' }]);
    expect((await placeOf()).pairs).toMatchObject({ ticket: 'OPS-1', grantry_state: 'active' });
    await replaceMetadata();
    // Another secret lies there than the client has: nothing proves whose document it is, so nothing is changed before that is said.
    await bench.realm.admin.clients.generateNewClientSecret({ id: (await clientRow()).id });
    const wider = yaml(
      apiYaml('stock', ['stock:read', 'stock:write']),
      clientYaml('orders', 'access: [{api: stock, scopes: [stock:read, stock:write]}]'),
    );
    const refused = await bench.apply(wider);
    expect(refused.results.find(({ address }) => address === 'Client/orders')).toMatchObject({
      outcome: 'failed',
      hint: expect.stringContaining('--adopt Client/orders'),
    });
    const scopes = await bench.realm.admin.clients.listDefaultClientScopes({ id: (await clientRow()).id });
    expect(scopes.map(({ name }) => name)).not.toContain('stock:write');
    await bench.apply(wider, { adoption: parseAdoption(['Client/orders']) });
    expect((await placeOf()).data).toMatchObject({ client_secret: (await clientRow()).secret });
    expect((await bench.plan(wider, { checkStore: true })).changes).toEqual([]);
  });

  it('that deletes what is written is refused before the write', async () => {
    await bench.apply(MANIFESTS);
    const posting = yaml(API, clientYaml('orders', `auth: client_secret_post, ${ACCESS}`));
    const before = [await clientRow(), (await placeOf()).version];
    for (const [path, off] of [
      ['metadata/m2m/orders', '0s'],
      ['config', '0s'],
    ] as const) {
      await vault('POST', path, { delete_version_after: '1h' });
      const seen = [...(await bench.apply(posting)).results, ...(await bench.rotate(MANIFESTS, NOW))];
      expect(seen.map(({ outcome, reason }) => [outcome, reason])).toEqual(
        [1, 2].map(() => ['failed', expect.stringContaining('1h')]),
      );
      expect([await clientRow(), (await placeOf()).version]).toEqual(before);
      await vault('POST', path, { delete_version_after: off });
    }
    expect((await bench.apply(posting)).firstError).toBeUndefined();
  });

  it('that keeps one version is reported, and its document names no version that is gone', async () => {
    const overlap = bench.as({ rotate: '{overlap: 1h}' });
    await overlap.apply(MANIFESTS);
    await vault('POST', 'metadata/m2m/orders', { max_versions: 1 });
    expect(await overlap.rotate(MANIFESTS, NOW)).toMatchObject([
      { outcome: 'done', checks: [{}, { outcome: 'not-testable', detail: expect.stringContaining('keeps 1') }] },
    ]);
    expect((await placeOf()).data).not.toHaveProperty('previous_version');
  });

  it('that says done of a write that it swallowed is a failure, and another listing that lies costs nobody anything', async () => {
    const proxy = await startCountingProxy(inject('vault').url);
    const through = bench.as({ vaultUrl: proxy.url });
    await vault('POST', 'data/m2m/orders', { data: { a: 'b' } });
    await vault('POST', 'metadata/m2m/orders', { custom_metadata: { ticket: 'OPS-1' } });
    const nothing = { kind: 'status', status: 404, body: '{"errors":[]}' } as const;
    proxy.inject({ fault: nothing, match: ({ path }) => path.includes('list=true'), times: 99 });
    expect((await through.apply(MANIFESTS)).results.map(({ outcome }) => outcome)).toContain('failed');
    expect(await placeOf()).toMatchObject({ data: { a: 'b' }, pairs: { ticket: 'OPS-1' }, version: 1 });
    proxy.reset();
    await vault('DELETE', 'metadata/m2m/orders');
    const written = JSON.stringify({ data: { version: 1, deletion_time: '' } });
    const swallowed = { kind: 'status', status: 200, body: written } as const;
    proxy.inject({
      fault: swallowed,
      match: ({ method, path }) => method === 'POST' && path.includes('/data/m2m/orders'),
    });
    const { results } = await through.apply(MANIFESTS);
    expect(results.find(({ address }) => address === 'Client/orders')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('it is not there'),
    });
    await proxy.close();
    await bench.apply(MANIFESTS);
    expect((await bench.plan(MANIFESTS, { checkStore: true })).changes).toEqual([]);
  });
});

describe('a client', () => {
  it('that somebody copied is deleted without a word of the document, which is that of the first one', async () => {
    await bench.apply(MANIFESTS);
    const { id: _id, secret: _secret, ...original } = await clientRow();
    await bench.realm.admin.clients.create({ ...original, clientId: 'copy' });
    const plan = await bench.plan(MANIFESTS);
    expect(plan.changes).toMatchObject([{ op: 'delete', address: 'Client/copy' }]);
    expect(plan.changes[0]).not.toHaveProperty('delivered');
    await bench.apply(MANIFESTS);
    expect((await placeOf()).pairs).toMatchObject({ grantry_state: 'active' });
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
  });

  it('of which another rotation policy is declared shows that as widening; one from before it was noted is left alone', async () => {
    await bench.apply(MANIFESTS);
    const policyOf = (rotate: string): Promise<Plan> => bench.as({ rotate }).plan(MANIFESTS);
    const seldom = await policyOf('{every: 365d, overlap: 0s}');
    expect(entriesOf(seldom)).toMatchObject([
      {
        op: 'update',
        address: 'Client/orders',
        dangers: ['widens'],
        lines: [{ label: 'rotated every', value: { before: '90d', after: '365d' }, alarm: 'widens access' }],
      },
    ]);
    expect(entriesOf(await policyOf('{every: 30d, overlap: 0s}'))).toMatchObject([{ dangers: [] }]);
    await bench.as({ rotate: '{every: 365d, overlap: 0s}' }).apply(MANIFESTS);
    expect((await policyOf('{every: 365d, overlap: 0s}')).changes).toEqual([]);
    // As a version of grantry leaves it that did not note it.
    await change({ attributes: { 'grantry.rotate.every': '' } });
    expect((await policyOf('{every: 90d, overlap: 0s}')).changes).toEqual([]);
    expect(await bench.rotate(MANIFESTS, NOW)).toMatchObject([{ outcome: 'done' }]);
    expect((await clientRow()).attributes['grantry.rotate.every']).toBe('7776000');
  });

  it('whose document comes to name another server shows what it said before', async () => {
    await bench.apply(MANIFESTS);
    const proxy = await startCountingProxy(inject('keycloak').url);
    const plan = await bench.as({ keycloakUrl: proxy.url }).plan(MANIFESTS);
    await proxy.close();
    expect(plan.changes).toMatchObject([{ op: 'deliver', delivery: { reason: 'facts-changed' } }]);
    expect(deliveries(plan)[0]?.factsBefore).toMatchObject({
      token_url: bench.realm.tokenUrl,
      audience: 'https://stock.test',
    });
    const [entry] = entriesOf(plan);
    expect(entry?.dangers).toEqual(['login-moves', 'widens']);
    expect(entry?.lines.find(({ label }) => label === 'document token_url')).toMatchObject({
      value: { before: bench.realm.tokenUrl, after: bench.realm.tokenUrl.replace(bench.realm.url, proxy.url) },
      alarm: 'widens access',
    });
  });
});
