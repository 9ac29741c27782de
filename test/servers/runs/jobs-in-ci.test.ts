/** The steps of the workflows under examples/, run as GitHub's runner runs them, with the logins that the docs describe. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../contract/store/store-subject.ts';
import { CLI, exitedWith, startProgram } from '../../support/process/cli.ts';
import type { CliResult } from '../../support/process/cli.ts';
import { startGithubJob } from '../../support/process/github-job.ts';
import type { GithubJob } from '../../support/process/github-job.ts';
import { federatedBy } from '../../support/process/own-login-site.ts';
import { findLeaks } from '../../support/leak-search.ts';
import { listenOnLoopback } from '../../support/servers/listening.ts';
import { Site } from '../../support/process/site.ts';
import { readExample, readWorkflow, stepNamed } from '../../support/process/workflow.ts';
import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const AUDIENCE = 'https://vault.example.com';
const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  ...[
    ['nightly-export', '{every: 3s, overlap: 1s}'],
    ['nightly-import', '{every: 3s, overlap: 0s}'],
    ['daily-report', '{every: 30d, overlap: 48h}'],
  ].map(([name = '', rotate = '']) =>
    clientYaml(
      name,
      `access: [{api: stock, scopes: [stock:read]}], credential: {path: team-data/${name}, rotate: ${rotate}}`,
    ),
  ),
);

const roleSchema = z.looseObject({
  bound_claims: z.record(z.string(), z.string()),
  token_policies: z.array(z.string()),
});

let site: Site;
let job: GithubJob;

/** Of the job that is to be let in, whichever it is. */
const CLAIMS = {
  repository: 'your-org/access',
  repository_id: '123456',
  ref: 'refs/heads/main',
  environment: 'prod-rotate',
  workflow_ref: 'your-org/access/.github/workflows/rotate.yml@refs/heads/main',
};

beforeAll(async () => {
  site = await Site.open();
  job = await startGithubJob(site.vault, CLAIMS);
  site.declare(MANIFESTS);
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
  symlinkSync(ROOT, join(site.folder, '.tool'));
  mkdirSync(join(site.folder, '.github/scripts'), { recursive: true });
  for (const script of ['github-actions/vault-login.sh', 'consumers/token.sh']) {
    symlinkSync(join(ROOT, 'examples', script), join(site.folder, '.github/scripts', script.split('/')[1] ?? ''));
  }
});
afterAll(async () => {
  await job.close();
  await site.close();
});
afterEach(() => job.become(CLAIMS));

