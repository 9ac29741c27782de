/** Plan files that are kept, edited and applied again: consent does not travel in them. */
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CLI, exitedWith, startProgram } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:admin']);
const orders = (...scopes: readonly string[]): string =>
  clientYaml('orders', `access: [{api: stock, scopes: [${scopes.join()}]}]`);
const BEFORE = yaml(STOCK, orders('stock:read'), clientYaml('billing-core', ''));

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());
beforeEach(async () => {
  site.declare(BEFORE);
  exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof'));
});

const file = (): string => join(site.folder, 'plan.json');

function edit(change: (text: string) => string): void {
  writeFileSync(file(), change(readFileSync(file(), 'utf8')));
}

/** Where there is only the Target. */
function folderWithoutManifests(): string {
  const folder = join(site.folder, 'elsewhere');
  mkdirSync(join(folder, 'manifests'), { recursive: true });
  writeFileSync(join(folder, 'manifests/t.yaml'), readFileSync(join(site.folder, 'manifests/targets.yaml')));
  return folder;
}

it('a guard that was set since the plan was saved holds, with manifests and without', async () => {
  site.declare(yaml(STOCK, orders('stock:read')));
  exitedWith(0, await site.run('plan -t dev --out plan.json'));
  site.declare(yaml(STOCK, orders('stock:read')), { guards: { protect: ['billing-*'] } });
  for (const cwd of [site.folder, folderWithoutManifests()]) {
    const { stdout } = exitedWith(3, await site.runInVain(`apply -t dev ${file()}`, { cwd }));
    expect(stdout).toContain('Client/billing-core is protected and would be deleted');
  }
  const overridden = await site.run('apply -t dev plan.json --override-guard protect --no-proof');
  expect(exitedWith(0, overridden).stdout).toContain('Overridden for this run: guard protect.');
});

it('a guard that was taken out of the file is judged again', async () => {
  site.declare(yaml(STOCK), { guards: { maxDeletes: 1 } });
  exitedWith(3, await site.run('plan -t dev --out plan.json'));
  edit((text) => JSON.stringify({ ...JSON.parse(text), guards: [] }));
  const { stdout } = exitedWith(3, await site.runInVain('apply -t dev plan.json'));
  expect(stdout).toContain('3 deletes, and the target allows 1');
});

it('an object is taken over only by an apply that says so, whatever the file says', async () => {
  const { id } = await site.realm.admin.clients.create({ clientId: 'elder', redirectUris: ['https://elder.test'] });
  site.declare(yaml(BEFORE, clientYaml('elder', '')));
  exitedWith(0, await site.run('plan -t dev --adopt Client/elder --out plan.json'));
  const { stdout } = exitedWith(3, await site.runInVain('apply -t dev plan.json'));
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('take the object over with --adopt Client/elder');
  exitedWith(3, await site.run('plan -t dev --out plan.json'));
  edit((text) =>
    JSON.stringify({ ...JSON.parse(text), conflicts: [] }).replace('"op":"update"', '"op":"adopt","from":[null]'),
  );
  exitedWith(3, await site.runInVain('apply -t dev plan.json'));
  exitedWith(0, await site.run('plan -t dev --adopt Client/elder --out plan.json'));
  exitedWith(0, await site.run('apply -t dev plan.json --adopt Client/elder --no-proof'));
  await site.realm.admin.clients.del({ id });
});

it('without manifests a plan that was applied and taken back does not apply again', async () => {
  site.declare(yaml(STOCK, orders('stock:read', 'stock:admin'), clientYaml('billing-core', '')));
  exitedWith(0, await site.run('plan -t dev --out plan.json'));
  const cwd = folderWithoutManifests();
  exitedWith(0, await site.run(`apply -t dev ${file()} --no-proof`, { cwd }));
  // Done is done, also for another user.
  exitedWith(0, await site.runInVain(`apply -t dev ${file()} --no-proof`, { cwd }));
  site.declare(BEFORE);
  exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof'));
  const { stderr } = exitedWith(3, await site.runInVain(`apply -t dev ${file()}`, { cwd }));
  expect(stderr).toContain('something else was applied to the stack acme since the plan was made');
});

it('a file that has a change twice is none', async () => {
  site.declare(yaml(STOCK, orders('stock:read', 'stock:admin'), clientYaml('billing-core', '')));
  exitedWith(0, await site.run('plan -t dev --out plan.json'));
  edit((text) => JSON.stringify(JSON.parse(text), (key, value) => (key === 'changes' ? [...value, ...value] : value)));
  const { stderr } = exitedWith(1, await site.runInVain('apply -t dev plan.json'));
  expect(stderr).toContain('plan.json is not a valid plan: it has Client/orders twice');
});

it('a plan that cannot be written leaves the one before, which only its owner can read', async () => {
  exitedWith(0, await site.run('plan -t dev --out plan.json'));
  const before = readFileSync(file(), 'utf8');
  expect((statSync(file()).mode & 0o777).toString(8)).toBe('600');
  const program = [
    '-c',
    'ulimit -f 1; exec "$0" "$@"',
    process.execPath,
    CLI,
    ...'plan -t dev --out plan.json'.split(' '),
  ];
  const full = await startProgram('sh', program, { cwd: site.folder, env: site.env }).done;
  expect([full.code, full.stderr]).toEqual([1, expect.stringContaining('plan.json (EFBIG)')]);
  expect(readFileSync(file(), 'utf8')).toBe(before);
  expect(readdirSync(site.folder).filter((name) => name.includes('plan.json'))).toEqual(['plan.json']);
});

it('a credential with typographic quotes is reported as that, and not quoted', async () => {
  const result = await site.runInVain('plan -t dev', { env: { VAULT_TOKEN: '\u201Chvs.canary\u201D' } });
  const { stdout, stderr } = exitedWith(1, result);
  expect(stderr).toContain(
    'What Vault is to get in the header x-vault-token holds a character that no header can carry',
  );
  expect(stdout + stderr).not.toContain('canary');
});
