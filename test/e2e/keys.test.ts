/** Clients that log in with private keys, by the built command line against a real Keycloak and Vault. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findLeaks } from '../support/leak-search.ts';
import { exitedWith } from '../support/process/cli.ts';
import type { CliOptions, CliResult } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const API = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const withKey = (auth = 'private_key_jwt', name = 'orders'): string =>
  yaml(API, clientYaml(name, `${ACCESS}, auth: ${auth}`));
const WITH_SECRET = yaml(API, clientYaml('orders', ACCESS));

/** The soak makes fifty. */
const ROTATIONS = Number(process.env['ROTATIONS'] ?? '4');

const documentSchema = z.looseObject({
  client_id: z.string(),
  auth_method: z.string(),
  token_url: z.string(),
  client_secret: z.string().optional(),
  private_key: z.string().optional(),
  key_id: z.string().optional(),
  key_alg: z.string().optional(),
  assertion_audience: z.string().optional(),
  overlap_until: z.string().optional(),
});
type Stored = z.infer<typeof documentSchema>;

class KeySite {
  readonly site: Site;
  readonly outputs: CliResult[] = [];
  readonly keys = new Set<string>();

  constructor(site: Site) {
    this.site = site;
  }

  /** Every output is searched for keys at the end. */
  async run(args: string, options?: CliOptions): Promise<CliResult> {
    const result = await this.site.run(args, options);
    this.outputs.push(result);
    await this.stored().catch(() => undefined);
    return result;
  }

  async stored(name = 'orders'): Promise<Stored> {
    const { vault } = this.site;
    const { body } = await vault.request('GET', `${vault.mount}/data/m2m/${name}`);
    const found = documentSchema.parse(body?.data?.['data']);
    if (found.private_key !== undefined) this.keys.add(found.private_key);
    return found;
  }

  /** The attributes of the client, as an administrator sees them. */
  async client(clientId = 'orders') {
    const [found] = await this.site.realm.admin.clients.find({ clientId });
    if (found?.id === undefined) throw new Error('no client');
    return { id: found.id, ...found, attributes: z.record(z.string(), z.string()).parse(found.attributes ?? {}) };
  }

  async jwks(): Promise<Record<string, unknown>[]> {
    const text = (await this.client()).attributes['jwks.string'] ?? '{"keys":[]}';
    return z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).parse(JSON.parse(text)).keys;
  }

  /** What somebody does by hand. */
  async setJwks(keys: readonly unknown[]): Promise<void> {
    const { id, clientId = '', attributes } = await this.client();
    const changed = { ...attributes, 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys }) };
    await this.site.realm.admin.clients.update({ id }, { clientId, attributes: changed });
  }
}

/** As a consumer does that has nothing but the document: docs/consumers.md. */
async function askByKey({
  client_id,
  private_key = '',
  key_id,
  key_alg = '',
  assertion_audience = '',
  token_url,
}: Stored) {
  const key = await importPKCS8(private_key, key_alg);
  const assertion = await new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: key_alg, ...(key_id === undefined ? {} : { kid: key_id }) })
    .setIssuer(client_id)
    .setSubject(client_id)
    .setAudience(assertion_audience)
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(key);
  return statusOf(token_url, {
    client_id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
}

function bySecret({ token_url: tokenUrl, client_secret: secret = '' }: Stored): Promise<number> {
  return statusOf(tokenUrl, { client_id: 'orders', client_secret: secret });
}

async function statusOf(tokenUrl: string, parameters: Record<string, string>): Promise<number> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
  const response = await fetch(tokenUrl, { method: 'POST', body });
  await response.arrayBuffer();
  return response.status;
}

async function open(manifests: string, overlap = '48h'): Promise<KeySite> {
  const site = await Site.open();
  site.declare(manifests, { rotate: { overlap } });
  return new KeySite(site);
}

async function applied(manifests: string, overlap?: string): Promise<KeySite> {
  const keys = await open(manifests, overlap);
  exitedWith(0, await keys.run('apply -t dev --auto-approve'));
  return keys;
}

