/** On Auth0 the ledger in the store says which Apis are the stack's: it moves with the credentials. The tenant is the emulator. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Auth0Emulator } from '../../../demo/auth0/emulator/emulator.ts';
import { startAuth0Emulator } from '../../support/auth0/start-emulator.ts';
import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';
import { exitedWith, runCli } from '../../support/process/cli.ts';
import type { CliResult } from '../../support/process/cli.ts';
import { makeLocalCertificate } from '../../support/servers/tls-server.ts';

let emulator: Auth0Emulator;
let folder: string;
let env: Record<string, string>;

// The tests are one story, in order.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grantry-auth0-moves-'));
  const { key, cert, caPem } = await makeLocalCertificate();
  emulator = await startAuth0Emulator({ tls: { key, cert } });
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, caPem);
  env = { NODE_EXTRA_CA_CERTS: ca, AUTH0_SECRET: emulator.clientSecret, AGE_KEY: await generateX25519Identity() };
  mkdirSync(join(folder, 'manifests'));
  const orders = clientYaml('orders', 'access: [{api: stock, scopes: ["stock:read"]}]');
  writeFileSync(join(folder, 'manifests/all.yaml'), yaml(apiYaml('stock', ['stock:read']), orders));
  declare('store: {file: {path: first, identity: "${env:AGE_KEY}"}}');
  exitedWith(0, await run('apply -t dev --auto-approve'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await emulator.close();
});

function declare(...stores: readonly string[]): void {
  const auth = `{clientId: ${emulator.clientId}, clientSecret: "\${env:AUTH0_SECRET}"}`;
  const provider = `provider: {auth0: {domain: "${emulator.domain}", requestsPerSecond: 50, auth: ${auth}}}`;
  const head = 'apiVersion: grantry/v1\nkind: Target\nmetadata: {name: dev}\nspec:\n  stack: acme';
  writeFileSync(join(folder, 'manifests/target.yaml'), [head, provider, ...stores].join('\n  '));
}

function run(args: string): Promise<CliResult> {
  return runCli(args.split(' '), { cwd: folder, env });
}

const SECOND = 'store: {file: {path: second, identity: "${env:AGE_KEY}"}}';
const FORMER = 'formerStore: {file: {path: first, identity: "${env:AGE_KEY}"}}';

it('without the former store the Apis look like those of somebody else, and the plan is refused', async () => {
  declare(SECOND);
  emulator.reset();
  const { stdout } = exitedWith(3, await run('plan -t dev'));
  expect(stdout).toContain('Api/stock');
  expect(stdout).toContain('--adopt');
  exitedWith(3, await run('apply -t dev --auto-approve'));
  expect(emulator.writes()).toEqual([]);
});

it('with it they are the stack’s, and the ledger goes along', async () => {
  declare(SECOND, FORMER);
  const { stdout } = exitedWith(2, await run('plan -t dev --detailed-exitcode'));
  expect(stdout).toContain('first/orders.age is marked as retired');
  exitedWith(0, await run('apply -t dev --auto-approve'));
  const ledger: unknown = JSON.parse(readFileSync(join(folder, 'second/.grantry/ledger/acme.json'), 'utf8'));
  expect(ledger).toMatchObject({ clients: 1, apis: { 'https://stock.test': { name: 'stock', origin: 'created' } } });
  declare(SECOND);
  exitedWith(0, await run('plan -t dev --detailed-exitcode --check-store'));
  exitedWith(0, await run('verify -t dev'));
});
