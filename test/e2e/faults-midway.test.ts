/** Faults in the middle of an apply: what was done is reported, and the next run finishes without loss or duplicate. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exitedWith } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import type { Fault, FaultRule } from '../support/servers/counting-proxy.ts';
import { Site } from '../support/process/site.ts';
import { listPlaces } from '../support/servers/snapshot.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const APIS = yaml(apiYaml('stock', ['stock:read', 'stock:write']), apiYaml('bills', ['bills:read']));
const STOCK_CLIENTS = ['anna', 'bert'].map((name) => clientYaml(name, 'access: [{api: stock, scopes: [stock:read]}]'));
const BILLS_CLIENTS = ['carl', 'dora'].map((name) => clientYaml(name, 'access: [{api: bills, scopes: [bills:read]}]'));
const MANIFESTS = yaml(APIS, ...STOCK_CLIENTS, ...BILLS_CLIENTS);
const NAMES = ['anna', 'bert', 'carl', 'dora'];

/** One change at a time: carl and dora come first, because their Api is the first to be there. */
const APPLY = 'apply -t dev --auto-approve --parallelism 1';

const drop: Fault = { kind: 'drop-after' };
const posts = (suffix: RegExp): FaultRule['match'] => requests('POST', suffix);

function requests(verb: string, suffix: RegExp): FaultRule['match'] {
  return ({ method, path }) => method === verb && suffix.test(path);
}

/** The writing of a client's document, whether something lies there already or not. */
function documents(client: string): FaultRule['match'] {
  return ({ method, path }) => ['POST', 'PATCH'].includes(method) && path.endsWith(`/data/m2m/${client}`);
}

let site: Site;

beforeAll(async () => {
  site = await Site.open();
});

afterAll(() => site.close());

/** Takes away what the tests make, by hand: faster than by grantry, and nothing of it can hide in there. */
async function startFromNothing(): Promise<void> {
  const { admin } = site.realm;
  const clients = (await admin.clients.find({ max: 1000 })).filter(({ clientId = '' }) => NAMES.includes(clientId));
  const scopes = (await admin.clientScopes.find()).filter(({ name = '' }) => /^(stock|bills):/.test(name));
  await Promise.all([
    ...clients.map(({ id = '' }) => admin.clients.del({ id })),
    ...scopes.map(({ id = '' }) => admin.clientScopes.del({ id })),
    ...(await listPlaces(site.vault)).map((place) =>
      site.vault.request('DELETE', `${site.vault.mount}/metadata/${place}`),
    ),
  ]);
  site.declare(MANIFESTS);
  site.reset();
}

beforeEach(startFromNothing);

/** Everything is there, once, with the same secret on both sides; nothing is left to do. */
async function expectSound(): Promise<void> {
  site.reset();
  exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
  const clients = (await site.realm.admin.clients.find({ max: 1000 })).map(({ clientId }) => clientId ?? '');
  expect(clients.filter((id) => NAMES.includes(id)).toSorted()).toEqual(NAMES);
  expect((await listPlaces(site.vault)).filter((place) => NAMES.includes(place.slice(4)))).toEqual(
    NAMES.map((name) => `m2m/${name}`),
  );
}

const reportSchema = z.looseObject({
  interrupted: z.boolean(),
  results: z.array(z.looseObject({ address: z.string(), outcome: z.string(), reason: z.string().optional() })),
});

async function applyReport(code: number): Promise<{ outcomes: Record<string, string>; reasons: string } & CliResult> {
  const result = exitedWith(code, await site.run(`${APPLY} --format json`));
  const { results } = reportSchema.parse(JSON.parse(result.stdout));
  const outcomes = Object.fromEntries(results.map(({ address, outcome }) => [address, outcome]));
  return { ...result, outcomes, reasons: results.map(({ reason }) => reason ?? '').join('\n') };
}