describe('the life of a key', () => {
  let keys: KeySite;
  let first: Stored;
  beforeAll(async () => {
    keys = await open(withKey());
  });
  afterAll(() => keys.site.close());

  // The tests of this group are one story, in order.

  it('plan says that the client logs in with a key', async () => {
    const { stdout } = await keys.run('plan -t dev');
    expect(stdout).toMatch(/authentication +private_key_jwt/);
    expect(stdout).toMatch(/assertions signed with +RS256/);
  });

  it('apply makes the pair: the private part is in the store alone, and a consumer gets a token with it', async () => {
    exitedWith(0, await keys.run('apply -t dev --auto-approve --verbose'));
    first = await keys.stored();
    expect(first).toMatchObject({
      auth_method: 'private_key_jwt',
      key_alg: 'RS256',
      assertion_audience: `${keys.site.keycloak.url}/realms/${keys.site.realm.name}`,
    });
    expect(first.client_secret).toBeUndefined();
    expect(await askByKey(first)).toBe(200);
    const [key, ...others] = await keys.jwks();
    expect([key?.['kid'], others, key?.['d']]).toEqual([first.key_id, [], undefined]);
  });

  it('the secret that the server keeps beside is of no use', async () => {
    const { secret } = await keys.client();
    expect(secret).toBeDefined();
    expect(await statusOf(first.token_url, { client_id: 'orders', client_secret: secret ?? '' })).toBe(400);
  });

  it('a second apply, and plans, write nothing', async () => {
    const { stdout } = await keys.site.runInVain('apply -t dev --auto-approve');
    expect(stdout).toContain('There was nothing to do.');
    exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode --check-store'));
  });

  it('verify proves it', async () => {
    expect((await keys.run('verify -t dev --verbose')).code).toBe(0);
  });

  it('rotate adds a key: both are accepted for the overlap, and status shows until when', async () => {
    exitedWith(0, await keys.run('rotate -t dev orders'));
    const second = await keys.stored();
    expect(second.key_id).not.toBe(first.key_id);
    expect([await askByKey(first), await askByKey(second)]).toEqual([200, 200]);
    expect((await keys.run('status -t dev')).stdout).toContain('UTC');
    exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode'));
    expect(await keys.run('rotate -t dev orders')).toMatchObject({ code: 3 });
  });

  it('rotate --revoke-now ends both that were there, and proves it', async () => {
    const second = await keys.stored();
    const { stdout } = exitedWith(0, await keys.run('rotate -t dev orders --revoke-now'));
    expect(stdout).toContain('the previous credential is refused');
    const third = await keys.stored();
    expect([await askByKey(first), await askByKey(second)].every((status) => status >= 400)).toBe(true);
    expect(await askByKey(third)).toBe(200);
    expect(await keys.jwks()).toHaveLength(1);
  });

  it('no private key was in any output', async () => {
    await keys.run('plan -t dev --format json');
    const suspects = keys.outputs.map(({ stdout, stderr }, index) => ({
      where: `run ${index}`,
      text: `${stdout}\n${stderr}`,
    }));
    expect(keys.keys.size).toBe(3);
    // A line of a key gives it away as much as the whole.
    const needles = [...keys.keys].flatMap((pem) => pem.split('\n').filter((line) => line.length === 64));
    expect(needles.length).toBeGreaterThan(60);
    expect(findLeaks(needles, suspects)).toEqual([]);
  });
});

it.each(['PS256', 'ES256', 'EdDSA'])('a client logs in with %s', async (alg) => {
  const keys = await applied(withKey(`{private_key_jwt: {alg: ${alg}}}`));
  expect(await keys.stored()).toMatchObject({ key_alg: alg });
  exitedWith(0, await keys.run('rotate -t dev orders'));
  expect(await askByKey(await keys.stored())).toBe(200);
  exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode'));
  await keys.site.close();
});

