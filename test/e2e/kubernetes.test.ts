/** What of the story is Kubernetes' own, by the built command line, as a service account that has the documented Role and no more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { exitedWith } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import { watchProcesses } from '../support/process/process-watch.ts';
import { Site } from '../support/process/site.ts';
import { findLeaks } from '../support/leak-search.ts';
import type { Suspect } from '../support/leak-search.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';
import { startCountingProxy } from '../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../support/servers/counting-proxy.ts';
import { BUILD_TIMEOUT, createKubernetes, startKubernetes } from '../support/servers/kubernetes.ts';
import type { KubernetesServer, Rule, TestKubernetes } from '../support/servers/kubernetes.ts';

const API = apiYaml('stock', ['stock:read', 'stock:write']);
const ORDERS = clientYaml(
  'orders',
  'access: [{api: stock, scopes: [stock:read]}], credential: {rotate: {overlap: 1h}}',
);
const REPORT = clientYaml('report', 'access: [{api: stock, scopes: [stock:write]}], credential: {path: TEAM/report}');

const targetSchema = z.looseObject({ spec: z.looseObject({}) });
const roleSchema = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

let server: KubernetesServer;
let kubernetes: TestKubernetes;
let proxy: CountingProxy;
let site: Site;
let apps: string;
let team: string;
const outputs: Suspect[] = [];

beforeAll(async () => {
  [server, site] = await Promise.all([startKubernetes(), Site.open()]);
  kubernetes = createKubernetes(server);
  proxy = await startCountingProxy(server.url, { ca: server.caPem });
  [apps, team] = [await kubernetes.makeNamespace('apps'), await kubernetes.makeNamespace('team')];
  const token = await kubernetes.makeAccount(apps, documentedRules());
  await kubernetes.bindAccountOf(apps, team, documentedRules());
  const file = kubernetes.kubeconfig({ server: proxy.url, user: { token } });
  site.addEnv({ KUBECONFIG_FILE: file });
  secrets.add(token);
}, BUILD_TIMEOUT);
afterAll(async () => {
  await Promise.all([proxy.close(), site.close()]);
  kubernetes.remove();
  await server.stop();
});

/** Every secret of the story: none may be printed. */
const secrets = new Set<string>();

function documentedRules(): readonly Rule[] {
  const text = readFileSync(new URL('../../docs/kubernetes-role.yaml', import.meta.url), 'utf8');
  return roleSchema.parse(parseAllDocuments(text)[0]?.toJS()).rules;
}

/** Replaces the manifests. */
function declare(documents: readonly string[]): void {
  const { spec, ...rest } = targetSchema.parse(site.target({}));
  const own = { kubernetes: { namespace: apps, kubeconfig: '${env:KUBECONFIG_FILE}' } };
  const target = { ...rest, spec: { ...spec, store: own } };
  writeFileSync(join(site.folder, 'manifests/all.yaml'), yaml(...documents).replaceAll('TEAM/', `${team}/`));
  writeFileSync(join(site.folder, 'manifests/targets.yaml'), JSON.stringify(target));
}

async function run(args: string): Promise<CliResult> {
  const running = site.start(args);
  const watch = watchProcesses(running.child.pid ?? 0);
  const result = await running.done;
  outputs.push(
    { where: `stdout of ${args}`, text: result.stdout },
    { where: `stderr of ${args}`, text: result.stderr },
  );
  outputs.push(...watch.stop());
  return result;
}

const must = async (args: string): Promise<CliResult> => exitedWith(0, await run(args));

/** What a Secret holds, in the clear; undefined where there is none. */
async function secretAt(path: string): Promise<Record<string, string> | undefined> {
  const [namespace, name] = path.split('/');
  const { status, body } = await kubernetes.request('GET', `namespaces/${namespace}/secrets/${name}`);
  if (status !== 200) return undefined;
  const found = Object.fromEntries(
    Object.entries(body.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
  for (const key of ['client_secret', 'client_secret_previous']) secrets.add(found[key] ?? '');
  return found;
}

function requests(): string[] {
  return proxy.requests.map(({ method, path }) => `${method} ${path.split('?')[0]?.replace('/api/v1/', '')}`);
}

describe('Kubernetes as the store: one story, in order', () => {
  it('apply delivers, and proves what lies there', async () => {
    declare([API, ORDERS, REPORT]);
    const plan = await must('plan -t dev');
    expect(plan.stdout).toContain(`Kubernetes Secrets in ${apps}`);
    expect(plan.stdout).toContain(`kubernetes:${team}/report`);
    expect((await must('apply -t dev --auto-approve')).stdout).toContain('2 clients proven.');
    expect(await secretAt(`${apps}/orders`)).toMatchObject({ client_id: 'orders', scopes: 'stock:read' });
    expect(await secretAt(`${team}/report`)).toMatchObject({ client_id: 'report' });
  });

  it('a second apply writes nothing, and looks with one listing for each namespace', async () => {
    proxy.reset();
    expect((await must('plan -t dev --detailed-exitcode')).stdout).toContain('everything is as declared');
    expect(requests().toSorted()).toEqual([
      `GET namespaces/${apps}`,
      `GET namespaces/${apps}/secrets`,
      `GET namespaces/${team}/secrets`,
    ]);
    site.reset();
    proxy.reset();
    expect((await must('apply -t dev --auto-approve')).stdout).toContain('There was nothing to do.');
    expect([site.keycloak.writes(), proxy.writes().filter(({ path }) => !path.includes('grantry.lock'))]).toEqual([
      [],
      [],
    ]);
  });

  it('a rotation keeps the secret before in the document while its overlap lasts', async () => {
    const before = await secretAt(`${apps}/orders`);
    await must('rotate -t dev orders');
    const after = await secretAt(`${apps}/orders`);
    expect(after?.['client_secret']).not.toBe(before?.['client_secret']);
    expect(after).toMatchObject({
      client_secret_previous: before?.['client_secret'],
      overlap_until: expect.stringMatching(/^\d{4}-/),
    });
    expect(after).not.toHaveProperty('previous_version');
    expect((await must('verify -t dev')).stdout).toContain('2 clients proven.');
    expect((await must('plan -t dev --detailed-exitcode --check-store')).stdout).toContain('everything is as declared');
    expect((await must('status -t dev')).stdout).toContain('orders');
    await must('rotate -t dev orders --revoke-now');
    expect(await secretAt(`${apps}/orders`)).not.toHaveProperty('client_secret_previous');
  });

  it('a client that goes leaves a document that is retired, and deleted on request alone', async () => {
    declare([API, ORDERS]);
    await must('apply -t dev --auto-approve');
    const { body } = await kubernetes.request('GET', `namespaces/${team}/secrets/report`);
    expect(body.metadata).toMatchObject({ labels: { 'grantry/state': 'retired' } });
    declare([API]);
    const refused = await run('apply -t dev --auto-approve --purge-store');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain('to delete secrets in the namespace');
  });

  it('no secret was printed, nor given to a program', () => {
    secrets.delete('');
    expect(secrets.size).toBeGreaterThan(3);
    expect(outputs.length).toBeGreaterThan(20);
    expect(findLeaks([...secrets], outputs)).toEqual([]);
  });
});