describe('an answer that is lost', () => {
  const lost: [string, 'keycloak' | 'store', FaultRule['match']][] = [
    ['to the creation of a client', 'keycloak', posts(/\/clients\/?$/)],
    ['to the creation of a client scope', 'keycloak', posts(/\/client-scopes\/?$/)],
    ['to a mark in the store', 'store', posts(/\/metadata\/m2m\/bert$/)],
  ];

  it.each(lost)('%s does no harm: the run goes on', async (_, server, match) => {
    site[server].inject({ match, fault: drop });
    const { stdout } = exitedWith(0, await site.run(APPLY));
    expect(site[server].requests.some(({ status, upstreamStatus }) => status === undefined && upstreamStatus)).toBe(
      true,
    );
    expect(stdout).toContain('4 clients proven.');
    await expectSound();
  });

  it('to a deletion does no harm', async () => {
    const gone = yaml(apiYaml('stock', ['stock:read', 'stock:old']), ...STOCK_CLIENTS, clientYaml('carl', ''));
    site.declare(gone);
    exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof'));
    site.declare(yaml(apiYaml('stock', ['stock:read']), ...STOCK_CLIENTS));
    site.reset();
    site.keycloak.inject({ match: requests('DELETE', /\/client-scopes\/[^/]+$/), fault: drop });
    site.keycloak.inject({ match: requests('DELETE', /\/clients\/[^/]+$/), fault: drop });
    const { stdout } = exitedWith(0, await site.run(APPLY));
    expect(stdout).toContain('2 changes done.');
    expect(site.keycloak.requests.filter(({ status }) => status === undefined)).toHaveLength(2);
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode'));
  });

  it('to a document in the store ends the run, and the next one finishes', async () => {
    site.store.inject({ match: documents('dora'), fault: drop });
    const { outcomes, stderr } = await applyReport(1);
    expect(outcomes).toMatchObject({ 'Client/carl': 'done', 'Client/dora': 'failed', 'Client/anna': 'skipped' });
    expect(stderr).toContain('Vault cannot be reached');
    exitedWith(0, await site.run(APPLY));
    await expectSound();
  });
});

