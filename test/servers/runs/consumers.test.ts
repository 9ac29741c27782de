/** The examples for consumers, by documents of a real grantry, against a real Keycloak and a real Vault. */
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import type { JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startAuth0Emulator } from '../../support/auth0/start-emulator.ts';
import type { Auth0Emulator } from '../../../demo/auth0/emulator/emulator.ts';
import { exitedWith, startProgram } from '../../support/process/cli.ts';
import type { CliResult, RunningCli } from '../../support/process/cli.ts';
import { ConsumerSite, makeSecret } from '../../support/process/consumer-site.ts';
import type { ConsumerDocument, TestApi } from '../../support/process/consumer-site.ts';
import { findLeaks } from '../../support/leak-search.ts';
import { watchProcesses } from '../../support/process/process-watch.ts';
import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';

const ACCESS = 'access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}]';
const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read', 'stock:write'], ', tokenLifetime: 5m'),
  apiYaml('quick', ['quick:read'], ', tokenLifetime: 4s'),
  clientYaml('orders', `${ACCESS}, credential: {path: team/orders, rotate: {overlap: 0s}}`),
  clientYaml('report', `${ACCESS}, auth: client_secret_post, credential: {path: team/report, rotate: {overlap: 0s}}`),
  clientYaml(
    'sales',
    'access: [{api: quick, scopes: [quick:read]}], credential: {path: team/sales, rotate: {overlap: 1h}}',
  ),
  clientYaml('keys', `${ACCESS}, auth: private_key_jwt, credential: {path: team/keys, rotate: {overlap: 0s}}`),
);
const SCRIPT = example('token.sh');
const SERVICE = example('node/service.mjs');

let team: ConsumerSite;
/** The document of `orders`, as it is before and after each test. */
let before: ConsumerDocument;

beforeAll(async () => void (team = await ConsumerSite.open(MANIFESTS)));
afterAll(() => team.close());
beforeEach(async () => {
  team.site.reset();
  before = await team.readDocument('orders');
});
afterEach(() => team.writeDocument('orders', before));

function example(name: string): string {
  return fileURLToPath(new URL(`../../../examples/consumers/${name}`, import.meta.url));
}

function claimsOf(result: CliResult): JWTPayload {
  const { stdout, stderr } = exitedWith(0, result);
  expect(stderr).toBe('');
  return decodeJwt(stdout.trim());
}

function startScript(client: string, env: Readonly<Record<string, string>> = {}): RunningCli {
  return startProgram(SCRIPT, [], { env: { ...team.env(client), ...env } });
}

/** Runs the script with the document of `keys`, or parts of another one. */
async function runByKey(other: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const file = team.file('key.json', JSON.stringify({ ...(await team.readDocument('keys')), ...other }));
  return startProgram(example('token-by-key.sh'), [], { env: { CREDENTIAL_FILE: file } }).done;
}

describe('with a private key', () => {
  it('the shell script prints a token', async () => {
    expect(claimsOf(await runByKey())).toMatchObject({ azp: 'keys', scope: 'stock:read', aud: 'https://stock.test' });
  });

  it('the shell script says what the server answers, and nothing of the key', async () => {
    const { stdout, stderr } = exitedWith(1, await runByKey({ key_id: 'another' }));
    expect([stdout, stderr]).toEqual(['', 'The token endpoint answers with status 400 invalid_client\n']);
  });
});