describe('an overlap of keys', () => {
  it.each(['apply -t dev --auto-approve', 'rotate -t dev --due'])(
    'is ended by %s, once it is over',
    async (command) => {
      const keys = await applied(withKey(), '2s');
      const first = await keys.stored();
      exitedWith(0, await keys.run('rotate -t dev orders'));
      await sleep(3000);
      // No server ends it by itself.
      expect(await askByKey(first)).toBe(200);
      const { stdout } = await keys.run('plan -t dev');
      expect(stdout).toMatch(/keys past their overlap/);
      exitedWith(0, await keys.run(command));
      expect(await askByKey(first)).toBeGreaterThanOrEqual(400);
      expect(await askByKey(await keys.stored())).toBe(200);
      exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode'));
      await keys.site.close();
    },
  );

  it('with endWhen: unused goes on while the key before is used, and ends once it is not', async () => {
    const keys = await open(withKey(), '15s');
    const { admin, name: realm } = keys.site.realm;
    const rotate = { overlap: '15s', endWhen: 'unused' };
    keys.site.declare(withKey(), { rotate });
    exitedWith(0, await keys.run('apply -t dev --auto-approve'));
    const first = await keys.stored();
    exitedWith(0, await keys.run('rotate -t dev orders'));
    await sleep(16_000);
    const planned = async (): Promise<string> => (await keys.run('plan -t dev')).stdout.replaceAll(/\s+/g, ' ');
    // Where that is not known, it is said, and the key stays.
    const unknown = 'It stays, for whether it is still used is not known';
    expect(await planned()).toContain(`${unknown}: the account of grantry may not read events (view-events).`);
    exitedWith(0, await keys.run('rotate -t dev --due'));
    expect(await keys.jwks()).toHaveLength(2);
    const account = await keys.site.realm.serviceAccount([
      'manage-clients',
      'manage-users',
      'manage-realm',
      'view-events',
    ]);
    keys.site.addEnv({ EVENTS_SECRET: account.clientSecret });
    const auth = { clientId: account.clientId, clientSecret: '${env:EVENTS_SECRET}' };
    keys.site.declare(withKey(), { rotate, keycloak: { auth } });
    expect(await planned()).toContain(`${unknown}: the realm keeps no login events of clients.`);
    await admin.realms.updateConfigEvents({ realm }, { eventsEnabled: true, enabledEventTypes: ['CLIENT_LOGIN'] });
    // The realm has watched for less than the overlap.
    expect(await planned()).toContain(`${unknown}: the realm has no login event from before the overlap`);
    expect(await askByKey(first)).toBe(200);
    const { stdout } = exitedWith(0, await keys.run('plan -t dev --detailed-exitcode'));
    expect(stdout).toContain('its previous key was last used at');
    // Other changes go on beside it.
    keys.site.declare(withKey().replace('The orders service', 'Takes orders'), { rotate, keycloak: { auth } });
    expect(await askByKey(first)).toBe(200);
    expect(exitedWith(0, await keys.run('apply -t dev --auto-approve')).stdout).toContain('1 change done.');
    expect(await askByKey(first)).toBe(200);
    const { stdout: rotated } = exitedWith(0, await keys.run('rotate -t dev --due'));
    expect(rotated).toContain('its previous key was last used at');
    expect(await askByKey(first)).toBe(200);
    await sleep(17_000);
    exitedWith(0, await keys.run('rotate -t dev --due'));
    expect(await askByKey(first)).toBeGreaterThanOrEqual(400);
    expect(await askByKey(await keys.stored())).toBe(200);
    await keys.site.close();
  });

  it('of no time ends as soon as the new key is in the store', async () => {
    const keys = await applied(withKey(), '0s');
    const first = await keys.stored();
    exitedWith(0, await keys.run('rotate -t dev orders'));
    expect(await askByKey(first)).toBeGreaterThanOrEqual(400);
    expect(await askByKey(await keys.stored())).toBe(200);
    await keys.site.close();
  });

  it(`leaves no consumer without a token in ${ROTATIONS} rotations`, { timeout: ROTATIONS * 30_000 }, async () => {
    const keys = await applied(withKey('{private_key_jwt: {alg: ES256}}'), '3s');
    const stop = new AbortController();
    const seen = { requests: 0, failures: [] as number[] };
    const consumer = (async () => {
      let held = await keys.stored();
      let readAt = performance.now();
      while (!stop.signal.aborted) {
        if (performance.now() - readAt > 1500) [held, readAt] = [await keys.stored(), performance.now()];
        const status = await askByKey(held);
        seen.requests += 1;
        if (status !== 200) seen.failures.push(status);
        await sleep(5);
      }
    })();
    for (let round = 0; round < ROTATIONS; round += 1) {
      exitedWith(0, await keys.run('rotate -t dev orders'));
      const until = Date.parse((await keys.stored()).overlap_until ?? '');
      await sleep(Math.max(0, until - Date.now()) + 1200);
    }
    stop.abort();
    await consumer;
    process.stderr.write(
      `${ROTATIONS} rotations of keys, ${seen.requests} requests, ${seen.failures.length} failures\n`,
    );
    expect(seen.failures).toEqual([]);
    expect(seen.requests).toBeGreaterThan(ROTATIONS * 20);
    expect(keys.keys.size).toBe(ROTATIONS + 1);
    await keys.site.close();
  });
});

