/** grantry itself without a secret: set up by the commands of docs/ci.md, and let in by what a job of GitHub Actions is given. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { TEMPLATES, WORKFLOW } from '../../src/commands/run/init-files.ts';
import { exitedWith } from '../support/process/cli.ts';
import { startGithubJob } from '../support/process/github-job.ts';
import type { GithubJob } from '../support/process/github-job.ts';
import { runWithKcadm, scriptIn } from '../support/process/kcadm.ts';
import { MANIFESTS, OwnLoginSite, readDoc } from '../support/process/own-login-site.ts';
import { runJob } from '../support/process/run-workflow.ts';
import type { JobRun } from '../support/process/run-workflow.ts';

/** The subjects that docs/ci.md lets in. */
const PLAN = { sub: 'repo:your-org/access:pull_request' };
const APPLY = { sub: 'repo:your-org/access:environment:dev' };

let own: OwnLoginSite;
let job: GithubJob;

beforeAll(async () => {
  own = await OwnLoginSite.open();
  job = await startGithubJob(own.site.vault, APPLY);
  const script = scriptIn(readDoc('ci.md'), 'keycloak-github')
    .replaceAll('my-realm', own.site.realm.name)
    .replace(/"jwksUrl": "[^"]*"/, `"jwksUrl": "${job.issuer.jwksUrl}"`);
  await runWithKcadm(inject('keycloak'), script);
  await letIntoVault('grantry-plan', 'vault-policy-plan.hcl', PLAN);
  await letIntoVault('grantry-apply', 'vault-policy.hcl', APPLY);
}, 300_000);
afterAll(async () => {
  await job.close();
  await own.close();
});

