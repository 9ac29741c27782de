/** What is wrong with one object is a finding about that object: marks that somebody wrote by hand, names that are taken. */
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { credentialStatus } from '../../../src/engine/rotation/credential-status.ts';
import { surveyRotations } from '../../../src/engine/rotation/survey-rotations.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import type { CredentialStatus } from '../../../src/model/report.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const STOCK = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const TWO = yaml(STOCK, clientYaml('orders', ACCESS), clientYaml('audit', ACCESS));

describe('odd objects in a real Keycloak', () => {
  let bench: Workbench;
  let proxy: CountingProxy;

  beforeAll(async () => {
    bench = await Workbench.open();
    proxy = await startCountingProxy(inject('keycloak').url);
    await bench.apply(TWO);
  });

  afterEach(() => proxy.reset());

  afterAll(async () => {
    await proxy.close();
    await bench.close();
  });

  const idOf = async (clientId: string): Promise<string> =>
    (await bench.realm.admin.clients.find({ clientId }))[0]?.id ?? '';
  const poison = async (attributes: Record<string, string>): Promise<void> =>
    bench.realm.admin.clients.update({ id: await idOf('orders') }, { attributes });
  const notices = async (manifests: string): Promise<readonly string[]> => {
    const { desired, ...ports } = await bench.ports(manifests);
    return (await surveyTarget(desired, ports)).actual.notices ?? [];
  };
  const status = async (manifests: string): Promise<readonly CredentialStatus[]> => {
    const { desired, ...ports } = await bench.ports(manifests);
    return credentialStatus(await surveyRotations(desired, ports), ports.store, Math.floor(Date.now() / 1000));
  };
  const changesOf = async (manifests: string): Promise<string[]> =>
    (await bench.plan(manifests)).changes.map(({ op, address }) => `${op} ${address}`);

  it.each([
    ['grantry.delivered', '{"at":1,"place":"x","path":"..","facts":"pending"}', ['deliver Client/orders']],
    ['grantry.delivered', '{"at":1,"place":"x","path":"a/.grantry/lock","facts":"x"}', ['deliver Client/orders']],
    ['client.secret.creation.time', '99999999999999', ['deliver Client/orders']],
    ['client.secret.expiration.time', '99999999999999', []],
    ['grantry.declared', '{"attributes":[],"roles":{"realm":[".."],"clients":{}}}', []],
  ])('of which %s is %s are reported, and stop nothing', async (name, value, changes) => {
    await poison({ [name]: value });
    expect(await notices(TWO)).toEqual([
      expect.stringContaining(`Client/orders: its attribute ${name} cannot be read`),
    ]);
    expect(await changesOf(TWO)).toEqual(changes);
    const [found] = (await status(TWO)).filter(({ address }) => address === 'Client/orders');
    expect(found?.remarks[0]).toContain(name);
    const more = TWO.replace('The audit service', `Audits with ${name} there`);
    const { results } = await bench.apply(more);
    expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    await bench.rotate(TWO, { kind: 'named', names: ['audit'], force: true, revoke: false });
    await poison({ [name]: '' });
    await bench.apply(TWO);
    expect(await changesOf(TWO)).toEqual([]);
    expect(await notices(TWO)).toEqual([]);
  });

  it.each(['abc', '1e999'])('whose token lifetime is %s show it, and get what is declared', async (lifetime) => {
    await poison({ 'access.token.lifespan': lifetime });
    const [change] = (await bench.plan(TWO)).changes;
    expect(change).toMatchObject({ before: { tokenLifetime: lifetime }, after: { tokenLifetime: null } });
    await bench.apply(TWO);
    expect(await changesOf(TWO)).toEqual([]);
  });

  it('that the server fails at with 500 fail alone, and the others are done', async () => {
    const manifests = yaml(
      TWO.replace('The orders service', 'Orders again'),
      ...Array.from({ length: 6 }, (_, index) => clientYaml(`new-${index}`, ACCESS)),
    );
    const path = `/clients/${await idOf('orders')}`;
    proxy.inject({
      fault: { kind: 'status', status: 500 },
      match: (request) => request.method === 'PUT' && request.path.endsWith(path),
      times: 100,
    });
    const { results, firstError } = await bench.as({ keycloakUrl: proxy.url }).apply(manifests);
    const failed = results.filter(({ outcome }) => outcome !== 'done');
    expect(failed).toMatchObject([{ address: 'Client/orders', outcome: 'failed' }]);
    expect(failed[0]?.hint).toContain('this very change');
    expect(firstError).toBe('FAILED');
  });

  it('that the server fails at, with all else, are taken for a server that is gone', async () => {
    const manifests = yaml(...Array.from({ length: 6 }, (_, index) => clientYaml(`late-${index}`, '')));
    proxy.inject({
      fault: { kind: 'status', status: 500 },
      match: ({ method, path }) => method === 'POST' && path.endsWith('/clients'),
      times: 100,
    });
    proxy.inject({
      fault: { kind: 'status', status: 500 },
      match: ({ path }) => path.endsWith('/clients?first=0&max=1'),
      times: 100,
    });
    const { results, firstError } = await bench.as({ keycloakUrl: proxy.url, stack: 'late' }).apply(manifests);
    expect(firstError).toBe('UNREACHABLE');
    expect(results.some(({ outcome }) => outcome === 'skipped')).toBe(true);
  });

  const document = async (path: string): Promise<number | undefined> =>
    (await (await bench.ports(TWO)).store.inspect(path))?.version;

  it('whose client_id is taken but for its case are in the way, which is reported before anything is written', async () => {
    await bench.realm.admin.clients.create({ clientId: 'Ledger', serviceAccountsEnabled: true, publicClient: false });
    const manifests = yaml(TWO, clientYaml('ledger', ''));
    expect((await bench.plan(manifests)).conflicts).toMatchObject([
      { address: 'Client/ledger', reason: expect.stringContaining('client Ledger is there') },
    ]);
    // One without a service account takes no name of a user.
    await bench.realm.admin.clients.create({ clientId: 'Shop', publicClient: true });
    expect((await bench.plan(yaml(TWO, clientYaml('shop', '')))).conflicts).toEqual([]);
  });

  it('whose service account has the name of a user fail for that reason, and nothing is written', async () => {
    await bench.realm.admin.users.create({ username: 'service-account-books', enabled: true });
    const manifests = yaml(TWO, clientYaml('books', ''));
    for (let run = 1; run <= 2; run += 1) {
      const { results } = await bench.apply(manifests);
      expect(results.find(({ address }) => address === 'Client/books')).toMatchObject({
        outcome: 'failed',
        reason: expect.stringContaining('has a user service-account-books'),
      });
      expect(await document('books')).toBeUndefined();
    }
  });

  it('with the longest names that validate lets through can be made, and are then as declared', async () => {
    const introspector = 'i'.repeat(238);
    const longest = yaml(
      TWO,
      clientYaml(
        'long',
        `clientId: ${'c'.repeat(239)}, keycloak: {attributes: {${'n'.repeat(255)}: x}}, credential: {path: long}`,
      )
        .replace('owner: team-long', `owner: ${'o'.repeat(512)}, labels: {${'k'.repeat(241)}: v}`)
        .replace('The long service', 'd'.repeat(255)),
      clientYaml('introspector', `clientId: ${introspector}`),
      apiYaml('wide', ['w'.repeat(249)], ', introspectedBy: introspector').replace(
        'https://wide.test',
        `https://${'a'.repeat(238)}`,
      ),
    );
    const { results } = await bench.apply(longest);
    expect(results.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(await changesOf(longest)).toEqual([]);
    await bench.apply(TWO);
  });
});
