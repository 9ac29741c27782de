/** How tokens are signed, typed and bound, and which constants they carry: declared for an Api, proven of real tokens. */
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleFile, startBoundApi } from '../support/servers/bound-api.ts';
import { askForToken, readDocument } from '../support/process/ask-for-token.ts';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const CLAIMS = 'claims: {tenant: acme, level: 5, share: 0.5, beta: true, code: "007", "https://acme.test/unit": north}';
const FORM = `, introspectedBy: stock-api, token: {alg: ES256, type: at+jwt}, senderConstrained: dpop, ${CLAIMS}`;
const CLIENTS = [
  clientYaml('stock-api', ''),
  clientYaml(
    'orders',
    'access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}, {api: bills, scopes: [bills:read]}]',
  ),
  clientYaml('report', 'access: [{api: bills, scopes: [bills:read]}]'),
  clientYaml('signer', 'auth: private_key_jwt, access: [{api: stock, scopes: [stock:read]}]'),
];
const BILLS = apiYaml('bills', ['bills:read']);

function manifests(form: string): string {
  return yaml(apiYaml('stock', ['stock:read', 'stock:write'], form), BILLS, ...CLIENTS);
}

/** What is used here of the examples, which are plain JavaScript. */
interface ConsumerExample {
  readonly TokenSource: new (
    read: () => Promise<unknown>,
    options: { readonly dpop: oauth.DPoPHandle; readonly scope: string },
  ) => { token(): Promise<string> };
}