/** Policies and places of the docs, in the mount of this test. */
function here(text: string): string {
  return text.replaceAll(/(?<=[ "/])secret\/(?=data|metadata)/g, `${site.vault.mount}/`);
}

/** Writes a role as a doc has it; its policies get names of this test. */
async function writeRole(name: string, json: string): Promise<void> {
  const role = roleSchema.parse(JSON.parse(json));
  const policies = role.token_policies.map((policy) => `${site.vault.mount}-${policy}`);
  const written = { ...role, token_policies: policies };
  const { status } = await site.vault.request('POST', `auth/${job.mount}/role/${name}`, written);
  expect(status).toBe(204);
}

function jobEnv(role: string): Record<string, string> {
  return {
    ...job.env,
    VAULT_ADDR: site.store.url,
    VAULT_ROLE: role,
    VAULT_AUDIENCE: AUDIENCE,
    VAULT_JWT_MOUNT: job.mount,
  };
}

function login(role: string, env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const script = join(ROOT, 'examples/github-actions/vault-login.sh');
  return startProgram(script, [], { env: { ...jobEnv(role), ...env } }).done;
}

/** With `shell: bash`, as the runner starts it. `edit`: what somebody made of the script. */
function runStep(
  path: string,
  name: string,
  env: Readonly<Record<string, string>>,
  edit = (script: string): string => script,
): Promise<CliResult> {
  const { run = '' } = stepNamed(readWorkflow(path), name);
  const script = join(site.folder, 'step.sh');
  writeFileSync(script, edit(here(run)));
  return startProgram('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd: site.folder, env }).done;
}

/** The step without the lines that docs/rotation-in-ci.md takes out. */
function withoutSecret(script: string): string {
  return script.replace(/^ *token=[^]*export GRANTRY_KEYCLOAK_SECRET\n/m, '');
}

describe('the nightly rotation', () => {
  const ROLE = 'grantry-rotate';

  beforeAll(async () => {
    const policy = readFileSync(join(ROOT, 'docs/vault-policy-rotate.hcl'), 'utf8');
    await site.vault.writePolicy(`${site.vault.mount}-grantry-rotate`, here(policy));
    await writeRole(ROLE, readExample('github-actions/vault-role-rotate.json'));
    const own = { data: { client_secret: site.account.clientSecret } };
    await site.vault.request('POST', `${site.vault.mount}/data/ci/grantry-rotate`, own);
  });

  it('rotates what is due, with nothing but its id token', async () => {
    const clientSecret = '${env:GRANTRY_KEYCLOAK_SECRET}';
    site.declare(MANIFESTS, {
      name: 'prod',
      keycloak: { auth: { clientId: '${env:GRANTRY_KEYCLOAK_CLIENT}', clientSecret } },
      vault: { auth: { jwt: { role: '${env:GRANTRY_VAULT_ROLE}', mount: job.mount, github: { audience: AUDIENCE } } } },
    });
    mkdirSync(join(site.folder, 'bin'), { recursive: true });
    const grantry = `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`;
    writeFileSync(join(site.folder, 'bin/grantry'), grantry, { mode: 0o755 });
    const env = {
      ...jobEnv(''),
      PATH: `${join(site.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      GRANTRY_VAULT_ROLE: ROLE,
      GRANTRY_KEYCLOAK_CLIENT: site.account.clientId,
      RUNNER_TEMP: site.folder,
    };
    await new Promise((done) => setTimeout(done, 3500)); // two are due by then
    const step = await runStep('github-actions/rotate.yml', 'Rotate what is due', env);
    const { stdout, stderr } = exitedWith(0, step);
    // The runner takes this line out and masks what it names from then on.
    expect(stdout).toBe(`::add-mask::${site.account.clientSecret}\n`);
    const [report, audit] = ['rotate.md', 'audit.jsonl'].map((name) => readFileSync(join(site.folder, name), 'utf8'));
    expect(report).toContain('2 credentials rotated');
    expect(report).not.toContain('daily-report');
    expect(audit?.match(/Client\/nightly-(export|import)/g)?.length).toBeGreaterThan(3);
    const secrets = [site.account.clientSecret];
    for (const name of ['nightly-export', 'nightly-import', 'daily-report']) {
      const { body } = await site.vault.request('GET', `${site.vault.mount}/data/m2m/team-data/${name}`);
      const { client_secret: secret } = z.object({ client_secret: z.string() }).parse(body?.data?.['data']);
      secrets.push(secret);
    }
    const suspects = Object.entries({ stderr, report, audit }).map(([where, text = '']) => ({ where, text }));
    expect(findLeaks(secrets, suspects)).toEqual([]);
  });

  it('needs no secret in Vault where the realm takes its id token, as the docs say', async () => {
    await site.realm.admin.identityProviders.create({
      alias: 'github-actions',
      providerId: 'oidc',
      enabled: true,
      config: {
        issuer: job.issuer.issuer,
        useJwksUrl: 'true',
        jwksUrl: job.issuer.jwksUrl,
        validateSignature: 'true',
        supportsClientAssertions: 'true',
      },
    });
    const [account] = await site.realm.admin.clients.find({ clientId: site.account.clientId });
    const subject = 'repo:your-org/access:environment:prod-rotate';
    const federated = { ...account, ...federatedBy('github-actions', subject) };
    await site.realm.admin.clients.update({ id: account?.id ?? '' }, federated);
    site.declare(MANIFESTS, {
      name: 'prod',
      keycloak: { auth: { clientId: site.account.clientId, github: {} } },
      vault: { auth: { jwt: { role: '${env:GRANTRY_VAULT_ROLE}', mount: job.mount, github: { audience: AUDIENCE } } } },
    });
    job.become({ ...CLAIMS, sub: subject });
    const env = {
      ...jobEnv(''),
      PATH: `${join(site.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
      GRANTRY_VAULT_ROLE: ROLE,
      RUNNER_TEMP: site.folder,
    };
    await new Promise((done) => setTimeout(done, 3500)); // two are due again by then
    const step = await runStep('github-actions/rotate.yml', 'Rotate what is due', env, withoutSecret);
    expect(exitedWith(0, step).stdout).toBe('');
    expect(readFileSync(join(site.folder, 'rotate.md'), 'utf8')).toContain('2 credentials rotated');
    await site.realm.admin.clients.update({ id: account?.id ?? '' }, { ...account });
  });

  it('ends with 4 where Vault does not let it in', async () => {
    job.become({ ...CLAIMS, ref: 'refs/heads/other' });
    const env = { ...jobEnv(''), GRANTRY_VAULT_ROLE: ROLE, RUNNER_TEMP: site.folder };
    const refused = await runStep('github-actions/rotate.yml', 'Rotate what is due', env);
    expect(refused).toEqual({ code: 4, stdout: '', stderr: 'curl: (22) The requested URL returned error: 400\n' });
  });

  it.each([
    ['repository_id', '999999'],
    ['ref', 'refs/heads/other'],
    ['environment', 'prod'],
    ['workflow_ref', 'your-org/access/.github/workflows/other.yml@refs/heads/main'],
  ])('is not let in with another %s', async (claim, value) => {
    exitedWith(0, await login(ROLE));
    job.become({ ...CLAIMS, [claim]: value });
    expect(await login(ROLE)).toMatchObject({ code: 22, stdout: '' });
    job.become(Object.fromEntries(Object.entries(CLAIMS).filter(([name]) => name !== claim)));
    expect(await login(ROLE)).toMatchObject({ code: 22, stdout: '' });
  });

  it('is not let in for another audience', async () => {
    const refused = await login(ROLE, { VAULT_AUDIENCE: 'https://other.example.com' });
    expect(refused).toEqual({ code: 22, stdout: '', stderr: expect.stringContaining('400') });
  });

  it('needs the permission id-token: write, and says so', async () => {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: _, ...others } = jobEnv(ROLE);
    const script = join(ROOT, 'examples/github-actions/vault-login.sh');
    const { code, stderr } = await startProgram(script, [], { env: others }).done;
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('id-token: write')]);
  });

  describe('by its policy', () => {
    let store: Store;
    beforeAll(async () => {
      const token = new Secret(exitedWith(0, await login(ROLE)).stdout.trim());
      const auth = { kind: 'token', token } as const;
      const place = { address: site.vault.url, namespace: undefined, mount: site.vault.mount, prefix: 'm2m' };
      store = await openVaultStore({ kind: 'vault', ...place, auth }, systemPorts());
    });

    it('writes documents that exist, and its own records', async () => {
      const path = 'team-data/nightly-export';
      expect(await store.existing([path])).toEqual(new Set([path]));
      const entry = await store.inspect(path);
      const found = await store.read(path);
      if (entry?.mark === undefined || found === undefined) throw new Error('there is no document');
      await store.mark(path, { ...entry.mark, notes: { step: 'test' } });
      expect(await store.write(path, found.document, found.version)).toBe(found.version + 1);
      await store.mark(path, entry.mark);
      const { version } = await store.writeRecord(freshPath(), { some: 'record' }, 0);
      expect(version).toBe(1);
    });

    it('makes no document, and destroys none', async () => {
      const calls = [
        () => store.mark(freshPath(), markOf(), { pathIsEmpty: true }),
        () => store.write(freshPath(), documentOf('s'), 0),
        () => store.purge('team-data/nightly-export'),
      ];
      for (const call of calls) expect(await failureOf(call())).toMatchObject({ code: 'NOT_ALLOWED' });
    });
  });
});

describe('a job that calls an API', () => {
  it('gets a token by the role of the doc, and shows no secret', async () => {
    const doc = readFileSync(join(ROOT, 'docs/consumers.md'), 'utf8');
    const [, role = ''] = /^vault write auth\/jwt\/role\/nightly-export - <<'EOF'\n(.*?)^EOF$/ms.exec(doc) ?? [];
    const [, policy = ''] = /^vault policy write nightly-export - <<'EOF'\n(.*?)^EOF$/ms.exec(doc) ?? [];
    await site.vault.writePolicy(`${site.vault.mount}-nightly-export`, here(policy));
    await writeRole('nightly-export', role);
    let heard = '';
    const api = await listenOnLoopback(
      createServer((request, response) => {
        heard = request.headers.authorization ?? '';
        response.end('{"stock": 1}');
      }),
    );
    const { CREDENTIAL = '' } = readWorkflow('consumers/github-actions.yml').jobs['export']?.env ?? {};
    const env = { ...jobEnv('nightly-export'), CREDENTIAL: here(`/${CREDENTIAL}`).slice(1), API_URL: api.url };
    const result = await runStep('consumers/github-actions.yml', 'Call the API', env).finally(api.close);
    const { stdout, stderr } = exitedWith(0, result);
    expect(heard).toMatch(/^Bearer eyJ/);
    expect([stdout, stderr]).toEqual([`::add-mask::${heard.replace('Bearer ', '')}\n`, '']);
    expect(readFileSync(join(site.folder, 'stock.json'), 'utf8')).toBe('{"stock": 1}');
  });
});