describe('what somebody does by hand', () => {
  it('a public key that was removed is seen, and another one made in its place', async () => {
    const keys = await applied(withKey());
    const first = await keys.stored();
    await keys.setJwks([]);
    expect((await keys.run('plan -t dev')).stdout).toContain('the provider has no key of grantry any more');
    exitedWith(0, await keys.run('apply -t dev --auto-approve'));
    const second = await keys.stored();
    expect([(await askByKey(first)) >= 400, await askByKey(second)]).toEqual([true, 200]);
    exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode'));
    await keys.site.close();
  });

  it('a key that was added is seen, and taken away', async () => {
    const keys = await applied(withKey());
    const { publicKey } = await generateKeyPair('ES256');
    await keys.setJwks([...(await keys.jwks()), { ...(await exportJWK(publicKey)), kid: 'by-hand', use: 'sig' }]);
    expect((await keys.run('plan -t dev')).stdout).toMatch(/other public keys +- by-hand/);
    exitedWith(0, await keys.run('apply -t dev --auto-approve'));
    expect((await keys.jwks()).map(({ kid }) => kid)).toEqual([(await keys.stored()).key_id]);
    expect(await askByKey(await keys.stored())).toBe(200);
    await keys.site.close();
  });

  it('a key in the store that is not the one at the provider is found where all are compared', async () => {
    const keys = await applied(withKey());
    const first = await keys.stored();
    const other = await generateKeyPair('RS256', { extractable: true });
    const { vault } = keys.site;
    const data = { ...first, private_key: await exportPKCS8(other.privateKey), key_id: 'other' };
    await vault.request('POST', `${vault.mount}/data/m2m/orders`, { data });
    expect(await keys.run('verify -t dev')).toMatchObject({ code: 1 });
    exitedWith(0, await keys.run('apply -t dev --auto-approve --check-store'));
    // A consumer that holds the key of before may go on for the overlap.
    expect([await askByKey(first), await askByKey(await keys.stored())]).toEqual([200, 200]);
    await keys.site.close();
  });

  it('a document that was deleted comes back with another key', async () => {
    const keys = await applied(withKey());
    const first = await keys.stored();
    const { vault } = keys.site;
    await vault.request('DELETE', `${vault.mount}/metadata/m2m/orders`);
    exitedWith(0, await keys.run('apply -t dev --auto-approve'));
    const second = await keys.stored();
    expect(second.key_id).not.toBe(first.key_id);
    expect([await askByKey(first), await askByKey(second)]).toEqual([200, 200]);
    await keys.site.close();
  });
});

describe('changing over', () => {
  it('from a secret to a key and back: marked, and each is of use only while it is declared', async () => {
    const keys = await applied(WITH_SECRET, '0s');
    const before = await keys.stored();
    keys.site.declare(withKey(), { rotate: { overlap: '0s' } });
    const { stdout } = await keys.run('plan -t dev');
    expect(stdout).toMatch(/authentication +client_secret_basic → private_key_jwt +▲/);
    expect(stdout).toContain('consumers must change at the same moment');
    exitedWith(0, await keys.run('apply -t dev --auto-approve'));
    const withPrivateKey = await keys.stored();
    expect(withPrivateKey.client_secret).toBeUndefined();
    expect([await askByKey(withPrivateKey), await bySecret(before)]).toEqual([200, 400]);
    exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode --check-store'));

    keys.site.declare(yaml(API, clientYaml('orders', `${ACCESS}, auth: client_secret_post`)), {
      rotate: { overlap: '0s' },
    });
    exitedWith(0, await keys.run('apply -t dev --auto-approve'));
    const after = await keys.stored();
    expect([after.private_key, after.key_id, after.assertion_audience]).toEqual([undefined, undefined, undefined]);
    expect(after.client_secret).not.toBe(before.client_secret);
    expect([await bySecret(after), (await askByKey(withPrivateKey)) >= 400]).toEqual([200, true]);
    expect(await keys.jwks()).toEqual([]);
    exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode --check-store'));
    await keys.site.close();
  });

  it('from one algorithm to another', async () => {
    const keys = await applied(withKey());
    keys.site.declare(withKey('{private_key_jwt: {alg: ES256}}'));
    exitedWith(0, await keys.run('apply -t dev --auto-approve'));
    expect(await keys.stored()).toMatchObject({ key_alg: 'ES256' });
    expect(await askByKey(await keys.stored())).toBe(200);
    exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode'));
    await keys.site.close();
  });

  it('of a client with a key of its own that is adopted: that goes on for the overlap', async () => {
    const keys = await open(withKey('private_key_jwt', 'legacy'));
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
    await keys.site.realm.admin.clients.create({
      clientId: 'legacy',
      publicClient: false,
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [jwk] }) },
    });
    exitedWith(0, await keys.run('apply -t dev --auto-approve --adopt Client/legacy'));
    const stored = await keys.stored('legacy');
    const own = { ...stored, private_key: await exportPKCS8(privateKey), key_id: 'own' };
    expect([await askByKey(own), await askByKey(stored)]).toEqual([200, 200]);
    exitedWith(0, await keys.site.runInVain('plan -t dev --detailed-exitcode'));
    await keys.site.close();
  });
});
