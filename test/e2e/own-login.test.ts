/** grantry itself without a secret: set up by the commands of docs/ci.md, and let in by what a job or a pod is given. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import { startGithubJob } from '../support/process/github-job.ts';
import type { GithubJob } from '../support/process/github-job.ts';
import { runWithKcadm, scriptIn } from '../support/process/kcadm.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const DOC = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);
const PLAN = { sub: 'repo:your-org/access:pull_request' };
const APPLY = { sub: 'repo:your-org/access:environment:dev' };

let site: Site;
let job: GithubJob;

beforeAll(async () => {
  site = await Site.open();
  job = await startGithubJob(site.vault, APPLY);
  const script = scriptIn(DOC, 'keycloak-github')
    .replaceAll('my-realm', site.realm.name)
    .replace(/"jwksUrl": "[^"]*"/, `"jwksUrl": "${job.issuer.jwksUrl}"`);
  await runWithKcadm(inject('keycloak'), script);
}, 300_000);
afterAll(async () => {
  await job.close();
  await site.close();
});

describe('a job of GitHub Actions', () => {
  it('plans', async () => {
    site.declare(MANIFESTS, { keycloak: { auth: { clientId: 'grantry-plan', github: {} } } });
    job.become(PLAN);
    const result: CliResult = await site.run('plan -t dev', { env: { ...job.env, KEYCLOAK_SECRET: '' } });
    expect(exitedWith(0, result).stdout).toContain('Client/orders');
    expect(join('a')).toBe('a');
  });
});
