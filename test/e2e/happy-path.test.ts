/** The main job, by the built command line: what every user does first. */
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { z } from 'zod';
import { hasTrait } from '../../src/providers/keycloak/versions/traits.ts';
import { exitedWith } from '../support/process/cli.ts';
import { listPlaces } from '../support/servers/snapshot.ts';
import { Site } from '../support/process/site.ts';
import { startOnTerminal } from '../support/process/terminal.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read', 'stock:write'], ', introspectedBy: stock-api'),
  apiYaml('bills', ['bills/read']),
  clientYaml('stock-api', ''),
  clientYaml(
    'orders',
    'access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}], credential: {path: team/orders}',
  ),
  clientYaml('report', 'access: [{api: bills, scopes: [bills/read]}], auth: client_secret_post'),
);

describe('from manifests to proven clients', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.open();
    site.declare(MANIFESTS);
  });

  afterAll(() => site.close());

  // The tests of this group are one story, in order.

  it('validate needs neither servers nor environment', async () => {
    const result = await site.run('validate', { env: { KEYCLOAK_SECRET: '', VAULT_TOKEN: '' } });
    expect(result).toEqual({
      code: 0,
      stdout: '2 Apis, 3 Clients and 1 Target in 2 files are valid.\n',
      stderr: '',
    });
    expect(site.keycloak.requests.length + site.store.requests.length).toBe(0);
  });

  it('plan shows what is to come, writes nothing, and reports by its exit code only when asked', async () => {
    const plain = await site.runInVain('plan -t dev');
    expect(plain).toMatchObject({ code: 0, stderr: '' });
    expect(plain.stdout).toContain('6 to create.');
    const detailed = await site.runInVain('plan -t dev --detailed-exitcode');
    expect(detailed).toEqual({ ...plain, code: 2 });
  });

  it('apply does nothing where nobody can be asked', async () => {
    const result = await site.runInVain('apply -t dev', { stdin: 'yes\n' });
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toContain('error: 6 changes are pending in dev');
    expect(result.stderr).toContain('--auto-approve');
  });

  it('apply does it all, and proves it', async () => {
    const result = exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(result.stdout).toContain('6 changes done. 3 clients proven.');
    expect((await listPlaces(site.vault)).toSorted()).toEqual([
      'm2m/.grantry/ledger/acme',
      'm2m/.grantry/lock/acme',
      'm2m/report',
      'm2m/stock-api',
      'm2m/team/orders',
    ]);
  });

  it('then a plan is empty', async () => {
    const result = await site.runInVain('plan -t dev --detailed-exitcode');
    const { version } = inject('keycloak');
    // Not every version shows itself to the accounts of a realm.
    const notice = hasTrait('authMethodEnforced', version)
      ? /^$/
      : new RegExp(`^(Keycloak ${version}|This Keycloak) takes a secret in either way`);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [head, rest = ''] = result.stdout.split('dev: everything is as declared (3 clients, 2 Apis).\n');
    expect([head, rest]).toEqual(['', expect.stringMatching(notice)]);
    expect((await site.runInVain('plan -t dev --detailed-exitcode --check-store')).code).toBe(0);
  });

  it('and a second apply makes zero writes to Keycloak and to Vault', async () => {
    site.reset();
    const result = exitedWith(0, await site.runInVain('apply -t dev --auto-approve'));
    expect(result.stdout).toContain('There was nothing to do.');
    expect([site.keycloak.writes(), site.store.writes()]).toEqual([[], []]);
    // The proxies did see it.
    expect(site.keycloak.requests.length).toBeGreaterThan(2);
    expect(site.store.requests.length).toBeGreaterThan(2);
  });

  it('verify proves again, from the credentials in the store, all clients or those that are named', async () => {
    const all = await site.runInVain('verify -t dev');
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toContain('3 clients proven.');
    const one = await site.runInVain('verify -t dev Client/orders');
    expect(one.stdout).toContain('1 client proven.');
    const none = await site.run('verify -t dev oders');
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('target dev has no client "oders"; did you mean "orders"?');
  });

  it('verify fails once a client can do more than it was granted', async () => {
    const [client] = await site.realm.admin.clients.find({ clientId: 'report' });
    const scope = await site.realm.admin.clientScopes.findOneByName({ name: 'stock:write' });
    const ids = { id: client?.id ?? '', clientScopeId: scope?.id ?? '' };
    await site.realm.admin.clients.addDefaultClientScope(ids);
    const result = await site.run('verify -t dev');
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('2 clients proven, 1 not proven.');
    await site.realm.admin.clients.delDefaultClientScope(ids);
  });
});

