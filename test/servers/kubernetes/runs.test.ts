/** Whole runs on a Kubernetes API server, with a provider in memory: what a plan costs, and what a process that dies leaves behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/command-line/program.ts';
import { COMMANDS } from '../../../src/commands/index.ts';
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts';
import { trackWrites } from '../../../src/engine/apply/track-writes.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { MemoryProvider } from '../../../src/providers/memory/index.ts';
import { openKubernetesStore } from '../../../src/stores/kubernetes/index.ts';
import { STORES } from '../../../src/stores/registry.ts';
import type { Store } from '../../../src/stores/store.ts';
import { api, client, state } from '../../support/bench/declared.ts';
import { describeMemory } from '../../support/bench/memory-description.ts';
import { captureIo } from '../../support/process/captured-io.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { BUILD_TIMEOUT, createKubernetes, startKubernetes } from '../../support/servers/kubernetes.ts';
import type { KubernetesServer, TestKubernetes } from '../../support/servers/kubernetes.ts';
import { secretIn } from '../../support/stored-secrets.ts';

const CLIENTS = 200;
const LONGEST_MS = 600_000;
const STOCK = api('stock', ['stock:read']);
const clients = (count: number, scopes: readonly string[]) =>
  Array.from({ length: count }, (_, n) => client(`client-${n}`, { stock: scopes }));

let server: KubernetesServer;
let kubernetes: TestKubernetes;
let proxy: CountingProxy;
const cwd = mkdtempSync(join(tmpdir(), 'grantry-many-'));
const provider = new MemoryProvider();

beforeAll(async () => {
  server = await startKubernetes();
  kubernetes = createKubernetes(server);
  proxy = await startCountingProxy(server.url, { ca: server.caPem });
  const [apps, team] = [await kubernetes.makeNamespace('apps'), await kubernetes.makeNamespace('team')];
  const clients = Array.from({ length: CLIENTS }, (_, n) => ({
    apiVersion: 'grantry/v1',
    kind: 'Client',
    metadata: { name: `client-${n}`, owner: 'team' },
    spec: {
      access: [{ api: 'stock', scopes: ['stock:read'] }],
      ...(n % 2 ? {} : { credential: { path: `${team}/client-${n}` } }),
    },
  }));
  const api = {
    apiVersion: 'grantry/v1',
    kind: 'Api',
    metadata: { name: 'stock', owner: 'team' },
    spec: { audience: 'https://stock.test', scopes: { 'stock:read': 'Read' } },
  };
  const store = { kubernetes: { namespace: apps, kubeconfig: kubernetes.kubeconfig({ server: proxy.url }) } };
  const target = {
    apiVersion: 'grantry/v1',
    kind: 'Target',
    metadata: { name: 'dev' },
    spec: { stack: 'acme', rotate: { overlap: '0s' }, provider: { memory: {} }, store },
  };
  writeFileSync(join(cwd, 'all.yaml'), [api, target, ...clients].map((each) => JSON.stringify(each)).join('\n---\n'));
}, BUILD_TIMEOUT);
afterAll(async () => {
  rmSync(cwd, { recursive: true });
  await proxy.close();
  kubernetes.remove();
  await server.stop();
});

/** Runs a command line as main.ts does; the requests that it made of the API server. */
async function run(line: string): Promise<{ code: unknown; stdout: string; requests: string[] }> {
  proxy.reset();
  const backends = { providers: [describeMemory(provider)], stores: STORES };
  const { io, written } = captureIo({ cwd, env: {}, backends });
  const code = await runCommandLine(COMMANDS, [...line.split(' '), '--manifests', 'all.yaml'], io);
  return { code, stdout: written.stdout, requests: proxy.requests.map(({ method, path }) => `${method} ${path}`) };
}

describe('200 clients in two namespaces', () => {
  it('are planned by one listing for each, as new ones and as they are', { timeout: LONGEST_MS }, async () => {
    const first = await run('plan -t dev');
    expect(first.stdout).toContain('201 to create.');
    // Of its own it lists what it labelled; of new places all. Nothing of the stack is there: its ledger is looked up.
    expect(first.requests.length).toBeLessThanOrEqual(10);
    const applied = await run('apply -t dev --auto-approve --no-proof');
    expect(applied.code).toBe(0);
    // Two of them read back what was written.
    expect(applied.requests.length / CLIENTS).toBeLessThan(8);
    const again = await run('plan -t dev --detailed-exitcode');
    expect(again.code).toBe(0);
    expect(again.requests).toHaveLength(3);
    expect(again.requests.every((request) => request.startsWith('GET '))).toBe(true);
    const second = await run('apply -t dev --auto-approve --no-proof');
    const writes = second.requests.filter(
      (request) => !request.startsWith('GET ') && !request.includes('grantry.lock'),
    );
    expect([second.code, writes]).toEqual([0, []]);
  });
});

/** The run dies: nothing of it is sent any more. */
class Death extends Error {}

let now = 1_700_000_000_000;
const finishRotation = async (): Promise<undefined> => undefined;

/** The store as a new process has it, which dies after so many requests. */
async function open(namespace: string, requests = Infinity): Promise<Store> {
  let sent = 0;
  const beforeSend = (): void => {
    if (sent >= requests) throw new Death();
    sent += 1;
  };
  const file = kubernetes.kubeconfig();
  const cluster = { kind: 'kubeconfig', file, shownFile: file, context: undefined, cwd } as const;
  return openKubernetesStore({ kind: 'kubernetes', namespace, cluster }, { ...systemPorts({}), beforeSend });
}

async function apply(desired: DesiredState, ports: { provider: MemoryProvider; store: Store }): Promise<string[]> {
  const plan = buildPlan(await surveyTarget(desired, ports));
  const tracked = trackWrites(ports, { before: () => undefined, after: () => undefined });
  const clock = { now: () => (now += 1000), sleep: async () => undefined };
  const options = { inFlight: 3, stopped: () => false, onResult: () => undefined, finishRotation };
  return (await applyPlan(plan, { ...tracked, clock }, options)).results.map(({ outcome }) => outcome);
}

describe('a process that dies', () => {
  const first = state([STOCK], clients(2, []));
  const second = state([STOCK], [...clients(2, ['stock:read']).slice(1), client('new', { stock: ['stock:read'] })]);

  it(
    'at any request leaves what the next run goes on from, and no credential is lost',
    { timeout: LONGEST_MS },
    async () => {
      let [dies, done] = [1, false];
      for (; !done; dies += 1) {
        const [own, memory] = [await kubernetes.makeNamespace('death'), new MemoryProvider()];
        await apply(first, { provider: memory, store: await open(own) });
        done = await apply(second, { provider: memory, store: await open(own, dies) }).then(
          (outcomes) => outcomes.every((outcome) => outcome === 'done'),
          (error: unknown) => {
            expect(error).toBeInstanceOf(Death);
            return false;
          },
        );
        const next = { provider: memory, store: await open(own) };
        expect((await apply(second, next)).filter((outcome) => outcome !== 'done')).toEqual([]);
        expect(buildPlan(await surveyTarget(second, next))).toMatchObject({ changes: [], conflicts: [] });
        for (const { clientId, credential } of second.clients) {
          const object = memory.objects.find(({ fields }) => fields['clientId'] === clientId);
          expect(secretIn(await next.store.read(credential.path))).toBe(object?.secret);
        }
      }
      // It died at each of them once.
      expect(dies).toBeGreaterThan(10);
    },
  );
});
