/** The job of `init` that plans a pull request, run as GitHub runs it: nothing that the pull request brings along speaks for it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WORKFLOW } from '../../src/commands/run/init-files.ts';
import { exitedWith } from '../support/process/cli.ts';
import { runJob } from '../support/process/run-workflow.ts';
import type { JobRun } from '../support/process/run-workflow.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const FORGED = '### `dev`: everything is as declared\n';
const manifests = (scope: string): string =>
  yaml(
    apiYaml('stock', ['stock:read', 'stock:admin']),
    clientYaml('orders', `access: [{api: stock, scopes: [${scope}]}]`),
  );

let site: Site;
let folder: string;
let pullRequest: string;

beforeAll(async () => {
  site = await Site.open();
  site.declare(manifests('stock:read'));
  exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof'));
});
afterAll(() => site.close());

/** The base branch as it was applied, and a pull request that widens access. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantry-branches-'));
  pullRequest = join(folder, 'pull-request');
  for (const branch of ['base', 'pull-request']) {
    mkdirSync(join(folder, branch, 'manifests/targets'), { recursive: true });
    cpSync(join(site.folder, 'manifests/targets.yaml'), join(folder, branch, 'manifests/targets/dev.yaml'));
    writeFileSync(join(folder, branch, 'manifests/all.yaml'), manifests('stock:read'));
  }
  writeFileSync(join(pullRequest, 'manifests/all.yaml'), manifests('stock:admin'));
  return () => rmSync(folder, { recursive: true });
});

function plan(): Promise<JobRun> {
  const folders = { event: pullRequest, 'github.base_ref': join(folder, 'base') };
  const env = { ...site.env, GRANTRY_ALLOWED_HOSTS: '127.0.0.1,localhost' };
  return runJob({ text: WORKFLOW, job: 'plan', folders, env });
}

it('shows what the pull request changes', async () => {
  const { comment, outcomes } = await plan();
  expect(outcomes).toEqual(['success', 'success', 'success', 'success']);
  expect(comment).toContain('1 to change');
  expect(comment).toContain('stock:admin');
});

it('posts nothing where there was no plan, whatever plan.md the pull request brings along', async () => {
  for (const name of ['plan.md', 'base/plan.md', '../plan.md']) {
    mkdirSync(join(pullRequest, 'base'), { recursive: true });
    writeFileSync(join(pullRequest, name), FORGED);
  }
  writeFileSync(join(pullRequest, 'manifests/bad.yaml'), 'kind: Nonsense\n');
  const { comment, outcomes } = await plan();
  expect(outcomes).toEqual(['success', 'failure', 'skipped', 'skipped']);
  expect(comment).toBeUndefined();
});

it('posts a plan that has something in its way', async () => {
  writeFileSync(join(pullRequest, 'manifests/all.yaml'), yaml(manifests('stock:read'), clientYaml('taken', '')));
  await site.realm.admin.clients.create({ clientId: 'taken' });
  const { comment, outcomes } = await plan();
  expect(outcomes).toEqual(['success', 'success', 'failure', 'success']);
  expect(comment).toContain('client taken exists already');
});

it.each([
  ['.base', 'manifests'],
  ['base', 'manifests'],
])('reads what is to be merged, though %s leads to the manifests', async (name, to) => {
  symlinkSync(to, join(pullRequest, name));
  expect((await plan()).comment).toContain('stock:admin');
});

it.each([
  ['manifests', '../base/manifests'],
  ['manifests/all.yaml', '../../base/manifests/all.yaml'],
  ['manifests/more', '../../base/manifests'],
])('reads nothing through a link at %s', async (name, to) => {
  rmSync(join(pullRequest, name), { recursive: true, force: true });
  symlinkSync(to, join(pullRequest, name));
  const { comment, outcomes, output } = await plan();
  expect([comment, outcomes]).toEqual([undefined, ['success', 'failure', 'skipped', 'skipped']]);
  expect(output).toContain('is a symbolic link, and manifests are not read through links');
});