describe('the form of tokens', () => {
  let site: Site;
  let proof: oauth.DPoPHandle;

  beforeAll(async () => {
    site = await Site.open();
    site.declare(manifests(FORM));
    proof = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
  });

  afterAll(() => site.close());

  const planned = async (): Promise<string> => (await site.runInVain('plan -t dev')).stdout;

  async function change(client: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    const [found] = await site.realm.admin.clients.find({ clientId: client });
    await site.realm.admin.clients.update(
      { id: found?.id ?? '' },
      { ...found, attributes: { ...found?.attributes, ...attributes } },
    );
  }

  // The tests of this group are one story, in order.

  it('apply: the form that an Api declares is that of its tokens, as real ones prove', async () => {
    const result = exitedWith(0, await site.run('apply -t dev --auto-approve --verbose'));
    expect(result.stdout).toContain('4 clients proven.');
    const shown = JSON.parse(exitedWith(0, await site.run('verify -t dev orders --format json')).stdout);
    expect(JSON.stringify(shown)).toContain('a request that proves possession of no key is refused');
  });

  it('plan: says which Api decided for the client, and a new client breaks nobody', async () => {
    expect(await planned()).toContain('everything is as declared');
    site.reset();
    exitedWith(0, await site.runInVain('apply -t dev --auto-approve'));
    expect(site.writes()).toEqual([]);
  });

  it('a consumer: gets a token with a proof alone, and it says all that was declared', async () => {
    expect(await askForToken(site, 'orders')).toBe('400 invalid_request');
    const token = await askForToken(site, 'orders', proof);
    expect(token).toMatchObject({
      type: 'dpop',
      header: { alg: 'ES256', typ: 'at+jwt' },
      payload: {
        cnf: { jkt: await proof.calculateThumbprint() },
        tenant: 'acme',
        level: 5,
        share: 0.5,
        beta: true,
        code: '007',
        'https://acme.test/unit': 'north',
      },
    });
  });

  it('the example for consumers: calls an API that takes no token without a proof, and a token alone is refused there', async () => {
    const document = await readDocument(site, 'orders');
    const api = await startBoundApi(document.issuer);
    const { TokenSource }: ConsumerExample = await import(exampleFile('token-source.mjs'));
    const tokens = new TokenSource(async () => document, { dpop: proof, scope: 'stock:write' });
    const token = await tokens.token();
    const call = async (dpop: oauth.DPoPHandle, of = token): Promise<string> => {
      const options = { [oauth.allowInsecureRequests]: true, DPoP: dpop };
      const answer = await oauth.protectedResourceRequest(of, 'GET', new URL(api.url), undefined, undefined, options);
      return `${answer.status} ${await answer.text()}`;
    };
    expect(await call(proof)).toBe('200 ');
    const thief = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
    expect(await call(thief)).toBe('401 the proof is of another key than the token');
    const alone = await fetch(api.url, { headers: { authorization: `Bearer ${token}` } });
    expect(await alone.text()).toContain('comes as "Authorization: DPoP');
    // What was sent once is of no use to somebody who saw it.
    let seen: RequestInit = {};
    const spy = async (_url: string, { headers }: { readonly headers: Record<string, string> }): Promise<Response> => {
      seen = { method: 'GET', headers };
      return fetch(api.url, seen);
    };
    const spied = { [oauth.allowInsecureRequests]: true, DPoP: proof, [oauth.customFetch]: spy };
    await oauth.protectedResourceRequest(token, 'GET', new URL(api.url), undefined, undefined, spied);
    expect(await (await fetch(api.url, seen)).text()).toBe('the proof was used before');
    const other = await fetch(`${api.url}/all`, seen);
    expect(await other.text()).toBe('the proof is for another request');
    await api.close();
  });

  it('a client that cannot call the Api: has tokens as before', async () => {
    const token = await askForToken(site, 'report');
    expect(token).toMatchObject({ type: 'bearer', header: { alg: 'RS256', typ: 'JWT' } });
    expect(token).not.toHaveProperty('payload.tenant');
  });

  it.each(['orders', 'signer'])('rotate: proves the credentials of %s with a proof of possession', async (client) => {
    const result = exitedWith(0, await site.run(`rotate -t dev ${client} --force`));
    expect(result.stdout).toContain('1 credential rotated.');
    const revoked = exitedWith(0, await site.run(`rotate -t dev ${client} --force --revoke-now`));
    expect(revoked.stdout).toContain('1 credential rotated.');
  });

  it.each([
    [
      'the binding switched off',
      'orders',
      { 'dpop.bound.access.tokens': 'false' },
      /sender-constrained +\(none\) → dpop/,
    ],
    ['the binding taken away', 'orders', { 'dpop.bound.access.tokens': '' }, /sender-constrained +\(none\) → dpop/],
    ['another algorithm', 'orders', { 'access.token.signed.response.alg': 'RS512' }, /token algorithm +RS512 → ES256/],
    [
      'another type',
      'orders',
      { 'access.token.header.type.rfc9068': 'false' },
      /token type +\(server default\) → at\+jwt/,
    ],
    [
      'a binding that nobody declared',
      'report',
      { 'dpop.bound.access.tokens': 'true' },
      /sender-constrained +dpop → \(none\)/,
    ],
    [
      'an algorithm that nobody declared',
      'report',
      { 'access.token.signed.response.alg': 'PS256' },
      /token algorithm +PS256 → \(server default\)/,
    ],
    [
      'a type that nobody declared',
      'report',
      { 'access.token.header.type.rfc9068': 'true' },
      /token type +at\+jwt → \(server default\)/,
    ],
  ])('drift by hand: %s is seen, and repaired', async (_, client, attributes, line) => {
    await change(client, attributes);
    expect(await planned()).toMatch(line);
    // What nobody declared may be as it likes, where callers notice nothing of it.
    const isNoticed = client === 'orders' || 'dpop.bound.access.tokens' in attributes;
    expect((await site.run('verify -t dev')).code).toBe(isNoticed ? 1 : 0);
    expect(exitedWith(0, await site.run('apply -t dev --auto-approve')).stdout).toContain('1 change done.');
    expect(await planned()).toContain('everything is as declared');
  });

  it('drift by hand: a claim of another value, one taken away and one more are seen, and repaired', async () => {
    const { admin } = site.realm;
    const scope = await admin.clientScopes.findOneByName({ name: 'stock:read' });
    const id = scope?.id ?? '';
    const mapper = (name: string) => scope?.protocolMappers?.find((one) => one.name === name);
    const tenant = mapper('claim tenant');
    const { id: mapperId = '', ...withoutId } = tenant ?? {};
    const of = { id, mapperId };
    await admin.clientScopes.updateProtocolMapper(of, {
      ...tenant,
      config: { ...tenant?.config, 'claim.value': 'globex' },
    });
    await admin.clientScopes.delProtocolMapper({ id, mapperId: mapper('claim level')?.id ?? '' });
    await admin.clientScopes.addProtocolMapper(
      { id },
      { ...withoutId, name: 'admin', config: { ...tenant?.config, 'claim.name': 'admin' } },
    );
    const text = await planned();
    expect(text).toMatch(/stock:read claims +\+ level=5/);
    expect(text).toContain('tenant=globex');
    expect(text).toContain('- admin=acme');
    const failed = await site.run('verify -t dev orders');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('a token carries tenant=acme');
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(await planned()).toContain('everything is as declared');
    exitedWith(0, await site.run('verify -t dev'));
  });

  it('what is declared no longer: goes back to what the server has, and its callers need no proof', async () => {
    site.declare(manifests(', introspectedBy: stock-api'));
    const text = await planned();
    expect(text).toMatch(/sender-constrained +dpop → \(none\) +▲ widens access/);
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(await askForToken(site, 'orders')).toMatchObject({ type: 'bearer', header: { alg: 'RS256', typ: 'JWT' } });
    const [orders] = await site.realm.admin.clients.find({ clientId: 'orders' });
    const names = Object.keys(orders?.attributes ?? {}).filter((name) => /dpop|access\.token/.test(name));
    expect(names).toEqual([]);
    expect(await planned()).toContain('everything is as declared');
  });

  it('a binding that is declared for an Api in use: is shown as breaking its callers', async () => {
    site.declare(manifests(', introspectedBy: stock-api, senderConstrained: dpop'));
    const text = await planned();
    expect(text).toMatch(/sender-constrained +\(none\) → dpop +▲ breaks callers that send no DPoP proof/);
    expect(text).toContain('as Api stock asks, also for bills');
    expect(text).toContain('2 changes break others unless they change with them');
    // Until it is applied the proofs of a rotation hold, too.
    exitedWith(0, await site.run('rotate -t dev orders --force'));
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    site.declare(manifests(', introspectedBy: stock-api'));
    exitedWith(0, await site.run('rotate -t dev orders --force --revoke-now'));
  });
});