describe('the shell script', () => {
  it.each(['orders', 'report'])('prints a token for the client %s, whichever way it authenticates', async (client) => {
    const claims = claimsOf(await startScript(client).done);
    expect(claims).toMatchObject({ azp: client, scope: 'stock:read', aud: 'https://stock.test' });
    expect([team.readings(), team.statuses()]).toEqual([1, [200]]);
  });

  it('takes the Vault token from the environment too', async () => {
    const env = { VAULT_TOKEN: team.vaultToken, VAULT_TOKEN_FILE: '/does/not/exist' };
    expect(claimsOf(await startScript('orders', env).done)).toMatchObject({ azp: 'orders' });
  });

  it('asks for a scope that is only given on request', async () => {
    const { scope } = claimsOf(await startScript('orders', { SCOPE: 'stock:write' }).done);
    expect(String(scope).split(' ').toSorted()).toEqual(['stock:read', 'stock:write']);
  });

  it('sends an audience, which Keycloak has no use for', async () => {
    const claims = claimsOf(await startScript('orders', { AUDIENCE: before['audience'] ?? '' }).done);
    expect(claims).toMatchObject({ azp: 'orders' });
  });

  it('reads a file that an agent keeps', async () => {
    const file = team.file('credential.json', JSON.stringify(before));
    const claims = claimsOf(await startProgram(SCRIPT, [], { env: { CREDENTIAL_FILE: file } }).done);
    expect([claims['azp'], team.readings()]).toEqual(['orders', 0]);
  });

  it('reads a mounted Secret', async () => {
    const folder = team.mountedSecret('mounted', before);
    const claims = claimsOf(await startProgram(SCRIPT, [], { env: { CREDENTIAL_FOLDER: folder } }).done);
    expect([claims['azp'], team.readings()]).toEqual(['orders', 0]);
  });

  it('tries the next secret where there is one', async () => {
    const { client_secret: current = '', ...others } = before;
    await team.writeDocument('orders', { ...others, client_secret: makeSecret(), client_secret_next: current });
    expect(claimsOf(await startScript('orders').done)).toMatchObject({ azp: 'orders' });
    expect([team.readings(), team.statuses()]).toEqual([1, [401, 200]]);
  });

  it('refused, it reads again and gets a token', async () => {
    await team.writeDocument('orders', { ...before, client_secret: makeSecret() });
    // The second reading waits until the document is mended.
    team.site.store.inject({
      fault: { kind: 'delay', ms: 3000 },
      match: ({ path }) => path.includes('/team/'),
      nth: 2,
    });
    const running = startScript('orders');
    await vi.waitFor(() => expect(team.statuses()).toEqual([401]), { timeout: 20_000 });
    await team.writeDocument('orders', before);
    expect(claimsOf(await running.done)).toMatchObject({ azp: 'orders' });
    expect([team.readings(), team.statuses()]).toEqual([2, [401, 200]]);
  });

  it('refused twice, it gives up', async () => {
    await team.writeDocument('orders', { ...before, client_secret: makeSecret() });
    const { stdout, stderr } = exitedWith(1, await startScript('orders').done);
    expect([stdout, stderr]).toEqual(['', expect.stringContaining('refuses the credential (401)')]);
    expect([team.readings(), team.statuses()]).toEqual([2, [401, 401]]);
  });

  it('does not read again for an error that another secret would not mend', async () => {
    const { stderr } = exitedWith(1, await startScript('orders', { SCOPE: 'no-such-scope' }).done);
    expect(stderr).toBe('The token endpoint answers with status 400 invalid_scope\n');
    expect([team.readings(), team.statuses()]).toEqual([1, [400]]);
  });

  it('ends with an error where Vault refuses it', async () => {
    const result = await startScript('orders', { VAULT_TOKEN: 'wrong' }).done;
    expect(result).toEqual({ code: 22, stdout: '', stderr: 'curl: (22) The requested URL returned error: 403\n' });
    expect([team.readings(), team.statuses()]).toEqual([1, []]);
  });

  it.each(['', 'not JSON', '{}'])('ends with an error for a file with %j in it', async (text) => {
    const file = team.file('no-credential.json', text);
    const result = await startProgram(SCRIPT, [], { env: { CREDENTIAL_FILE: file } }).done;
    expect(result).toEqual({ code: 1, stdout: '', stderr: 'There is no credential in what was read.\n' });
  });

  it.each(['orders', 'report'])(
    'has no secret of %s in the arguments or the environment of a program',
    async (client) => {
      const { client_secret: secret = '' } = await team.readDocument(client);
      team.site.store.inject({ fault: { kind: 'delay', ms: 500 }, match: () => true });
      team.site.keycloak.inject({ fault: { kind: 'delay', ms: 500 }, match: () => true });
      const running = startScript(client);
      const watch = watchProcesses(running.child.pid ?? 0);
      const { stdout } = exitedWith(0, await running.done);
      const seen = watch.stop();
      expect(findLeaks([secret, team.vaultToken, stdout.trim()], seen)).toEqual([]);
    },
  );
});

