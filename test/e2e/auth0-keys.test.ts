/** Clients that log in with private keys on Auth0, by the built command line, over TLS: the tenant is the emulator. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch as request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { objectOr, textOf } from '../../demo/auth0/emulator/json.ts';
import { clientAssertion } from '../support/auth0/client-assertion.ts';
import { startAuth0Emulator } from '../support/auth0/start-emulator.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';
import { filesUnder, findLeaks } from '../support/leak-search.ts';
import { exitedWith, runCli } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import { makeLocalCertificate } from '../support/servers/tls-server.ts';
import { openTestFiles } from '../support/stores/file.ts';
import type { TestStore } from '../support/stores/test-store.ts';

const STOCK = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: ["stock:read"]}]';
const orders = (auth: string): string => yaml(STOCK, clientYaml('orders', `auth: ${auth}, ${ACCESS}`));

const documentSchema = z.looseObject({
  client_id: z.string(),
  token_url: z.string(),
  client_secret: z.string().optional(),
  private_key: z.string().optional(),
  key_id: z.string().optional(),
  key_alg: z.string().optional(),
});
type Held = z.infer<typeof documentSchema>;

let emulator: Auth0Emulator;
let store: TestStore;
let dispatcher: Agent;
let folder: string;
let env: Record<string, string>;
const outputs: string[] = [];
const keys = new Set<string>();
let first: Held;

// The tests are one story, in order.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grantry-auth0-keys-'));
  const { key, cert, caPem } = await makeLocalCertificate();
  emulator = await startAuth0Emulator({ tls: { key, cert } });
  dispatcher = new Agent({ connect: { ca: caPem } });
  store = await openTestFiles();
  writeFileSync(join(folder, 'ca.pem'), caPem);
  env = { ...store.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), AUTH0_SECRET: emulator.clientSecret };
  mkdirSync(join(folder, 'manifests'));
  declare(orders('private_key_jwt'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([emulator.close(), store.close(), dispatcher.close()]);
});

function declare(manifests: string, overlap = '48h'): void {
  const auth = `{clientId: ${emulator.clientId}, clientSecret: "\${env:AUTH0_SECRET}"}`;
  const provider = `{auth0: {domain: "${emulator.domain}", requestsPerSecond: 100, auth: ${auth}}}`;
  const target = `
apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider: ${provider}
  store: {file: ${JSON.stringify(store.spec)}}
  rotate: {overlap: ${overlap}}
`;
  writeFileSync(join(folder, 'manifests/target.yaml'), target);
  writeFileSync(join(folder, 'manifests/all.yaml'), manifests);
}

/** Every output is searched for keys at the end. */
async function run(args: string): Promise<CliResult> {
  const result = await runCli(args.split(' '), { cwd: folder, env });
  outputs.push(result.stdout, result.stderr);
  await held().catch(() => undefined);
  return result;
}

/** Nothing is written at the tenant. */
async function runInVain(args: string): Promise<CliResult> {
  emulator.reset();
  const result = await run(args);
  expect(emulator.writes()).toEqual([]);
  return result;
}

async function held(): Promise<Held> {
  const found = documentSchema.parse(await store.read('orders'));
  if (found.private_key !== undefined) keys.add(found.private_key);
  return found;
}

/** As a consumer asks that has nothing but the document. */
async function askByKey({ client_id: clientId, private_key: pem = '', key_id: kid = '', key_alg: alg = '' }: Held) {
  const { domain } = emulator;
  return ask(await clientAssertion({ clientId, domain, key: createPrivateKey(pem) }, { header: { alg, kid } }));
}

async function ask(form: Record<string, string>): Promise<number> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', audience: 'https://stock.test', ...form });
  const { status } = await request(`${emulator.url}/oauth/token`, { method: 'POST', body, dispatcher });
  return status;
}

/** The application, to be changed by hand. */
function application() {
  const [found] = [...emulator.state.clients.values()].filter(({ fields }) => fields['name'] === 'orders');
  if (found === undefined) throw new Error('there is no application orders');
  return found;
}

function enableByHand(ids: readonly string[]): void {
  const credentials = ids.map((id) => ({ id }));
  const app = application();
  app.fields = { ...app.fields, client_authentication_methods: { private_key_jwt: { credentials } } };
}

const enabled = (): string[] => {
  const methods = objectOr(application().fields['client_authentication_methods']);
  const { credentials } = objectOr(methods['private_key_jwt']);
  return Array.isArray(credentials) ? credentials.map((each) => textOf(objectOr(each)['id'])) : [];
};

it('apply makes the pair, and a consumer gets a token with the private key from the store', async () => {
  const plan = await run('plan -t dev');
  expect(plan.stdout).toMatch(/authentication +private_key_jwt/);
  const { stdout } = exitedWith(0, await run('apply -t dev --auto-approve --verbose'));
  expect(stdout).toContain('1 client proven.');
  first = await held();
  expect(first).toMatchObject({
    auth_method: 'private_key_jwt',
    key_alg: 'RS256',
    assertion_audience: `https://${emulator.domain}/`,
  });
  expect([first.client_secret, await askByKey(first)]).toEqual([undefined, 200]);
});

it('a second apply, and plans, write nothing', async () => {
  expect((await runInVain('apply -t dev --auto-approve')).stdout.toLowerCase()).toContain('nothing to do');
  exitedWith(0, await runInVain('plan -t dev --detailed-exitcode --check-store'));
  exitedWith(0, await runInVain('verify -t dev --verbose'));
});

