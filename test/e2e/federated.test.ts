/** Clients without any credential: a workload logs in with a token of its own, and nobody else does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { startOidcIssuer } from '../support/servers/oidc-issuer.ts';
import type { OidcIssuer } from '../support/servers/oidc-issuer.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const SUBJECT = 'repo:acme/orders:environment:prod';
const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const ORDERS = clientYaml(
  'orders',
  `access: [{api: stock, scopes: [stock:read]}], auth: {federated: {issuer: ci, subject: "${SUBJECT}"}}`,
);
const MANIFESTS = yaml(STOCK, ORDERS);

let site: Site;
let ci: OidcIssuer;
beforeAll(async () => {
  ci = await startOidcIssuer();
  site = await Site.open();
});
afterAll(async () => {
  await site.close();
  await ci.close();
});

/** A Target that makes the issuer; of one that is only used there is no `url`. */
async function declare(manifests = MANIFESTS, issuer: object = made()): Promise<void> {
  const roles = ['manage-clients', 'manage-users', 'manage-realm', 'manage-identity-providers'];
  const { clientId, clientSecret } = await site.realm.serviceAccount(roles);
  site.addEnv({ KEYCLOAK_SECRET: clientSecret });
  const auth = { clientId, clientSecret: '${env:KEYCLOAK_SECRET}' };
  site.declare(manifests, { keycloak: { auth, issuers: { ci: issuer } }, rotate: { overlap: '0s' } });
}

function made(): object {
  return { alias: 'ci-tokens', url: ci.issuer, jwksUrl: ci.jwksUrl, allowInsecure: true };
}

async function logIn(
  claims: Readonly<Record<string, unknown>>,
  scope?: string,
): Promise<{ status: number; body: string }> {
  const assertion = await ci.sign({ sub: SUBJECT, aud: await audience(), ...claims });
  return logInWith(assertion, scope);
}

async function logInWith(assertion: string, scope?: string): Promise<{ status: number; body: string }> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...(scope === undefined ? {} : { scope }),
  });
  const answer = await fetch(String((await document())['token_url']), { method: 'POST', body });
  return { status: answer.status, body: await answer.text() };
}

/** As a consumer reads it. */
async function audience(): Promise<string> {
  return String((await document())['assertion_audience']);
}

async function document(): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await site.vault.request('GET', `${site.vault.mount}/data/m2m/orders`);
  return z.object({ data: z.record(z.string(), z.unknown()) }).parse(body?.data).data;
}

describe('a client that logs in as a workload', () => {
  it('is planned with its issuer, marked as widening, and applied without a credential', async () => {
    await declare();
    const plan = exitedWith(0, await site.run('plan -t dev'));
    expect(plan.stdout).toMatch(/\+ Issuer\/ci .*create/);
    expect(plan.stdout).toMatch(/trusts tokens of\s+http.*▲ widens access/);
    expect(plan.stdout).toContain(SUBJECT);
    const applied = exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(applied.stdout.replaceAll(/\s+/g, ' ')).toContain('was evaluated, and none was issued');
    expect(await document()).toMatchObject({
      client_id: 'orders',
      auth_method: 'federated',
      issuer_alias: 'ci-tokens',
      subject: SUBJECT,
      token_url: expect.stringContaining('/protocol/openid-connect/token'),
    });
    expect(Object.keys(await document()).filter((key) => /secret|key|rotated/.test(key))).toEqual([]);
  });

  it('is as declared then: a second apply writes nothing', async () => {
    site.reset();
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(site.writes()).toEqual([]);
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
  });

  it('gets a token for its workload, and for no other one', async () => {
    expect((await logIn({})).status).toBe(200);
    expect((await logIn({ sub: 'repo:acme/orders:environment:dev' })).status).toBe(401);
    expect((await logIn({ aud: 'somebody else' })).status).toBe(400);
    expect((await logIn({ iss: 'https://other.example' })).status).toBe(401);
    expect((await logIn({}, 'stock:write')).body).toContain('invalid_scope');
  });

  it('is proven by a real token where the run has one of its workload', async () => {
    const token = await ci.sign({ sub: SUBJECT, aud: await audience() });
    const proven = exitedWith(
      0,
      await site.run('verify -t dev orders --assertion-from env:ID_TOKEN --format json', { env: { ID_TOKEN: token } }),
    );
    expect(proven.stdout).toContain('a token carries exactly stock:read');
    expect(`${proven.stdout}${proven.stderr}`).not.toContain(token);
    const other = await ci.sign({ sub: SUBJECT, aud: 'somebody else' });
    const refused = await site.run('verify -t dev orders --assertion-from env:ID_TOKEN', { env: { ID_TOKEN: other } });
    expect(exitedWith(1, refused).stdout).toContain('Invalid token audience');
    exitedWith(1, await site.run('verify -t dev orders --assertion-from env:NOT_THERE'));
  });

  it('has nothing to rotate: by name that is refused, and others go on without it', async () => {
    const refused = exitedWith(3, await site.runInVain('rotate -t dev orders'));
    expect(refused.stderr).toContain('its workload logs in with tokens of its own');
    exitedWith(0, await site.run('rotate -t dev --all --auto-approve'));
    exitedWith(0, await site.run('rotate -t dev --due'));
    expect(exitedWith(0, await site.run('status -t dev')).stdout).toContain('nothing to rotate');
  });

  it('moves to another workload, with its document', async () => {
    const moved = 'repo:acme/orders:environment:stage';
    await declare(MANIFESTS.replace(SUBJECT, moved));
    expect(exitedWith(0, await site.run('plan -t dev')).stdout).toMatch(/subject\s.*stage\s+▲ widens access/);
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(await document()).toMatchObject({ subject: moved });
    expect([(await logIn({})).status, (await logIn({ sub: moved })).status]).toEqual([401, 200]);
    await declare();
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect((await logIn({})).status).toBe(200);
  });
});