/** A role of Vault for jobs with these claims, and the policy of the docs for it. */
async function letIntoVault(role: string, policy: string, claims: Readonly<Record<string, string>>): Promise<void> {
  const name = `${own.site.vault.mount}-${role}`;
  await own.site.vault.writePolicy(name, readDoc(policy).replaceAll(/(?<=")secret\//g, `${own.site.vault.mount}/`));
  const { status } = await own.site.vault.request('POST', `auth/${job.mount}/role/${role}`, {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_audiences: ['https://vault.dev.example.com'],
    bound_claims: claims,
    token_policies: [name],
  });
  expect(status).toBe(204);
}

/** The Target of `init`, at the servers of this test. */
function targetOfInit(): string {
  return (TEMPLATES.find(({ path }) => path === 'manifests/targets/dev.yaml')?.text ?? '')
    .replace('https://keycloak.dev.example.com', own.site.keycloak.url)
    .replace('realm: my-realm', `realm: ${own.site.realm.name}`)
    .replace('address: https://vault.dev.example.com', `address: ${own.site.store.url}`)
    .replace('mount: secret', `mount: ${own.site.vault.mount}`)
    .replace('jwt:\n', `jwt:\n          mount: ${job.mount}\n`);
}

/** Runs a job of the workflow of `init`, with nothing in its environment but what GitHub puts there. */
async function runTheJob(name: 'plan' | 'apply'): Promise<JobRun> {
  const checkout = join(own.folder, 'checkout');
  mkdirSync(join(checkout, 'manifests/targets'), { recursive: true });
  writeFileSync(join(checkout, 'manifests/targets/dev.yaml'), targetOfInit());
  writeFileSync(join(checkout, 'manifests/all.yaml'), MANIFESTS);
  const env = { ...job.env, GRANTRY_ALLOWED_HOSTS: 'localhost' };
  const ran = await runJob({
    text: WORKFLOW,
    job: name,
    folders: { event: checkout, 'github.base_ref': checkout },
    env,
  });
  own.note(`the job ${name}`, `${ran.output}\n${ran.comment ?? ''}`);
  return ran;
}

describe('a job of GitHub Actions, as init makes it', () => {
  it('plans on a pull request, with nothing but its id token, and cannot apply', async () => {
    job.become(PLAN);
    const { outcomes, comment, output } = await runTheJob('plan');
    expect([output, outcomes]).toEqual([output, ['success', 'success', 'success', 'success']]);
    expect(comment).toContain('3 to create');
    const refused = await runTheJob('apply');
    // Whichever answers first.
    expect(refused.output).toMatch(
      /does not let client grantry-apply of realm|refuses the GitHub Actions \(JWT\) login/,
    );
    expect(refused.outcomes.slice(1)).toEqual(['failure', 'skipped', 'skipped']);
    expect(await own.site.realm.admin.clients.find({ clientId: 'orders' })).toEqual([]);
  });

  it('applies on the main branch, and proves what it did, with nothing but its id token', async () => {
    job.become(APPLY);
    const { outcomes, output } = await runTheJob('apply');
    expect([output, outcomes]).toEqual([output, ['success', 'success', 'success', 'success']]);
    expect(await own.site.realm.admin.clients.find({ clientId: 'orders' })).toHaveLength(1);
    expect((await runTheJob('apply')).output).toContain('as declared');
  });

  it('keeps no secret anywhere', () => {
    expect(WORKFLOW).not.toMatch(/secrets\s*[.[]/);
    const { provider, store } = z.object({ spec: z.looseObject({}) }).parse(parse(targetOfInit())).spec;
    expect(JSON.stringify([provider, store])).not.toMatch(/clientSecret|privateKey|"token"/);
  });
});

describe('the id token of GitHub Actions', () => {
  beforeEach(() => job.become(APPLY));

  it('lets a plan and its apply in, and is in no output, plan, audit log or argument', async () => {
    own.logInBy({ clientId: 'grantry-apply', github: {} });
    const file = join(own.folder, 'plan.json');
    exitedWith(0, await own.run(`plan -t dev --out ${file}`, job.env));
    exitedWith(
      0,
      await own.run(`apply -t dev ${file} --verbose --audit-log ${join(own.folder, 'audit.jsonl')}`, job.env),
    );
    const { stdout } = exitedWith(0, await own.run('plan -t dev --detailed-exitcode', job.env));
    expect(stdout).toContain('as declared');
  });

  it('for another audience is refused, and grantry says which one the server wants', async () => {
    own.logInBy({ clientId: 'grantry-apply', github: { audience: 'https://github.com/your-org' } });
    const { stderr } = exitedWith(4, await own.run('plan -t dev', job.env));
    expect(stderr).toContain('Invalid token audience');
    expect(stderr).toContain('audience https://github.com/your-org.');
    expect(stderr).toContain('leaving provider.keycloak.auth.github.audience out');
  });

  it('of a job that is not the one lets nobody in', async () => {
    job.become({ sub: 'repo:your-org/other:environment:dev' });
    own.logInBy({ clientId: 'grantry-apply', github: {} });
    const { stderr } = exitedWith(4, await own.run('plan -t dev', job.env));
    expect(stderr).toContain('subject repo:your-org/other:environment:dev');
  });

  it('is asked for at no host that is not allowed', async () => {
    own.logInBy({ clientId: 'grantry-apply', github: {} });
    const env = { ...job.env, ACTIONS_ID_TOKEN_REQUEST_URL: 'http://192.0.2.1/token' };
    const { stderr } = exitedWith(3, await own.run('plan -t dev', { ...env, GRANTRY_ALLOWED_HOSTS: 'localhost' }));
    expect(stderr).toContain('The id token service of GitHub Actions is at 192.0.2.1:80');
  });

  it('is not needed by verify, which proves with the credentials of the clients', async () => {
    own.logInBy({ clientId: 'grantry-apply', github: {} });
    exitedWith(0, await own.run('verify -t dev', {}));
    expect(exitedWith(0, await own.run('verify -t dev', job.env)).stdout).toContain('orders');
  });
});

it('no token was in anything that a run let out', () => {
  for (const token of job.given) own.secrets.add(token);
  own.secrets.add(job.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '');
  rmSync(join(own.folder, 'checkout'), { recursive: true });
  expect(own.leaks()).toEqual([]);
});