it('rotate leaves no gap: both keys are accepted for the overlap, which status shows', async () => {
  const { stdout } = exitedWith(0, await run('rotate -t dev orders'));
  expect(stdout).not.toContain('cuts off');
  const second = await held();
  expect(second.key_id).not.toBe(first.key_id);
  expect([await askByKey(first), await askByKey(second)]).toEqual([200, 200]);
  expect((await run('status -t dev')).stdout).toContain('UTC');
  exitedWith(0, await runInVain('plan -t dev --detailed-exitcode'));
  exitedWith(3, await run('rotate -t dev orders'));
});

it('rotate --revoke-now ends both that were there, and proves it', async () => {
  const second = await held();
  const { stdout } = exitedWith(0, await run('rotate -t dev orders --revoke-now'));
  expect(stdout).toMatch(/the previous \w+ is refused/);
  expect([await askByKey(first), await askByKey(second), await askByKey(await held())]).toEqual([401, 401, 200]);
  expect(emulator.state.credentials.size).toBe(1);
});

it.each(['apply -t dev --auto-approve', 'rotate -t dev --due'])(
  'an overlap that is over is ended by %s, and by nobody else',
  async (command) => {
    declare(orders('private_key_jwt'), '2s');
    exitedWith(0, await run('apply -t dev --auto-approve'));
    const before = await held();
    exitedWith(0, await run('rotate -t dev orders'));
    await sleep(3000);
    expect(await askByKey(before)).toBe(200);
    expect((await run('plan -t dev')).stdout).toContain('keys past their overlap');
    exitedWith(0, await run(command));
    expect([await askByKey(before), await askByKey(await held())]).toEqual([401, 200]);
    exitedWith(0, await runInVain('plan -t dev --detailed-exitcode'));
  },
);

it('a third key that somebody added by hand is seen, and goes', async () => {
  declare(orders('private_key_jwt'));
  exitedWith(0, await run('apply -t dev --auto-approve'));
  const app = application();
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const fields = {
    credential_type: 'public_key',
    kid: 'by-hand-key',
    alg: 'RS256',
    created_at: '2026-01-01T00:00:00Z',
  };
  emulator.state.credentials.set('cred_byhand', { id: 'cred_byhand', clientId: app.id, fields, pem });
  enableByHand([...enabled(), 'cred_byhand']);
  expect((await run('plan -t dev')).stdout).toMatch(/other public keys +- cred_byhand/);
  exitedWith(0, await run('apply -t dev --auto-approve'));
  expect(emulator.state.credentials.has('cred_byhand')).toBe(false);
  expect(await askByKey(await held())).toBe(200);
  exitedWith(0, await runInVain('plan -t dev --detailed-exitcode'));
});

it('a key that somebody took away is seen, and another one made', async () => {
  const gone = await held();
  enableByHand([]);
  expect((await run('plan -t dev')).stdout).toContain('the provider has no key of grantry any more');
  exitedWith(0, await run('apply -t dev --auto-approve'));
  expect([await askByKey(gone), await askByKey(await held())]).toEqual([401, 200]);
  exitedWith(0, await runInVain('plan -t dev --detailed-exitcode --check-store'));
});

it('from a key to a secret and back: each is of use only while it is declared', async () => {
  const withKey = await held();
  declare(orders('client_secret_post'));
  expect((await run('plan -t dev')).stdout).toContain('consumers must change at the same moment');
  exitedWith(0, await run('apply -t dev --auto-approve'));
  const { client_id: id, client_secret: secret = '', private_key: key } = await held();
  expect([key, await askByKey(withKey), await ask({ client_id: id, client_secret: secret })]).toEqual([
    undefined,
    401,
    200,
  ]);
  exitedWith(0, await runInVain('plan -t dev --detailed-exitcode --check-store'));
  declare(orders('{private_key_jwt: {alg: PS256}}'));
  exitedWith(0, await run('apply -t dev --auto-approve'));
  const after = await held();
  expect([after.key_alg, await askByKey(after)]).toEqual(['PS256', 200]);
  expect(await ask({ client_id: id, client_secret: secret })).toBe(401);
  exitedWith(0, await runInVain('plan -t dev --detailed-exitcode --check-store'));
});

it('a tenant whose plan has no keys says so, and what is in the way', async () => {
  const notThere = { statusCode: 403, error: 'Forbidden', message: 'No.', errorCode: 'feature_not_enabled' };
  const fault = { kind: 'answer', status: 403, body: notThere } as const;
  emulator.inject({ method: 'POST', path: /\/credentials$/, fault });
  const { stderr, stdout } = exitedWith(1, await run('rotate -t dev orders --force'));
  expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toContain('Private Key JWT is part of the Enterprise plan');
  emulator.reset();
  exitedWith(0, await run('rotate -t dev orders --force'));
  expect(await askByKey(await held())).toBe(200);
});

it('no private key was written anywhere but to the encrypted store', async () => {
  await run('plan -t dev --format json');
  expect(keys.size).toBeGreaterThan(6);
  // A line of a key gives it away as much as the whole.
  const needles = [...keys].flatMap((pem) => pem.split('\n').filter((line) => line.length === 64));
  const suspects = [...filesUnder(folder), ...outputs.map((text, index) => ({ where: `output ${index}`, text }))];
  expect(findLeaks(needles, suspects)).toEqual([]);
});