describe('results for programs', () => {
  const counts = z.record(z.string(), z.unknown());
  const report = z.looseObject({ formatVersion: z.literal(1), kind: z.string(), target: z.string(), summary: counts });
  let site: Site;

  beforeAll(async () => {
    site = await Site.open();
    site.declare(MANIFESTS);
  });

  afterAll(() => site.close());

  async function read(args: string): Promise<z.infer<typeof report>> {
    const { stdout } = exitedWith(0, await site.run(`${args} -t dev --format json`));
    return report.parse(JSON.parse(stdout));
  }

  it('are JSON on standard output and nothing else', async () => {
    expect(await read('plan')).toMatchObject({ kind: 'plan', target: 'dev', summary: { create: 6 } });
    expect(await read('apply --auto-approve')).toMatchObject({ kind: 'apply', summary: { done: 6, proven: 3 } });
    expect(await read('plan')).toMatchObject({ kind: 'plan', summary: { create: 0, unchanged: { clients: 3 } } });
    expect(await read('verify')).toMatchObject({ kind: 'verify', summary: { proven: 3, notProven: 0 } });
  });
});

describe('a saved plan', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.open();
    site.declare(MANIFESTS);
  });

  afterAll(() => site.close());

  it('that is applied a second time was done before', async () => {
    exitedWith(0, await site.run('plan -t dev --out plan.json'));
    expect(exitedWith(0, await site.run('apply -t dev plan.json')).stdout).toContain(
      '6 changes done. 3 clients proven.',
    );
    const again = exitedWith(0, await site.runInVain('apply -t dev plan.json'));
    expect(again.stdout).toContain('6 changes done before this run. 3 clients proven.');
    const json = exitedWith(0, await site.run('apply -t dev plan.json --format json'));
    expect(JSON.parse(json.stdout)).toMatchObject({ summary: { done: 0, doneBefore: 6 } });
  });
});

function planOf(target: string): object {
  return expect.objectContaining({ kind: 'plan', target });
}

describe('targets', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.open();
    const east = { name: 'prod-east', stack: 'east', vault: { prefix: 'east' } };
    const west = { name: 'prod-west', stack: 'west', vault: { prefix: 'west' } };
    site.declare(MANIFESTS, {}, east, west);
  });

  afterAll(() => site.close());

  it('are selected by globs, and each gets a report of its own', async () => {
    const result = exitedWith(2, await site.runInVain('plan -t prod-* --detailed-exitcode'));
    const titles = result.stdout.split('\n').filter((line) => line.includes('Keycloak http'));
    expect(titles.map((line) => line.split(':')[0])).toEqual(['prod-east', 'prod-west']);
    expect((await site.run('plan -t dev -t prod-west')).stdout).not.toContain('prod-east');
  });

  it('that may be several are one JSON document', async () => {
    const asked = ['plan -t prod-*', 'plan -t *-west', 'plan -t prod-west'];
    const answers = await Promise.all(asked.map((args) => site.run(`${args} --format json`)));
    const [both, glob, one] = answers.map((answer): unknown => JSON.parse(exitedWith(0, answer).stdout));
    expect(both).toMatchObject({
      kind: 'targets',
      targets: [planOf('prod-east'), planOf('prod-west')],
    });
    expect(glob).toMatchObject({ kind: 'targets', targets: [planOf('prod-west')] });
    expect(one).toEqual(planOf('prod-west'));
  });

  it('that are not there are reported, with the nearest one', async () => {
    const misspelt = await site.run('plan -t prod-eats');
    expect(misspelt).toMatchObject({ code: 1, stdout: '' });
    expect(misspelt.stderr).toContain('no Target matches "prod-eats"; did you mean "prod-east"?');
    expect(misspelt.stderr).toContain('Targets: dev, prod-east, prod-west');
    expect((await site.run('plan -t stage-*')).stderr).toContain('no Target matches "stage-*"');
    const none = await site.run('plan');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("required option '-t, --target <name>' not specified");
  });
});

describe('on a terminal', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.open();
    site.declare(MANIFESTS);
  });

  afterAll(() => site.close());

  async function answer(keys: string): Promise<{ code: number; output: string }> {
    const terminal = startOnTerminal(['apply', '-t', 'dev'], { cwd: site.folder, env: site.env });
    await vi.waitFor(() => expect(terminal.output()).toContain('Only yes is yes:'), { timeout: 30_000 });
    terminal.type(keys);
    return { code: await terminal.done, output: terminal.output() };
  }

  it.each([
    ['YES', 'YES\r'],
    ['nothing but Enter', '\r'],
    ['Ctrl-D', '\u0004'],
    ['Ctrl-C', '\u0003'],
  ])('%s is no', async (_, keys) => {
    const before = await site.snapshot();
    const { code, output } = await answer(keys);
    expect([code, output]).toEqual([3, expect.stringContaining('not confirmed: nothing was changed')]);
    expect(await site.snapshot()).toEqual(before);
  });

  it('yes is yes: the plan was shown before', async () => {
    const { code, output } = await answer('yes\r');
    expect([code, output]).toEqual([0, expect.stringContaining('6 changes done. 3 clients proven.')]);
    expect(output.indexOf('6 to create.')).toBeLessThan(output.indexOf('Only yes is yes:'));
    // Nothing is asked when nothing is to be done.
    const again = startOnTerminal(['apply', '-t', 'dev'], { cwd: site.folder, env: site.env });
    expect(await again.done).toBe(0);
    expect(again.output()).not.toContain('Only yes');
  });
});
