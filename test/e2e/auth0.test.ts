/** The main job on Auth0, by the built command line, over TLS: the tenant is the emulator. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { generateX25519Identity } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAuth0Emulator } from '../support/auth0/start-emulator.ts';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { newGrantId } from '../../demo/auth0/emulator/ids.ts';
import { textOf } from '../../demo/auth0/emulator/json.ts';
import { newClientFields } from '../../demo/auth0/emulator/management/client-defaults.ts';
import { newResourceServer } from '../../demo/auth0/emulator/management/resource-servers.ts';
import { exitedWith, runCli } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import { filesUnder, findLeaks } from '../support/leak-search.ts';
import { makeLocalCertificate } from '../support/servers/tls-server.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:write'], ', tokenLifetime: 10m');
const orders = (scopes: string): string => clientYaml('orders', `access: [{api: stock, scopes: [${scopes}]}]`);

let emulator: Auth0Emulator;
let folder: string;
let env: Record<string, string>;
const written: string[] = [];

// The tests are one story, in order.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grantry-auth0-'));
  const { key, cert, caPem } = await makeLocalCertificate();
  emulator = await startAuth0Emulator({ tls: { key, cert } });
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, caPem);
  env = { NODE_EXTRA_CA_CERTS: ca, AUTH0_SECRET: emulator.clientSecret, AGE_KEY: await generateX25519Identity() };
  mkdirSync(join(folder, 'manifests'));
  const target = `
apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider: {auth0: {domain: "${emulator.domain}", requestsPerSecond: 50, auth: {clientId: ${emulator.clientId}, clientSecret: "\${env:AUTH0_SECRET}"}}}
  store: {file: {path: secrets, identity: "\${env:AGE_KEY}"}}
`;
  writeFileSync(join(folder, 'manifests/target.yaml'), target);
  declare(STOCK, orders('"stock:read"'), clientYaml('idle', ''));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await emulator.close();
});

function declare(...manifests: readonly string[]): void {
  writeFileSync(join(folder, 'manifests/all.yaml'), yaml(...manifests));
}

async function run(args: string, more: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const result = await runCli(args.split(' '), { cwd: folder, env: { ...env, ...more } });
  written.push(result.stdout, result.stderr);
  return result;
}

it('plan shows what is new, apply makes and proves it, and a second plan is empty', async () => {
  const plan = exitedWith(2, await run('plan -t dev --detailed-exitcode'));
  expect(plan.stdout).toContain(`dev: Auth0 ${emulator.domain}, encrypted files in secrets, stack acme`);
  expect(plan.stdout).toMatch(/may call stock +\+ stock:read +▲ widens access/);
  const apply = exitedWith(0, await run('apply -t dev --auto-approve'));
  expect(apply.stdout).toContain('3 changes done. 2 clients proven.');
  exitedWith(0, await run('plan -t dev --detailed-exitcode --check-store'));
  exitedWith(0, await run('verify -t dev', { AUTH0_SECRET: '' }));
});

it('a second apply writes nothing', async () => {
  emulator.reset();
  const { stdout } = exitedWith(0, await run('apply -t dev --auto-approve'));
  expect(stdout).toContain('nothing to do');
  expect(emulator.writes()).toEqual([]);
});

it('a saved plan is applied exactly, refused when what it touches has moved, and done when it is done', async () => {
  declare(STOCK, orders('"stock:read", "stock:write"'));
  exitedWith(0, await run('plan -t dev --out plan.json'));
  const app = [...emulator.state.clients.values()].find(({ fields }) => fields['name'] === 'orders');
  if (app === undefined) throw new Error('there is no application orders');
  const { grant_types: types } = app.fields;
  app.fields = { ...app.fields, grant_types: ['client_credentials', 'implicit'] };
  const refused = exitedWith(3, await run('apply -t dev plan.json'));
  expect(refused.stderr).toContain('Client/orders: grantTypes');
  app.fields = { ...app.fields, ...(types === undefined ? {} : { grant_types: types }) };
  const applied = exitedWith(0, await run('apply -t dev plan.json'));
  expect(applied.stdout).toContain('Client/idle');
  expect(applied.stdout).toContain('1 client proven.');
  exitedWith(0, await run('plan -t dev --detailed-exitcode'));
  exitedWith(0, await run('apply -t dev plan.json'));
});

it("an application of the same name that is nobody's is a conflict, until it is adopted", async () => {
  emulator.state.clients.set('a'.repeat(32), {
    id: 'a'.repeat(32),
    fields: { ...[...emulator.state.clients.values()][0]?.fields, name: 'elder', client_metadata: {}, global: false },
  });
  declare(STOCK, orders('"stock:read"'), clientYaml('elder', ''));
  const { stdout } = exitedWith(3, await run('plan -t dev'));
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('application elder');
  exitedWith(0, await run('apply -t dev --auto-approve --adopt Client/elder'));
  exitedWith(0, await run('plan -t dev --detailed-exitcode'));
});

it('what somebody made by hand is imported, adopted with its secret and proven, and stays what it was', async () => {
  const { state, tenant } = emulator;
  const machine = { app_type: 'regular_web', grant_types: ['client_credentials'] };
  const made = { ...machine, name: 'Stock Reports', token_endpoint_auth_method: 'client_secret_basic' };
  const id = 'b'.repeat(32);
  const fields = newClientFields(made, tenant);
  state.clients.set(id, { id, fields });
  const mail = { name: 'Mail!', identifier: 'https://mail.test', scopes: [{ value: 'send' }], token_lifetime: 300 };
  const server = newResourceServer(mail, tenant);
  state.addResourceServer(server);
  for (const [audience, scope] of [
    ['https://stock.test', 'stock:read'],
    ['https://mail.test', 'send'],
  ] as const) {
    state.addGrant({ id: newGrantId(), fields: { client_id: id, audience, scope: [scope], subject_type: 'client' } });
  }
  const before = structuredClone({ fields, server, grants: state.grantsOf(id) });
  emulator.reset();
  const imported = exitedWith(0, await run(`import -t dev --deliver --select ${id}`));
  expect(imported.stdout).toContain('1 client and 1 Api imported into 1 file. 1 object declared already.');
  expect(emulator.writes()).toEqual([]);
  exitedWith(0, await run('validate'));
  const apply = exitedWith(0, await run('apply -t dev --auto-approve --adopt Client/* --adopt Api/*'));
  expect(apply.stdout).toContain('2 changes done. 1 client proven.');
  const { client_metadata: _marks, ...after } = state.clients.get(id)?.fields ?? {};
  expect({ fields: after, server, grants: state.grantsOf(id) }).toEqual(before);
  exitedWith(0, await run('plan -t dev --detailed-exitcode --check-store'));
  expect(exitedWith(0, await run(`import -t dev --deliver --select ${id}`)).stdout).toContain('Nothing');
  rmSync(join(folder, 'manifests/unknown.yaml'));
  exitedWith(0, await run('apply -t dev --auto-approve'));
});

it('wrong credentials and a tenant that is away end with 4, and say what to check', async () => {
  const refused = exitedWith(4, await run('plan -t dev', { AUTH0_SECRET: 'wrong' }));
  expect(refused.stderr).toContain(`does not let the application ${emulator.clientId} in: access_denied`);
  emulator.inject({ path: /^\/api\/v2\/clients$/, fault: { kind: 'answer', status: 403 } });
  expect(exitedWith(4, await run('plan -t dev')).stderr).toContain('needs the scope read:clients');
  emulator.reset();
});

it('a key of its own lets grantry in where its application takes no secret any more, and is in no output', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  emulator.state.credentials.set('cred_1', {
    id: 'cred_1',
    clientId: emulator.clientId,
    fields: { alg: 'RS256' },
    pem,
  });
  const app = emulator.state.clients.get(emulator.clientId);
  if (app === undefined) throw new Error('there is no application of grantry');
  const before = app.fields;
  app.fields = {
    ...before,
    client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_1' }] } },
    jwt_configuration: { alg: 'RS256' },
  };
  exitedWith(4, await run('plan -t dev'));
  const target = join(folder, 'manifests/target.yaml');
  const text = readFileSync(target, 'utf8');
  writeFileSync(target, text.replace('clientSecret: "${env:AUTH0_SECRET}"', 'privateKey: "${env:AUTH0_KEY}"'));
  emulator.reset();
  const own = { AUTH0_KEY: key, AUTH0_SECRET: '' };
  exitedWith(0, await run('apply -t dev --auto-approve --verbose', own));
  exitedWith(0, await run('plan -t dev --detailed-exitcode', own));
  expect(emulator.count({ path: '/oauth/token' })).toBeGreaterThan(1);
  exitedWith(0, await run('verify -t dev', { AUTH0_SECRET: '' }));
  writeFileSync(target, text);
  app.fields = before;
  const suspects = written.map((output, index) => ({ where: `output ${index}`, text: output }));
  expect(findLeaks([key, key.split('\n')[1] ?? ''], suspects)).toEqual([]);
});

it('no secret was written anywhere but to the encrypted store', () => {
  const secrets = [...emulator.state.clients.values()].flatMap(({ fields }) =>
    fields['client_secret'] === undefined ? [] : [textOf(fields['client_secret'])],
  );
  expect(secrets.length).toBeGreaterThan(2);
  const suspects = [...filesUnder(folder), ...written.map((text, index) => ({ where: `output ${index}`, text }))];
  expect(findLeaks(secrets, suspects)).toEqual([]);
});
