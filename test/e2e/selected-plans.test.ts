import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputSchema } from '../../src/report/views/output-schema.ts';
import { exitedWith } from '../support/process/cli.ts';
import { GitFolder } from '../support/process/git-folder.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const ORDERS = clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]');
const OTHERS = ['audit', 'deploy', 'reports'].map((name) => clientYaml(name, ''));
const NEW = clientYaml('fresh', 'access: [{api: stock, scopes: [stock:write]}]');

let site: Site;
let git: GitFolder;
beforeAll(async () => {
  site = await Site.open();
  git = new GitFolder({ path: site.folder });
  site.declare(yaml(STOCK, ORDERS, ...OTHERS));
  git.commit();
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
});
afterAll(() => site.close());

it('plans and applies what a commit changed, its delete too, and then finds nothing to look at', async () => {
  site.declare(yaml(STOCK, ORDERS, ...OTHERS.slice(1), NEW));
  site.reset();
  const planned = exitedWith(
    2,
    await site.run('plan -t dev --changed-since main --out plan.json --detailed-exitcode --format json'),
  );
  expect(outputSchema.parse(JSON.parse(planned.stdout))).toMatchObject({
    selection: { addresses: ['Client/audit', 'Client/fresh', 'Rotation/48h'], changedSince: { ref: 'main' } },
    summary: { create: 1, delete: 1, update: 0, unchanged: { apis: 0, clients: 0 } },
  });
  expect(site.writes()).toEqual([]);
  const applied = exitedWith(0, await site.run('apply -t dev plan.json'));
  expect(applied.stderr).toContain('Looked at 2 clients and 1 Rotation only: --changed-since main (');
  expect(applied.stdout).toContain('2 changes done. 1 client proven.');
  expect(exitedWith(0, await site.run('plan -t dev --detailed-exitcode')).stdout).toContain(
    'everything is as declared',
  );
  git.commit();
  site.reset();
  const nothing = exitedWith(0, await site.run('plan -t dev --changed-since HEAD'));
  expect(nothing.stdout).toMatch(/^dev: nothing to look at\.\nNothing changed since HEAD \([0-9a-f]{12}\)\.\n$/);
  expect([...site.keycloak.requests, ...site.store.requests]).toEqual([]);
});

it('gives git none of its credentials', async () => {
  // A git that writes down its environment, in place of the real one.
  git.write('bin/git', '#!/bin/sh\nenv > "$HOME/seen"\nexit 1\n');
  git.chmod('bin/git', 0o755);
  const env = { PATH: `${git.path}/bin:/usr/bin:/bin`, HOME: git.path };
  const { code } = await site.run('plan -t dev --changed-since HEAD', { env });
  expect(code).toBe(1);
  const seen = git.read('seen');
  expect(seen).toContain('LC_ALL=C');
  for (const secret of Object.values(site.env)) expect(seen).not.toContain(secret);
});
