/** What belongs to others is left alone, and what a Target guards is not deleted. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const ORDERS = clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]');

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

/** Plan and apply both refuse, say these words, and change nothing. */
async function expectRefusal(...words: string[]): Promise<void> {
  const plan = exitedWith(3, await site.runInVain('plan -t dev'));
  const apply = exitedWith(3, await site.runInVain('apply -t dev --auto-approve'));
  expect(apply.stdout).toBe(plan.stdout);
  expect(apply.stderr).toContain('something is in the way: nothing was changed');
  for (const word of words) expect(plan.stdout.replaceAll(/\s+/g, ' ')).toContain(word);
}

describe("grantry's own account", () => {
  const isOwn = 'it is the client that grantry itself logs in with';

  it('is not taken over, whatever is adopted, nor from a plan file', async () => {
    const { clientId } = site.account;
    site.declare(yaml(STOCK, clientYaml('gardener', `clientId: ${clientId}`)));
    for (const command of ['plan -t dev --adopt Client/*', 'apply -t dev --auto-approve --adopt Client/*']) {
      expect(exitedWith(3, await site.runInVain(command)).stdout).toContain(isOwn);
    }
    exitedWith(3, await site.run('plan -t dev --adopt Client/* --out plan.json'));
    const file = join(site.folder, 'plan.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), conflicts: [] }));
    const applied = exitedWith(3, await site.runInVain('apply -t dev plan.json --adopt Client/*'));
    expect(applied.stdout).toContain(isOwn);
  });

  it('is not rotated or deleted, though it carries the mark of the stack', async () => {
    const { clientId } = site.account;
    const [own] = await site.realm.admin.clients.find({ clientId });
    const mark = (stack: string): Promise<unknown> =>
      site.realm.admin.clients.update({ id: own?.id ?? '' }, { clientId, attributes: { 'grantry.stack': stack } });
    await mark('acme');
    site.declare(yaml(STOCK));
    expect(exitedWith(3, await site.runInVain('apply -t dev --auto-approve')).stdout).toContain(isOwn);
    site.declare(yaml(STOCK, clientYaml('gardener', `clientId: ${clientId}`)));
    const { stderr } = exitedWith(3, await site.runInVain('rotate -t dev gardener --force'));
    expect(stderr).toContain('client gardener is the one that grantry itself logs in with');
    await mark('');
  });
});

describe('an object without our mark', () => {
  it('a client', async () => {
    const { id } = await site.realm.admin.clients.create({ clientId: 'orders', description: 'made by hand' });
    site.declare(yaml(STOCK, ORDERS));
    await expectRefusal('! Client/orders', 'client orders exists already, and no mark says').finally(() =>
      site.realm.admin.clients.del({ id }),
    );
  });

  it('is a part of the error in JSON', async () => {
    const { id } = await site.realm.admin.clients.create({ clientId: 'orders' });
    site.declare(yaml(STOCK, ORDERS));
    const { stdout } = exitedWith(3, await site.runInVain('apply -t dev --auto-approve --format json'));
    await site.realm.admin.clients.del({ id });
    const conflicts = [expect.objectContaining({ address: 'Client/orders' })];
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'error', code: 'CONFLICT', exitCode: 3, plan: { conflicts } });
  });

  it('a client scope', async () => {
    const { id } = await site.realm.admin.clientScopes.create({ name: 'stock:write', protocol: 'openid-connect' });
    site.declare(yaml(STOCK, ORDERS));
    await expectRefusal('! Api/stock', 'client scope stock:write exists already, and no mark says').finally(() =>
      site.realm.admin.clientScopes.del({ id }),
    );
  });

  it('a document in the store', async () => {
    const path = `${site.vault.mount}/data/m2m/orders`;
    await site.vault.request('POST', path, { data: { password: 'of-somebody-else' } });
    site.declare(yaml(STOCK, ORDERS));
    const place = `${site.vault.mount}/m2m/orders`;
    const words = ['! Client/orders', `${place} holds a document that grantry did not write`, 'credential.path'];
    await expectRefusal(...words).finally(() =>
      site.vault.request('DELETE', `${site.vault.mount}/metadata/m2m/orders`),
    );
  });
});

describe("another stack's mark", () => {
  beforeAll(async () => {
    site.declare(yaml(STOCK, ORDERS), { stack: 'theirs' });
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
  });

  it('on clients and client scopes', async () => {
    site.declare(yaml(STOCK, ORDERS));
    await expectRefusal(
      '! Api/stock client scope stock:',
      '! Client/orders client orders belongs to the stack theirs',
      'is its spec.stack right?',
      'set managed: false',
    );
  });

  it('on a document in the store', async () => {
    site.declare(clientYaml('sales', 'credential: {path: orders}'));
    await expectRefusal(`${site.vault.mount}/m2m/orders holds the document of the client orders of the stack theirs`);
  });

  it('is no reason to delete anything: what no manifest of ours declares stays', async () => {
    site.declare(apiYaml('bills', ['bills:read']));
    const plan = exitedWith(0, await site.runInVain('plan -t dev'));
    expect(plan.stdout).toContain('1 to create.');
    expect(plan.stdout).not.toContain('orders');
  });
});

describe('the guards', () => {
  const names = ['a', 'b', 'c', 'd', 'billing-x'];
  const clients = names.map((name) => clientYaml(`guarded-${name}`, ''));

  beforeAll(async () => {
    site.declare(yaml(...clients), { stack: 'guarded' });
    exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof'));
  });

  it('against many deletes', async () => {
    site.declare(clients[0] ?? '', { stack: 'guarded', guards: { maxDeletes: 3 } });
    await expectRefusal('maxDeletes', '4 deletes, and the target allows 3');
  });

  it('against a delete of what is protected', async () => {
    site.declare(yaml(...clients.slice(0, 4)), { stack: 'guarded', guards: { protect: ['*-billing-*'] } });
    await expectRefusal('protect', 'Client/guarded-billing-x is protected');
  });

  it('allow what is within them', async () => {
    site.declare(clients[0] ?? '', { stack: 'guarded', guards: { maxDeletes: 4 } });
    const { stdout } = exitedWith(0, await site.run('apply -t dev --auto-approve'));
    expect(stdout).toContain('4 changes done.');
  });
});