describe('the service of Node', () => {
  let api: TestApi;
  let running: RunningCli | undefined;
  let lines: string[];

  beforeAll(async () => void (api = await team.startApi('https://stock.test')));
  afterAll(() => api.close());
  afterEach(async () => {
    running?.child.kill('SIGKILL');
    await running?.done;
    await team.setSecret('orders', before['client_secret'] ?? '');
    await team.setLifetime('orders', 300);
  });

  function start(env: Readonly<Record<string, string>> = {}): void {
    lines = [];
    const own = { ...team.env('orders'), API_URL: api.url, EVERY_MS: '50' };
    running = startProgram(process.execPath, [SERVICE], { env: { ...own, ...env } });
    running.child.stdout?.on('data', (text: string) => lines.push(...text.trim().split('\n')));
  }

  /** Waits for a call with a token that was asked for after now. */
  async function nextToken(): Promise<void> {
    const asked = team.statuses().filter((status) => status === 200).length;
    await vi.waitFor(() => expect(team.statuses().filter((status) => status === 200).length).toBeGreaterThan(asked), {
      timeout: 20_000,
    });
    await nextLines(2);
  }

  async function nextLines(count: number): Promise<void> {
    const length = lines.length + count;
    await vi.waitFor(() => expect(lines.length).toBeGreaterThanOrEqual(length), { timeout: 20_000 });
  }

  it('asks for one token and reads once, however often it calls', async () => {
    start();
    await nextLines(20);
    expect([new Set(lines), team.readings(), team.statuses()]).toEqual([new Set(['200']), 1, [200]]);
  });

  it('goes on through every step of a rotation without an overlap', async () => {
    await team.setLifetime('orders', 4); // so that it asks for a new token every two seconds
    start();
    await nextToken();
    const next = makeSecret();
    await team.writeDocument('orders', { ...before, client_secret_next: next });
    await nextToken();
    await team.setSecret('orders', next);
    await nextToken();
    await team.writeDocument('orders', { ...before, client_secret: next });
    await nextToken();
    await nextToken();
    expect(new Set(lines)).toEqual(new Set(['200']));
    expect(team.statuses().filter((status) => status !== 200)).toEqual([401]);
  });

  it.each(['600000', '1'])('goes on through a rotation with an overlap, reading every %s ms', async (every) => {
    const quick = await team.startApi('https://quick.test');
    start({ ...team.env('sales'), API_URL: quick.url, READ_EVERY_MS: every });
    await nextToken();
    const { client_secret: first } = await team.readDocument('sales');
    exitedWith(0, await team.site.run('rotate -t dev sales --force'));
    await nextToken();
    await nextToken();
    expect(new Set(lines)).toEqual(new Set(['200']));
    const { client_secret: second, ...facts } = await team.readDocument('sales');
    expect(second).not.toBe(first);
    expect(facts).toMatchObject({
      previous_version: expect.stringMatching(/^\d+$/),
      overlap_until: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    await quick.close();
  });

  it('goes on while grantry rotates without an overlap', async () => {
    await team.setLifetime('orders', 4);
    start();
    await nextToken();
    exitedWith(0, await team.site.run('rotate -t dev orders'));
    await nextToken();
    await nextToken();
    expect(new Set(lines)).toEqual(new Set(['200']));
    const after = await team.readDocument('orders');
    expect(after['client_secret']).not.toBe(before['client_secret']);
    expect(after).not.toHaveProperty('client_secret_next');
    expect(after).not.toHaveProperty('overlap_until');
  });

  it('goes on while grantry replaces its private key', async () => {
    await team.setLifetime('keys', 4);
    start({ ...team.env('keys') });
    await nextToken();
    exitedWith(0, await team.site.run('rotate -t dev keys'));
    await nextToken();
    await nextToken();
    expect(new Set(lines)).toEqual(new Set(['200']));
  });

  it('goes on while the store is away', async () => {
    await team.setLifetime('orders', 4);
    start({ READ_EVERY_MS: '1' });
    await nextToken();
    team.site.store.inject({
      fault: { kind: 'drop-before' },
      match: ({ path }) => path.includes('/team/'),
      times: 1000,
    });
    await nextToken();
    expect(new Set(lines)).toEqual(new Set(['200']));
  });

  it('uses a token that was issued as long as it is good, whatever became of the secret', async () => {
    start();
    await nextLines(2);
    await team.setSecret('orders', makeSecret());
    await nextLines(10);
    expect([new Set(lines), team.statuses()]).toEqual([new Set(['200']), [200]]);
  });

  it('refused, it waits longer and longer, and goes on once the store has the secret', async () => {
    await team.regenerate('orders');
    start();
    await new Promise((done) => setTimeout(done, 4000));
    expect(new Set(lines)).toEqual(
      new Set([
        'failed: the token endpoint refuses the credential of orders',
        'failed: no token, and it is too early to ask again',
      ]),
    );
    const asked = team.statuses().length;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(8);
    const repaired = exitedWith(0, await team.site.run('apply -t dev --auto-approve'));
    expect(repaired.stdout).toMatch(/Client\/orders +deliver +done/);
    await vi.waitFor(() => expect(lines.at(-1)).toBe('200'), { timeout: 30_000 });
    before = await team.readDocument('orders');
  });

  it('asks for another token when an API refuses the one that it has, once', async () => {
    start();
    await nextLines(2);
    await new Promise((done) => setTimeout(done, 5500)); // a token that is younger is not given up
    api.distrust();
    await nextLines(5);
    expect([new Set(lines), team.statuses()]).toEqual([new Set(['200']), [200, 200]]);
  });

  it('reads a file that an agent keeps', async () => {
    const file = team.file('for-service.json', JSON.stringify(before));
    start({ CREDENTIAL_FILE: file });
    await nextLines(2);
    expect([new Set(lines), team.readings()]).toEqual([new Set(['200']), 0]);
  });

  it('reads a mounted Secret', async () => {
    start({ CREDENTIAL_FOLDER: team.mountedSecret('mounted-for-service', before) });
    await nextLines(2);
    expect([new Set(lines), team.readings()]).toEqual([new Set(['200']), 0]);
  });

  it('bridges with the token that it has the time by which such a file is behind', async () => {
    await team.setLifetime('orders', 20); // renewed after ten seconds, given up after fifteen
    const file = team.file('behind.json', JSON.stringify(before));
    start({ CREDENTIAL_FILE: file });
    await nextLines(2);
    const next = makeSecret();
    await team.setSecret('orders', next);
    await vi.waitFor(() => expect(team.statuses()).toContain(401), { timeout: 20_000 });
    await new Promise((done) => setTimeout(done, 1000));
    team.file('behind.json', JSON.stringify({ ...before, client_secret: next }));
    await nextToken();
    expect(new Set(lines)).toEqual(new Set(['200']));
  });

  it('does not show a file that is not JSON', async () => {
    const file = team.file('broken.json', JSON.stringify(before).slice(0, -1));
    start({ CREDENTIAL_FILE: file });
    await nextLines(1);
    expect(lines[0]).toBe(`failed: ${file} is not JSON`);
  });
});

describe('on Auth0, which the emulator is', () => {
  let emulator: Auth0Emulator;
  let env: Record<string, string>;

  beforeAll(async () => {
    emulator = await startAuth0Emulator();
    const document = {
      client_id: emulator.clientId,
      client_secret: 'the-one-before',
      client_secret_next: emulator.clientSecret,
      auth_method: 'client_secret_post',
      token_url: `${emulator.url}/oauth/token`,
      issuer: `https://${emulator.domain}/`,
    };
    const file = team.file('auth0.json', JSON.stringify(document));
    env = { CREDENTIAL_FILE: file, AUDIENCE: `https://${emulator.domain}/api/v2/` };
  });
  afterAll(() => emulator.close());

  it('the shell script gets a token in the middle of a rotation', async () => {
    const { aud } = claimsOf(await startProgram(SCRIPT, [], { env }).done);
    expect(aud).toBe(env['AUDIENCE']);
  });

  it('the shell script gets an error when it names no audience', async () => {
    const { stderr } = exitedWith(1, await startProgram(SCRIPT, [], { env: { ...env, AUDIENCE: '' } }).done);
    expect(stderr).toBe('The token endpoint answers with status 403 access_denied\n');
  });

  it('the service of Node gets a token in the middle of a rotation', async () => {
    const own = { ...env, API_URL: `${emulator.url}/api/v2/clients` };
    const running = startProgram(process.execPath, [SERVICE], { env: own });
    let output = '';
    running.child.stdout?.on('data', (text: string) => (output += text));
    await vi.waitFor(() => expect(output).toBe('200\n'), { timeout: 20_000 });
    running.child.kill('SIGKILL');
    await running.done;
  });
});