describe('a store that fails', () => {
  it('between mark and document: no client is made, and the next run finishes', async () => {
    site.store.inject({ match: documents('carl'), fault: { kind: 'drop-before' } });
    const { outcomes } = await applyReport(1);
    expect(outcomes).toMatchObject({ 'Api/stock': 'done', 'Client/carl': 'failed', 'Client/dora': 'skipped' });
    expect(await site.realm.admin.clients.find({ clientId: 'carl' })).toEqual([]);
    site.reset();
    exitedWith(0, await site.run(APPLY));
    await expectSound();
  });

  it('while clients are proven: the report stays, and the exit code is 1', async () => {
    const fault = { kind: 'status', status: 403, body: '{"errors":["permission denied"]}' } as const;
    // Each of the four documents is read back once it is written.
    site.store.inject({ match: requests('GET', /\/data\/m2m\/[a-z]+$/), nth: 5, times: 999, fault });
    const result = exitedWith(1, await site.run(`${APPLY} --format json`));
    expect(JSON.parse(result.stdout)).toMatchObject({ kind: 'apply', summary: { failed: 0, proven: 0, notProven: 4 } });
    expect(result.stderr).toContain('Not every client could be proven: Vault');
    await expectSound();
  });

  it('while Keycloak works: the report says what was done, what failed and what was not begun', async () => {
    const fault = { kind: 'status', status: 503, body: '{"errors":["Vault is sealed"]}' } as const;
    site.store.inject({ match: posts(/\/metadata\/m2m\/[a-z]+$/), nth: 3, times: 999, fault });
    // Once it is noted that an apply begins, which takes two requests.
    site.store.inject({ match: posts(/\/\.grantry\/ledger\//), nth: 3, times: 999, fault });
    const { outcomes, reasons } = await applyReport(1);
    // Which Api was made first, and so whose clients come first, is up to the server.
    const ofClients = Object.entries(outcomes).flatMap(([address, outcome]) =>
      address.startsWith('Client/') ? outcome : [],
    );
    expect(ofClients.toSorted()).toEqual(['done', 'done', 'failed', 'skipped']);
    expect(reasons).toContain(`Vault at ${site.store.url} is sealed`);
    expect(reasons).toContain('a server could no longer be reached');
    site.reset();
    exitedWith(0, await site.run(APPLY));
    await expectSound();
  });
});

describe('a Keycloak that fails', () => {
  it.each([500, 503])('with %d for a while is asked again', async (status) => {
    const rule = { times: 2, fault: { kind: 'status', status } as const };
    site.keycloak.inject({ ...rule, match: requests('GET', /\/clients\/?\?/) });
    site.keycloak.inject({ ...rule, match: requests('GET', /\/client-scopes\/?$/), nth: 2 });
    site.keycloak.inject({ ...rule, match: posts(/\/openid-connect\/token$/) });
    site.keycloak.inject({ ...rule, match: requests('GET', /\/\.well-known\//) });
    expect(exitedWith(0, await site.run(APPLY)).stdout).toContain('4 clients proven.');
    expect(site.keycloak.requests.filter((request) => request.status === status).length).toBeGreaterThanOrEqual(6);
    await expectSound();
  });

  it('for good, after a while: exit 1 with a report, and the next run finishes', async () => {
    site.keycloak.inject({ match: posts(/\/clients\/?$/), nth: 2, times: 999, fault: { kind: 'status', status: 503 } });
    const { outcomes, reasons } = await applyReport(1);
    expect(outcomes).toMatchObject({ 'Client/carl': 'done', 'Client/dora': 'failed', 'Client/anna': 'skipped' });
    expect(reasons).toContain('answers with status 503: create client dora');
    site.reset();
    exitedWith(0, await site.run(APPLY));
    await expectSound();
  });

  it('for one client only stops nothing else', async () => {
    site.keycloak.inject({ match: posts(/\/clients\/?$/), nth: 2, fault: { kind: 'status', status: 400 } });
    const { outcomes, stdout } = await applyReport(1);
    const done = ['Api/bills', 'Api/stock', 'Client/anna', 'Client/bert', 'Client/carl'];
    expect(outcomes).toEqual({ ...Object.fromEntries(done.map((name) => [name, 'done'])), 'Client/dora': 'failed' });
    expect(JSON.parse(stdout)).toMatchObject({ summary: { done: 5, failed: 1, proven: 3, notProven: 0 } });
    site.reset();
    exitedWith(0, await site.run(APPLY));
    await expectSound();
  });

  it('for an Api stops the clients that need it, and nothing else', async () => {
    site.keycloak.inject({ match: posts(/\/client-scopes\/?$/), fault: { kind: 'status', status: 403 } });
    const result = exitedWith(1, await site.run(APPLY));
    const text = result.stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('Client/carl create skipped it needs Api/bills, which was not done');
    expect(text).toContain('Client/anna create done');
    expect(text).toContain('3 changes done, 1 failed, 2 skipped. 2 clients proven.');
    // A 403 on a client scope, whose mappers go with it: the right that newer servers want is named.
    expect(text).toContain('manage-realm');
    site.reset();
    exitedWith(0, await site.run(APPLY));
    await expectSound();
  });
});

describe('a token', () => {
  it('that is refused in the middle is renewed', async () => {
    for (const match of [posts(/\/clients\/?$/), posts(/\/client-scopes\/?$/)])
      site.keycloak.inject({ match, nth: 2, fault: { kind: 'status', status: 401 } });
    exitedWith(0, await site.run(`${APPLY} --no-proof`));
    const logins = site.keycloak.requests.filter(({ path }) => path.endsWith('/openid-connect/token'));
    // After the first refusal it is found out, once, that no client scope would help.
    expect(logins.map(({ status }) => status)).toEqual([200, 400, 200, 200]);
    await expectSound();
  });

  it('that lives for two seconds is renewed in a run that takes longer', async () => {
    const brief = await Site.open({ accessTokenLifespan: 2 });
    const slow: FaultRule = { match: () => true, times: 9999, fault: { kind: 'delay', ms: 250 } };
    brief.keycloak.inject(slow);
    brief.declare(MANIFESTS);
    exitedWith(0, await brief.run(`${APPLY} --no-proof`));
    const logins = brief.keycloak.requests.filter(({ path }) => path.endsWith('/openid-connect/token'));
    expect(logins.length).toBeGreaterThanOrEqual(3);
    brief.reset();
    exitedWith(0, await brief.run('plan -t dev --detailed-exitcode'));
    await brief.close();
  });
});
