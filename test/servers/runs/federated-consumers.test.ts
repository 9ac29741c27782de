/** The examples for services that log in as workloads, as they stand, with the tokens of real issuers. */
import { createServer } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { exitedWith, startProgram } from '../../support/process/cli.ts';
import type { CliResult } from '../../support/process/cli.ts';
import { Site } from '../../support/process/site.ts';
import { readExample } from '../../support/process/workflow.ts';
import { BUILD_TIMEOUT, createKubernetes, startKubernetes } from '../../support/servers/kubernetes.ts';
import type { KubernetesServer } from '../../support/servers/kubernetes.ts';
import { listenEverywhere, listenOnLoopback } from '../../support/servers/listening.ts';
import { startOidcIssuer } from '../../support/servers/oidc-issuer.ts';
import type { OidcIssuer } from '../../support/servers/oidc-issuer.ts';
import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';

const SCRIPT = fileURLToPath(new URL('../../../examples/consumers/federated/token.sh', import.meta.url));
const GITHUB = 'repo:acme/reports:environment:prod';
const GITLAB = 'project_path:acme/reports:ref_type:branch:ref:main';
const POD = 'system:serviceaccount:checkout:order-service';

const logsInAs = (name: string, issuer: string, subject: string): string =>
  clientYaml(
    name,
    `access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}], auth: {federated: {issuer: ${issuer}, subject: "${subject}"}}`,
  );
const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read', 'stock:write']),
  logsInAs('reports', 'github', GITHUB),
  logsInAs('reports-of-gitlab', 'gitlab', GITLAB),
  logsInAs('order-service', 'cluster', POD),
);

/** The keys of a cluster, at an address that Keycloak reaches without knowing the cluster's CA. */
async function publishKeys(cluster: KubernetesServer): Promise<{ jwksUrl: string; close(): Promise<void> }> {
  const { body } = await createKubernetes(cluster).request('GET', '/openid/v1/jwks');
  const keys = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const { port, close } = await listenEverywhere(keys);
  return { jwksUrl: `http://${process.env['GRANTRY_TEST_HOST'] ?? 'host.docker.internal'}:${port}/`, close };
}

/** An issuer as a Target has it. */
function ofIssuer({ issuer: url, jwksUrl }: OidcIssuer): object {
  return { url, jwksUrl, allowInsecure: true };
}

let site: Site;
let github: OidcIssuer;
let gitlab: OidcIssuer;
let cluster: KubernetesServer;
let keys: Awaited<ReturnType<typeof publishKeys>>;
beforeAll(async () => {
  [github, gitlab, cluster, site] = await Promise.all([
    startOidcIssuer({ issuer: 'https://token.actions.githubusercontent.com' }),
    startOidcIssuer({ issuer: 'https://gitlab.example.com' }),
    startKubernetes(),
    Site.open(),
  ]);
  keys = await publishKeys(cluster);
  const roles = ['manage-clients', 'manage-users', 'manage-realm', 'manage-identity-providers'];
  const { clientId, clientSecret } = await site.realm.serviceAccount(roles);
  site.addEnv({ KEYCLOAK_SECRET: clientSecret });
  const issuers = {
    github: { alias: 'github-actions', ...ofIssuer(github) },
    gitlab: { alias: 'gitlab', reuse: true, maxTokenAge: '1h', ...ofIssuer(gitlab) },
    // Its tokens are read from a file again and again.
    cluster: { alias: 'k8s', reuse: true, url: 'https://localhost:6443', jwksUrl: keys.jwksUrl, allowInsecure: true },
  };
  const auth = { clientId, clientSecret: '${env:KEYCLOAK_SECRET}' };
  site.declare(MANIFESTS, { keycloak: { auth, issuers }, rotate: { overlap: '0s' } });
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
}, BUILD_TIMEOUT);
afterAll(async () => {
  await site.close();
  await Promise.all([github.close(), gitlab.close(), keys.close(), cluster.stop()]);
});

interface Facts {
  readonly TOKEN_URL: string;
  readonly ASSERTION_AUDIENCE: string;
}

/** What its document says, which is no secret. */
async function factsOf(client: string): Promise<Facts> {
  const { body } = await site.vault.request('GET', `${site.vault.mount}/data/m2m/${client}`);
  const facts = z
    .object({ data: z.object({ token_url: z.string(), assertion_audience: z.string() }) })
    .parse(body?.data);
  return { TOKEN_URL: facts.data.token_url, ASSERTION_AUDIENCE: facts.data.assertion_audience };
}

function runScript(env: Readonly<Record<string, string>>): Promise<CliResult> {
  return startProgram('/bin/sh', [SCRIPT], { cwd: site.folder, env }).done;
}

async function clientIn(token: Promise<CliResult>): Promise<unknown> {
  return decodeJwt(exitedWith(0, await token).stdout.trim())['azp'];
}