describe('the issuer', () => {
  it('that somebody changed by hand is repaired, and lets its workloads in again', async () => {
    const { identityProviders } = site.realm.admin;
    const found = await identityProviders.findOne({ alias: 'ci-tokens' });
    await identityProviders.update({ alias: 'ci-tokens' }, { ...found, enabled: false });
    expect((await logIn({})).status).toBe(401);
    const failed = exitedWith(1, await site.run('verify -t dev'));
    expect(failed.stdout.replaceAll(/\s+/g, ' ')).toContain('it is disabled');
    exitedWith(2, await site.run('plan -t dev --detailed-exitcode'));
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect((await logIn({})).status).toBe(200);
  });

  it('that is not the stack’s is a conflict, and used as it is without a url', async () => {
    const { identityProviders } = site.realm.admin;
    const found = await identityProviders.findOne({ alias: 'ci-tokens' });
    const { 'grantry.stack': _stack, ...config } = found?.config ?? {};
    await identityProviders.update({ alias: 'ci-tokens' }, { ...found, config });
    const refused = exitedWith(3, await site.runInVain('apply -t dev --auto-approve'));
    expect(refused.stdout).toContain('--adopt Issuer/ci');
    await declare(MANIFESTS, { alias: 'ci-tokens' });
    exitedWith(0, await site.run('plan -t dev --detailed-exitcode'));
    await declare(MANIFESTS, { alias: 'ci-tokns' });
    const missing = exitedWith(3, await site.runInVain('apply -t dev --auto-approve'));
    expect(missing.stdout.replaceAll(/\s+/g, ' ')).toContain('There is ci-tokens');
    await declare();
    exitedWith(0, await site.run('apply -t dev --auto-approve --adopt Issuer/ci'));
    expect((await logIn({})).status).toBe(200);
  });
});

function withAuth(auth: string): string {
  return yaml(STOCK, clientYaml('orders', `access: [{api: stock, scopes: [stock:read]}], auth: ${auth}`));
}

describe('changing over', () => {
  const FEDERATED = `{federated: {issuer: ci, subject: "${SUBJECT}"}}`;

  it.each(['client_secret_basic', 'private_key_jwt'])(
    'to %s and back leaves no credential of before in the store',
    async (auth) => {
      const before = await ci.sign({ sub: SUBJECT, aud: await audience() });
      await declare(withAuth(auth));
      exitedWith(0, await site.run('apply -t dev --auto-approve'));
      exitedWith(0, await site.run('verify -t dev'));
      expect((await logInWith(before)).status).not.toBe(200);
      expect(await document()).not.toHaveProperty('subject');
      const { client_secret: shared, private_key: key } = await document();
      const secret = String(shared ?? key);
      expect(secret.length).toBeGreaterThan(20);
      await declare(withAuth(FEDERATED));
      const back = exitedWith(0, await site.run('apply -t dev --auto-approve'));
      expect(back.stdout + back.stderr).not.toContain(secret);
      expect(Object.keys(await document()).filter((key) => /secret|key/.test(key))).toEqual([]);
      expect((await logIn({})).status).toBe(200);
      exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
    },
  );
});
