/** grantry itself without a secret: set up by the commands of the docs, and let in by what a job or a pod is given. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { TEMPLATES, WORKFLOW } from '../../src/commands/run/init-files.ts';
import { exitedWith } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import { startGithubJob } from '../support/process/github-job.ts';
import type { GithubJob } from '../support/process/github-job.ts';
import { runWithKcadm, scriptIn } from '../support/process/kcadm.ts';
import { watchProcesses } from '../support/process/process-watch.ts';
import { runJob } from '../support/process/run-workflow.ts';
import type { JobRun } from '../support/process/run-workflow.ts';
import { Site } from '../support/process/site.ts';
import { filesUnder, findLeaks } from '../support/leak-search.ts';
import type { Suspect } from '../support/leak-search.ts';
import { startOidcIssuer } from '../support/servers/oidc-issuer.ts';
import type { OidcIssuer } from '../support/servers/oidc-issuer.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const doc = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);
/** The subjects that docs/ci.md lets in. */
const PLAN = { sub: 'repo:your-org/access:pull_request' };
const APPLY = { sub: 'repo:your-org/access:environment:dev' };
const ROLES = ['manage-clients', 'manage-users', 'manage-realm'];

let site: Site;
let job: GithubJob;
/** Where runs leave files of theirs. */
let folder: string;
/** What no run may let out, and where it could. */
const secrets = new Set<string>();
const outputs: Suspect[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grantry-own-login-'));
  site = await Site.open();
  job = await startGithubJob(site.vault, APPLY);
  const script = scriptIn(doc('ci.md'), 'keycloak-github')
    .replaceAll('my-realm', site.realm.name)
    .replace(/"jwksUrl": "[^"]*"/, `"jwksUrl": "${job.issuer.jwksUrl}"`);
  await runWithKcadm(inject('keycloak'), script);
  await letIntoVault('grantry-plan', 'vault-policy-plan.hcl', PLAN);
  await letIntoVault('grantry-apply', 'vault-policy.hcl', APPLY);
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await job.close();
  await site.close();
});