/** The place at which a job of GitHub gets its token for an audience. */
async function startTokenPlace(sub: string): Promise<{ env: Record<string, string>; close(): Promise<void> }> {
  const server = createServer(({ url, headers }, response) => {
    const aud = new URL(url ?? '', 'http://x').searchParams.get('audience');
    const isAllowed = headers.authorization === 'Bearer request-token';
    void github
      .sign({ sub, aud })
      .then((value) => response.writeHead(isAllowed ? 200 : 401).end(JSON.stringify({ value })));
  });
  const { url, close } = await listenOnLoopback(server);
  return {
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
    close,
  };
}

describe('token.sh', () => {
  it('logs a job of GitHub Actions in, by the token that it asks for, and no other one', async () => {
    const facts = await factsOf('reports');
    const place = await startTokenPlace(GITHUB);
    expect(await clientIn(runScript({ ...facts, ...place.env }))).toBe('reports');
    expect(await clientIn(runScript({ ...facts, ...place.env, SCOPE: 'stock:write' }))).toBe('reports');
    await place.close();
    const other = await startTokenPlace('repo:acme/reports:ref:refs/heads/mine');
    const { stderr } = exitedWith(1, await runScript({ ...facts, ...other.env }));
    expect(stderr).toContain('status 401 invalid_client');
    await other.close();
  });

  it('logs a job of GitLab in, more than once, by the one token that it has', async () => {
    const facts = await factsOf('reports-of-gitlab');
    const now = Math.floor(Date.now() / 1000);
    const early = { iat: now - 1800, exp: now + 1800 };
    const ASSERTION = await gitlab.sign({ sub: GITLAB, aud: facts.ASSERTION_AUDIENCE, ...early });
    expect(await clientIn(runScript({ ...facts, ASSERTION }))).toBe('reports-of-gitlab');
    expect(await clientIn(runScript({ ...facts, ASSERTION }))).toBe('reports-of-gitlab');
  });

  it('logs a pod in, by the projected token of its service account, and no other account', async () => {
    const kubernetes = createKubernetes(cluster);
    const facts = await factsOf('order-service');
    await kubernetes.ensureNamespace('checkout');
    const folder = join(site.folder, 'workload');
    mkdirSync(folder, { recursive: true });
    const ASSERTION_FILE = join(folder, 'token');
    const project = async (name: string): Promise<void> => {
      await kubernetes.request('POST', 'namespaces/checkout/serviceaccounts', { metadata: { name } });
      const spec = { audiences: [facts.ASSERTION_AUDIENCE], expirationSeconds: 3600 };
      const asked = await kubernetes.request('POST', `namespaces/checkout/serviceaccounts/${name}/token`, { spec });
      writeFileSync(ASSERTION_FILE, z.object({ token: z.string() }).parse(asked.body.status).token);
    };
    await project('order-service');
    expect(await clientIn(runScript({ ...facts, ASSERTION_FILE }))).toBe('order-service');
    expect(await clientIn(runScript({ ...facts, ASSERTION_FILE }))).toBe('order-service');
    await project('another');
    expect(exitedWith(1, await runScript({ ...facts, ASSERTION_FILE })).stderr).toContain('status 401');
    kubernetes.remove();
  });

  it('says what the realm does not like of a token, and what is missing', async () => {
    const facts = await factsOf('reports');
    const ASSERTION = await github.sign({ sub: GITHUB, aud: 'https://elsewhere.example' });
    const { stderr } = exitedWith(1, await runScript({ ...facts, ASSERTION }));
    expect(stderr).toContain('400 invalid_client: Invalid token audience');
    expect(stderr).not.toContain(ASSERTION);
    expect(exitedWith(1, await runScript({ ...facts })).stderr).toContain('no token of the workload');
  });
});

describe('the examples around it', () => {
  it('ask for a token for the realm alone, by the ways that the script knows', () => {
    const workflow = z
      .object({
        jobs: z.object({ report: z.looseObject({ permissions: z.unknown(), env: z.record(z.string(), z.string()) }) }),
      })
      .parse(parse(readExample('consumers/federated/github-actions.yml')));
    expect(workflow.jobs.report.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const gitlabJob = parse(readExample('consumers/federated/gitlab-ci.yml')) as unknown;
    const { ASSERTION_AUDIENCE } = workflow.jobs.report.env;
    expect(gitlabJob).toMatchObject({ report: { id_tokens: { ASSERTION: { aud: ASSERTION_AUDIENCE } } } });
    const pod = readExample('consumers/federated/kubernetes.yaml').split('\n---\n')[1] ?? '';
    expect(JSON.stringify(parse(pod))).toContain(
      JSON.stringify({ path: 'token', audience: ASSERTION_AUDIENCE, expirationSeconds: 3600 }),
    );
  });
});