/** A role of Vault for jobs with these claims, and the policy of the docs for it. */
async function letIntoVault(role: string, policy: string, claims: Readonly<Record<string, string>>): Promise<void> {
  const name = `${site.vault.mount}-${role}`;
  await site.vault.writePolicy(name, doc(policy).replaceAll(/(?<=")secret\//g, `${site.vault.mount}/`));
  const { status } = await site.vault.request('POST', `auth/${job.mount}/role/${role}`, {
    role_type: 'jwt',
    user_claim: 'sub',
    bound_audiences: ['https://vault.dev.example.com'],
    bound_claims: claims,
    token_policies: [name],
  });
  expect(status).toBe(204);
}

/** A client whose service account may do what an apply takes. */
async function account(clientId: string, authentication: object): Promise<void> {
  await site.realm.serviceAccount(ROLES, clientId);
  const [found] = await site.realm.admin.clients.find({ clientId });
  await site.realm.admin.clients.update({ id: found?.id ?? '' }, { ...found, ...authentication });
}

const federatedBy = (alias: string, subject: string) => ({
  clientAuthenticatorType: 'federated-jwt',
  attributes: { 'jwt.credential.issuer': alias, 'jwt.credential.sub': subject },
});

/** Runs the CLI with nothing but these in its environment; whatever it leaves is looked through at the end. */
async function run(args: string, env: Readonly<Record<string, string>>): Promise<CliResult> {
  const running = site.start(args, { env: { ...env, KEYCLOAK_SECRET: '' } });
  const root = running.child.pid ?? 0;
  const watch = watchProcesses(root);
  const result = await running.done;
  outputs.push(
    { where: `stdout of ${args}`, text: result.stdout },
    { where: `stderr of ${args}`, text: result.stderr },
  );
  outputs.push(...watch.stop().filter(({ where }) => where !== `environ of process ${root}`));
  return result;
}

const logInBy = (auth: object): void => site.declare(MANIFESTS, { stack: 'my-platform', keycloak: { auth } });

describe('a job of GitHub Actions, as init makes it', () => {
  /** The Target of `init`, at the servers of this test. */
  const target = (): string =>
    (TEMPLATES.find(({ path }) => path === 'manifests/targets/dev.yaml')?.text ?? '')
      .replace('https://keycloak.dev.example.com', site.keycloak.url)
      .replace('realm: my-realm', `realm: ${site.realm.name}`)
      .replace('address: https://vault.dev.example.com', `address: ${site.store.url}`)
      .replace('mount: secret', `mount: ${site.vault.mount}`)
      .replace('jwt:\n', `jwt:\n          mount: ${job.mount}\n`);

  async function runTheJob(name: 'plan' | 'apply'): Promise<JobRun> {
    const checkout = join(folder, 'checkout');
    mkdirSync(join(checkout, 'manifests/targets'), { recursive: true });
    writeFileSync(join(checkout, 'manifests/targets/dev.yaml'), target());
    writeFileSync(join(checkout, 'manifests/all.yaml'), MANIFESTS);
    const env = { ...job.env, GRANTRY_ALLOWED_HOSTS: 'localhost' };
    const ran = await runJob({
      text: WORKFLOW,
      job: name,
      folders: { event: checkout, 'github.base_ref': checkout },
      env,
    });
    outputs.push({ where: `the job ${name}`, text: `${ran.output}\n${ran.comment ?? ''}` });
    return ran;
  }

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
    expect(await site.realm.admin.clients.find({ clientId: 'orders' })).toEqual([]);
  });

  it('applies on the main branch, and proves what it did, with nothing but its id token', async () => {
    job.become(APPLY);
    const { outcomes, output } = await runTheJob('apply');
    expect([output, outcomes]).toEqual([output, ['success', 'success', 'success', 'success']]);
    expect(await site.realm.admin.clients.find({ clientId: 'orders' })).toHaveLength(1);
    expect((await runTheJob('apply')).output).toContain('as declared');
  });

  it('keeps no secret anywhere', () => {
    expect(WORKFLOW).not.toMatch(/secrets\s*[.[]/);
    const { provider, store } = z.object({ spec: z.looseObject({}) }).parse(parse(target())).spec;
    expect(JSON.stringify([provider, store])).not.toMatch(/clientSecret|privateKey|"token"/);
  });
});

describe('the id token of GitHub Actions', () => {
  beforeEach(() => job.become(APPLY));

  it('lets a plan and its apply in, and is in no output, plan, audit log or argument', async () => {
    logInBy({ clientId: 'grantry-apply', github: {} });
    const file = join(folder, 'plan.json');
    exitedWith(0, await run(`plan -t dev --out ${file}`, job.env));
    exitedWith(0, await run(`apply -t dev ${file} --verbose --audit-log ${join(folder, 'audit.jsonl')}`, job.env));
    exitedWith(0, await run('plan -t dev --detailed-exitcode', job.env));
  });

  it('for another audience is refused, and grantry says which one the server wants', async () => {
    logInBy({ clientId: 'grantry-apply', github: { audience: 'https://github.com/your-org' } });
    const { stderr } = exitedWith(4, await run('plan -t dev', job.env));
    expect(stderr).toContain('Invalid token audience');
    expect(stderr).toContain('audience https://github.com/your-org.');
    expect(stderr).toContain('leaving provider.keycloak.auth.github.audience out');
  });

  it('of a job that is not the one lets nobody in', async () => {
    job.become({ sub: 'repo:your-org/other:environment:dev' });
    logInBy({ clientId: 'grantry-apply', github: {} });
    const { stderr } = exitedWith(4, await run('plan -t dev', job.env));
    expect(stderr).toContain('subject repo:your-org/other:environment:dev');
  });

  it('is asked for at no host that is not allowed', async () => {
    logInBy({ clientId: 'grantry-apply', github: {} });
    const env = { ...job.env, ACTIONS_ID_TOKEN_REQUEST_URL: 'http://192.0.2.1/token' };
    const { stderr } = exitedWith(3, await run('plan -t dev', { ...env, GRANTRY_ALLOWED_HOSTS: 'localhost' }));
    expect(stderr).toContain('The id token service of GitHub Actions is at 192.0.2.1:80');
  });

  it('is not needed by verify, which proves with the credentials of the clients', async () => {
    logInBy({ clientId: 'grantry-apply', github: {} });
    exitedWith(0, await run('verify -t dev', {}));
    expect(exitedWith(0, await run('verify -t dev', job.env)).stdout).toContain('orders');
  });
});

describe('a token that the CI system puts into the environment', () => {
  const SUBJECT = 'project_path:your-org/access:ref_type:branch:ref:main';
  let gitlab: OidcIssuer;

  beforeAll(async () => {
    gitlab = await startOidcIssuer({ issuer: 'https://gitlab.example.com' });
    await site.realm.admin.identityProviders.create({
      alias: 'gitlab',
      providerId: 'oidc',
      enabled: true,
      config: {
        issuer: gitlab.issuer,
        useJwksUrl: 'true',
        jwksUrl: gitlab.jwksUrl,
        validateSignature: 'true',
        supportsClientAssertions: 'true',
      },
    });
    await account('grantry-gitlab', federatedBy('gitlab', SUBJECT));
  });
  afterAll(() => gitlab.close());
  beforeEach(() => logInBy({ clientId: 'grantry-gitlab', assertion: '${env:GRANTRY_TOKEN}' }));

  async function jobWith(claims: object = {}, signer = gitlab): Promise<{ GRANTRY_TOKEN: string }> {
    const aud = `${site.keycloak.url}/realms/${site.realm.name}`;
    const token = await signer.sign({ sub: SUBJECT, aud, ...claims });
    secrets.add(token);
    return { GRANTRY_TOKEN: token };
  }

  it('lets one command in, and the next needs one of its own', async () => {
    const env = await jobWith();
    exitedWith(0, await run('plan -t dev', env));
    const { stderr } = exitedWith(4, await run('apply -t dev --auto-approve --verbose', env));
    expect(stderr).toContain('Token reuse detected');
    expect(stderr).toContain('Give each command of a job a token of its own');
    exitedWith(0, await run('plan -t dev', await jobWith()));
  });

  it('cannot let a run in again whose access token has ended: that is said', async () => {
    const [client] = await site.realm.admin.clients.find({ clientId: 'grantry-gitlab' });
    const id = client?.id ?? '';
    const lifespan = (seconds: string): Promise<void> =>
      site.realm.admin.clients.update(
        { id },
        { ...client, attributes: { ...client?.attributes, 'access.token.lifespan': seconds } },
      );
    await lifespan('1');
    site.keycloak.reset();
    const { stderr } = exitedWith(4, await run('plan -t dev', await jobWith()));
    expect(stderr).toContain('in a second time, now that its access token has ended or was refused');
    await lifespan('3600');
    exitedWith(0, await run('plan -t dev', await jobWith()));
  });

  it.each([
    ['that has ended', { iat: 1, exp: 2 }, 'Token is not active'],
    ['that is too old', { iat: Math.floor(Date.now() / 1000) - 400 }, '300 seconds'],
    ['for somebody else', { aud: 'https://vault.example.com' }, 'Invalid token audience'],
    ['of another workload', { sub: 'project_path:your-org/other:ref_type:branch:ref:main' }, 'your-org/other'],
    ['without an id', { jti: undefined }, 'with an id (jti) only'],
  ])('%s is refused with what to do', async (_, claims, words) => {
    const { stderr } = exitedWith(4, await run('plan -t dev --verbose', await jobWith(claims)));
    expect(stderr).toContain(words);
  });

  it('by an unknown key, or of an unknown issuer, is refused', async () => {
    const [forger, stranger] = await Promise.all([
      startOidcIssuer({ issuer: gitlab.issuer }),
      startOidcIssuer({ issuer: 'https://stranger.example.com' }),
    ]);
    for (const signer of [forger, stranger]) {
      const { stderr } = exitedWith(4, await run('plan -t dev', await jobWith({}, signer)));
      expect(stderr).toContain('Invalid client or Invalid client credentials');
      expect(stderr).toContain(`issuer ${signer.issuer}`);
      await signer.close();
    }
  });

  it('is nothing that is no token at all: it is not sent', async () => {
    site.keycloak.reset();
    const { stderr } = exitedWith(4, await run('plan -t dev', { GRANTRY_TOKEN: 'not-a-token-canary' }));
    expect(stderr).toContain('is no JWT: assertion (from GRANTRY_TOKEN in the environment)');
    expect(site.keycloak.requests.filter(({ path }) => path.endsWith('/token'))).toEqual([]);
  });
});

describe('the service-account token of a pod', () => {
  const SUBJECT = 'system:serviceaccount:ci:grantry';
  let cluster: OidcIssuer;

  beforeAll(async () => {
    cluster = await startOidcIssuer();
    await site.realm.admin.identityProviders.create({
      alias: 'cluster',
      providerId: 'kubernetes',
      enabled: true,
      config: { issuer: cluster.issuer },
    });
    await account('grantry-pod', federatedBy('cluster', SUBJECT));
  });
  afterAll(() => cluster.close());

  it('lets runs in, one after the other, whenever the kubelet renews it', async () => {
    const tokenFile = join(folder, 'token');
    logInBy({ clientId: 'grantry-pod', kubernetes: { tokenFile } });
    for (let count = 0; count < 2; count += 1) {
      const token = await cluster.sign({ sub: SUBJECT, aud: [`${site.keycloak.url}/realms/${site.realm.name}`] });
      secrets.add(token);
      writeFileSync(tokenFile, token);
      exitedWith(0, await run('plan -t dev', {}));
      exitedWith(0, await run('apply -t dev --auto-approve', {}));
    }
    rmSync(tokenFile);
    const { stderr } = exitedWith(4, await run('plan -t dev', {}));
    expect(stderr).toContain(`no service-account token at ${tokenFile}`);
  });
});

describe('a key of grantry’s own', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const pem = ({ privateKey }: typeof rsa): string => String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

  beforeAll(async () => {
    const published = (pair: typeof rsa, kid: string, alg: string): object => ({
      ...pair.publicKey.export({ format: 'jwk' }),
      kid,
      alg,
      use: 'sig',
    });
    const keys = [published(rsa, 'rsa', 'RS256'), published(ec, 'ec', 'ES256'), published(ed, 'ed', 'EdDSA')];
    await account('grantry-key', {
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys }) },
    });
  });

  const runWith = (key: string, args = 'plan -t dev', more: object = {}): Promise<CliResult> => {
    secrets.add(key);
    logInBy({ clientId: 'grantry-key', privateKey: '${env:OWN_KEY}', ...more });
    return run(args, { OWN_KEY: key });
  };

  it.each([
    ['RSA as PEM', pem(rsa), {}],
    ['RSA as PEM, with its kid', pem(rsa), { keyId: 'rsa', alg: 'RS256' }],
    ['P-256 as PEM on one line', pem(ec).replaceAll('\n', String.raw`\n`), {}],
    ['P-256 as JWK', JSON.stringify({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'ec', alg: 'ES256' }), {}],
    ['Ed25519 as PEM', pem(ed), {}],
  ])('lets a run in: %s', async (_, key, more) => {
    exitedWith(0, await runWith(key, 'apply -t dev --auto-approve --verbose', more));
  });

  it('is made and registered by the commands of the docs', { timeout: 300_000 }, async () => {
    const own = mkdtempSync(join(tmpdir(), 'grantry-own-key-'));
    const script = scriptIn(doc('keycloak.md'), 'keycloak-key').replaceAll('-r acme', `-r ${site.realm.name}`);
    await runWithKcadm(inject('keycloak'), script, own);
    const key = readFileSync(join(own, 'grantry.pem'), 'utf8');
    exitedWith(0, await runWith(key, 'apply -t dev --auto-approve', { clientId: 'grantry' }));
    rmSync(own, { recursive: true });
  });

  it('that the server does not know is refused with what to do', async () => {
    const other = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }));
    const { stderr } = exitedWith(4, await runWith(other));
    expect(stderr).toContain('privateKey (from OWN_KEY in the environment) is not the key whose public half');
    const { stderr: unknown } = exitedWith(4, await runWith(pem(rsa), 'plan -t dev', { keyId: 'nobody' }));
    expect(unknown).toContain('has no public key with the kid nobody that fits');
  });

  it.each([
    ['no key', 'hello-canary', 'privateKey is no private key (from OWN_KEY in the environment)'],
    ['a public key', String(rsa.publicKey.export({ type: 'spki', format: 'pem' })), 'that is the public half'],
  ])('is not %s', async (_, key, words) => {
    const { stderr } = exitedWith(1, await runWith(key));
    expect(stderr).toContain(words);
    secrets.delete(key);
  });
});

it('no key and no token was in anything that a run let out', () => {
  for (const token of job.given) secrets.add(token);
  secrets.add(job.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '');
  expect(secrets.size).toBeGreaterThan(20);
  expect(outputs.length).toBeGreaterThan(50);
  rmSync(join(folder, 'checkout'), { recursive: true });
  expect(findLeaks([...secrets], [...outputs, ...filesUnder(folder), ...filesUnder(site.folder)])).toEqual([]);
});
