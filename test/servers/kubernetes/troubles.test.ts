/** What goes wrong between grantry and a Kubernetes API server, and what others do to its Secrets. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { SecretsApi } from '../../../src/stores/kubernetes/api.ts';
import { openKubernetesStore } from '../../../src/stores/kubernetes/index.ts';
import { ClusterLogin } from '../../../src/stores/kubernetes/login/cluster-login.ts';
import { createTransport } from '../../../src/stores/kubernetes/transport.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../contract/store/store-subject.ts';
import { secretIn, secretPayload } from '../../support/stored-secrets.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { startForwardProxy } from '../../support/servers/forward-proxy.ts';
import { BUILD_TIMEOUT, createKubernetes, startKubernetes } from '../../support/servers/kubernetes.ts';
import type { KubernetesServer, TestKubernetes } from '../../support/servers/kubernetes.ts';
import { makeLocalCertificate } from '../../support/servers/tls-server.ts';

let server: KubernetesServer;
let kubernetes: TestKubernetes;
let proxy: CountingProxy;
let namespace: string;
let store: Store;

beforeAll(async () => {
  server = await startKubernetes();
  kubernetes = createKubernetes(server);
  proxy = await startCountingProxy(server.url, { ca: server.caPem });
  namespace = await kubernetes.makeNamespace('troubles');
  store = await open({ server: proxy.url });
}, BUILD_TIMEOUT);
afterEach(() => proxy.reset());
afterAll(async () => {
  await proxy.close();
  kubernetes.remove();
  await server.stop();
});

async function open(options: Parameters<TestKubernetes['kubeconfig']>[0] = {}, home = namespace): Promise<Store> {
  const file = kubernetes.kubeconfig(options);
  const cluster = { kind: 'kubeconfig', file, shownFile: 'kubeconfig', context: undefined, cwd: '/' } as const;
  return openKubernetesStore({ kind: 'kubernetes', namespace: home, cluster }, systemPorts({}));
}

/** A path that no other test uses. */
const freshName = (): string => freshPath().split('/')[1] ?? '';
const at = (path: string): string => `namespaces/${namespace}/secrets/${path}`;
const patch = async (path: string, body: unknown): Promise<void> => {
  const { status } = await kubernetes.request('PATCH', at(path), body);
  expect(status).toBe(200);
};
const isPatch = ({ method }: { method: string }): boolean => method === 'PATCH';
const isLaterPage = ({ path }: { path: string }): boolean => path.includes('continue=');
const withNumber = (text: string): string => text.replace(/"resourceVersion":"\d+"/, '"resourceVersion":7');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A client's document, as apply leaves it. */
async function delivered(): Promise<string> {
  const path = freshName();
  await store.mark(path, markOf(), { pathIsEmpty: true });
  await store.write(path, documentOf('s-1'), 0);
  return path;
}

describe('a change by hand', () => {
  const byHand = { data: { client_secret: base64('by-hand') } };

  test.each([
    ['a value', byHand],
    ['an annotation', { metadata: { annotations: { ticket: 'OPS-1' } } }],
  ])('of %s between a look and a write is a conflict, and stays', async (_, change) => {
    const path = await delivered();
    const version = (await store.read(path))?.version ?? 0;
    await patch(path, change);
    // What a look at the mark shows does not stand in for having read the document.
    await store.inspect(path);
    await store.mark(path, markOf('order-service', { notes: { step: 'begun' } }));
    const failure = await failureOf(store.write(path, documentOf('s-2'), version));
    expect(failure).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`kubernetes:${namespace}/${path}`),
    });
    const { body } = await kubernetes.request('GET', at(path));
    expect(body.data?.['client_secret']).toBe(change === byHand ? base64('by-hand') : base64('s-1'));
  });

  test('before a look is none', async () => {
    const path = await delivered();
    await patch(path, byHand);
    const found = await store.read(path);
    expect(secretIn(found)).toBe('by-hand');
    expect(await store.write(path, documentOf('s-2'), found?.version ?? 0)).toBe(2);
  });

  test('does not come from the mark, nor from an earlier write', async () => {
    const path = await delivered();
    await store.read(path);
    await store.mark(path, markOf('order-service', { notes: { step: 'begun' } }));
    expect(await store.write(path, { ...documentOf('s-1'), payload: secretPayload('s-1', 's-2') }, 1)).toBe(2);
    await store.inspect(path);
    expect(await store.write(path, documentOf('s-2'), 2)).toBe(3);
  });

  test('that takes the values away is seen without reading one', async () => {
    const path = await delivered();
    await patch(path, { data: null });
    expect(await store.inspect(path)).toMatchObject({ mark: markOf(), version: 1, readable: false });
    expect(await store.existing([path])).toEqual(new Set());
    expect(await store.read(path)).toBeUndefined();
    expect(await store.write(path, documentOf('s-2'), 1)).toBe(2);
  });

  test('that takes the labels away is mended by the next mark', async () => {
    const path = await delivered();
    await patch(path, { metadata: { labels: null } });
    expect(await store.existing([path])).toEqual(new Set());
    await store.mark(path, markOf());
    expect(await store.existing([path])).toEqual(new Set([path]));
  });

  test('that takes the notes of the server away leaves the number of the document to go by', async () => {
    const path = await delivered();
    await patch(path, { metadata: { managedFields: [{}] } });
    expect(await store.inspect(path)).toMatchObject({ version: 1, readable: true });
  });
});

describe("somebody else's Secret", () => {
  test('is seen at a new place, and kept', async () => {
    const path = freshName();
    await kubernetes.request('POST', `namespaces/${namespace}/secrets`, {
      metadata: { name: path, annotations: { grantry_stack: 'x', grantry_client: 'y', grantry_state: 'active' } },
      data: { password: base64('theirs') },
    });
    expect(await store.existing([path], { includeDeleted: true })).toEqual(new Set([path]));
    expect(await store.inspect(path)).toEqual({ mark: undefined, version: 1, readable: true });
    expect(await failureOf(store.mark(path, markOf(), { pathIsEmpty: true }))).toMatchObject({ code: 'CONFLICT' });
    expect(await failureOf(store.write(path, documentOf('s-1'), 0))).toMatchObject({ code: 'CONFLICT' });
    expect((await kubernetes.request('GET', at(path))).body.data).toEqual({ password: base64('theirs') });
  });
});

describe('a mark', () => {
  test('can be found by labels; what does not fit there stands by its digest', async () => {
    const [path, long] = [freshName(), `The Stack of ${'x'.repeat(80)}`];
    await store.mark(path, markOf('orders', { stack: long, state: 'retired' }));
    const { body } = await kubernetes.request('GET', at(path));
    expect(body.metadata).toMatchObject({
      labels: {
        'app.kubernetes.io/managed-by': 'grantry',
        'grantry/client': 'orders',
        'grantry/state': 'retired',
        'grantry/stack': expect.stringMatching(/^sha256-[0-9a-f]{40}$/),
      },
      annotations: { 'grantry/stack': long, 'grantry/client': 'orders' },
    });
  });

  test('is tried again where somebody else is quicker, for a while', async () => {
    const path = await delivered();
    let changes = 0;
    const act = async (): Promise<void> => patch(path, { metadata: { annotations: { n: String((changes += 1)) } } });
    proxy.inject({ match: isPatch, fault: { kind: 'meanwhile', when: 'before', act } });
    await store.mark(path, markOf('order-service', { notes: { step: 'one' } }));
    proxy.inject({ match: isPatch, fault: { kind: 'meanwhile', when: 'before', act }, times: 9 });
    const failure = await failureOf(store.mark(path, markOf('order-service', { notes: { step: 'two' } })));
    expect([failure, changes]).toMatchObject([{ code: 'CONFLICT' }, 6]);
  });
});

describe('a Secret that cannot be written', () => {
  test('because it is immutable is refused by its mark, before anything is changed', async () => {
    const path = await delivered();
    await patch(path, { immutable: true });
    const message = `kubernetes:${namespace}/${path} is immutable: Kubernetes lets nobody change it`;
    const mark = store.mark(path, markOf('order-service', { notes: { step: 'begun' } }));
    expect(await failureOf(mark)).toMatchObject({ code: 'FAILED', message });
    await store.read(path);
    expect(await failureOf(store.write(path, documentOf('canary-new'), 1))).toMatchObject({ code: 'FAILED', message });
  });

  test('because a finalizer keeps it from being deleted is named', async () => {
    const path = await delivered();
    await patch(path, { metadata: { finalizers: ['example.com/keep'] } });
    const message = expect.stringContaining('is being deleted, and a finalizer keeps it');
    expect(await failureOf(store.purge(path))).toMatchObject({ code: 'FAILED', message });
    expect(await store.inspect(path)).toMatchObject({ vanishesAt: expect.stringMatching(/^\d{4}-/) });
    const version = (await store.read(path))?.version ?? 0;
    expect(await failureOf(store.write(path, documentOf('s-2'), version))).toMatchObject({ code: 'FAILED', message });
    await patch(path, { metadata: { finalizers: null } });
  });

  test('because with what others keep in it it would be too large is named', async () => {
    const path = await delivered();
    await patch(path, { data: { theirs: base64('x'.repeat(1024 * 1024 - 2000)) } });
    const version = (await store.read(path))?.version ?? 0;
    const large = documentOf('canary-large', { scopes: 'x'.repeat(4000) });
    expect(await failureOf(store.write(path, large, version))).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('larger than the 1 MiB'),
    });
  });
});

describe('a quota', () => {
  test('is not taken for a Role that lacks something', async () => {
    const full = await kubernetes.makeNamespace('full');
    const quota = { metadata: { name: 'none' }, spec: { hard: { secrets: '0' } } };
    await kubernetes.request('POST', `namespaces/${full}/resourcequotas`, quota);
    // A controller would write this down.
    const status = { status: { hard: { secrets: '0' }, used: { secrets: '0' } } };
    await kubernetes.request('PATCH', `namespaces/${full}/resourcequotas/none/status`, status);
    const refused = async () => failureOf(store.mark(`${full}/a`, markOf(), { pathIsEmpty: true }));
    await expect.poll(async () => String(await refused()), { timeout: 10_000 }).toContain('exceeded quota: none');
    expect(await refused()).toMatchObject({ code: 'NOT_ALLOWED', hint: expect.stringContaining('no Role') });
  });
});

describe('a namespace', () => {
  test('that is not there is named when the store is opened, and when a path names it', async () => {
    const missing = expect.stringMatching(/^Kubernetes has no namespace no-such-/);
    const name = `no-such-${freshName()}`;
    expect(await failureOf(open({}, name))).toMatchObject({ code: 'NOT_ALLOWED', message: missing });
    expect(await failureOf(store.existing([`${name}/a`]))).toMatchObject({ code: 'NOT_ALLOWED', message: missing });
    const mark = store.mark(`${name}/a`, markOf(), { pathIsEmpty: true });
    expect(await failureOf(mark)).toMatchObject({ code: 'NOT_ALLOWED', message: missing });
    expect(await store.inspect(`${name}/a`)).toBeUndefined();
  });

  test('that is being deleted is named', async () => {
    const going = await kubernetes.makeNamespace('going');
    await kubernetes.request('DELETE', `namespaces/${going}`);
    const message = `The namespace ${going} is being deleted: Kubernetes takes nothing new there`;
    expect(await failureOf(open({}, going))).toMatchObject({ code: 'NOT_ALLOWED', message });
    const mark = store.mark(`${going}/a`, markOf(), { pathIsEmpty: true });
    expect(await failureOf(mark)).toMatchObject({ code: 'NOT_ALLOWED', message });
  });
});

describe('a login', () => {
  test('that is not accepted is named, without the token', async () => {
    const failure = await failureOf(open({ user: { token: 'canary-wrong-token' } }));
    expect(failure).toMatchObject({
      code: 'NOT_ALLOWED',
      message: `Kubernetes at ${server.url} does not accept the login in kubeconfig: wrong, expired or revoked`,
      hint: 'Check it with: kubectl --kubeconfig kubeconfig auth whoami',
    });
  });

  test('that there is none of is named', async () => {
    expect(await failureOf(open({ user: {} }))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: 'Kubernetes was asked without any login',
    });
  });

  test('by a certificate is taken, and through a proxy that the kubeconfig names', async () => {
    const { cert, key } = server.adminCertificate;
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    const path = freshName();
    await (await open({ user })).mark(path, markOf(), { pathIsEmpty: true });
    const forward = await startForwardProxy();
    const proxied = await open({ user, cluster: { 'proxy-url': forward.url } });
    expect((await proxied.inspect(path))?.mark).toEqual(markOf());
    expect(new Set(forward.requests)).toEqual(new Set([`CONNECT ${new URL(server.url).host}`]));
    await forward.close();
  });

  test('by a program is made anew when it is refused in the middle of a run, once', async () => {
    const token = new Secret(server.adminToken).reveal();
    const code = `const fs = require('fs'); const first = !fs.existsSync(process.argv[1]);
      fs.writeFileSync(process.argv[1], '');
      console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: first ? 'ended-token' : '${token}' } }))`;
    const trace = `${kubernetes.kubeconfig()}.trace`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', code, trace],
      interactiveMode: 'Never',
    };
    const opened = await open({ user: { exec } });
    expect(await opened.inspect(freshName())).toBeUndefined();
  });
});

describe('the server', () => {
  test('with a certificate of another CA is not believed: the kubeconfig is to be mended', async () => {
    const other = Buffer.from((await makeLocalCertificate()).caPem).toString('base64');
    expect(await failureOf(open({ cluster: { 'certificate-authority-data': other } }))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('TLS failed'),
      hint: expect.stringContaining('certificate-authority-data of the cluster in kubeconfig'),
    });
  });

  test('that is not Kubernetes is named', async () => {
    proxy.inject({ match: () => true, fault: { kind: 'status', status: 404, body: '<html>', headers: {} } });
    expect(await failureOf(store.inspect(freshName()))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('a page that is not JSON'),
    });
  });

  test('that fails inside is unreachable, in its own words', async () => {
    const body = JSON.stringify({ kind: 'Status', reason: 'InternalError', message: 'etcdserver: leader changed' });
    proxy.inject({ match: ({ method }) => method === 'POST', fault: { kind: 'status', status: 500, body } });
    expect(await failureOf(store.mark(freshName(), markOf(), { pathIsEmpty: true }))).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('etcdserver: leader changed'),
    });
  });

  test('that answers in another shape is named by the field, and no value', async () => {
    const path = await delivered();
    proxy.inject({ match: () => true, fault: { kind: 'rewrite', body: withNumber } });
    const failure = await failureOf(store.read(path));
    expect(failure).toMatchObject({ message: expect.stringContaining('metadata.resourceVersion should be a string') });
  });

  test('that says no time is of no use for locks', async () => {
    const body = JSON.stringify({ kind: 'Status', details: { kind: 'secrets' } });
    // A proxy in between, whose answer has no Date.
    proxy.inject({ match: () => true, fault: { kind: 'status', status: 404, body, headers: { date: '' } } });
    expect(await failureOf(store.readRecord('lock/acme'))).toMatchObject({ code: 'UNREACHABLE' });
  });
});

describe('a listing', () => {
  const expired = { kind: 'status', status: 410, body: JSON.stringify({ kind: 'Status', reason: 'Expired' }) } as const;

  test('of several pages is whole, and begins anew where the server forgot what it listed', async () => {
    const own = await kubernetes.makeNamespace('pages');
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await store.write(`${own}/${name}`, documentOf('s-1'), 0);
    const file = kubernetes.kubeconfig({ server: proxy.url });
    const cluster = { kind: 'kubeconfig', file, shownFile: file, context: undefined, cwd: '/' } as const;
    const ports = systemPorts({});
    const api = new SecretsApi(createTransport(new ClusterLogin(cluster, ports), cluster, ports), cluster, { page: 2 });
    const list = async (): Promise<string[]> => (await api.list(own, { onlyOwn: true })).map(({ name }) => name);
    proxy.reset();
    expect([await list(), proxy.requests.length]).toEqual([names, 3]);
    proxy.inject({ match: isLaterPage, fault: expired });
    expect([await list(), proxy.requests.length]).toEqual([names, 8]);
    proxy.inject({ match: isLaterPage, fault: expired, times: 9 });
    await expect(list()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('asks for no value of any Secret', async () => {
    const path = await delivered();
    const answers: string[] = [];
    const body = (text: string): string => {
      answers.push(text);
      return text;
    };
    proxy.inject({ match: () => true, fault: { kind: 'rewrite', body }, times: 9 });
    await store.existing([path]);
    await store.existing([path], { includeDeleted: true });
    await store.inspect(path);
    await store.mark(freshName(), markOf(), { pathIsEmpty: true });
    await store.write(path, documentOf('s-2'), 1);
    expect(answers).toHaveLength(5);
    for (const answer of answers) expect(answer).not.toMatch(/"data":/);
  });
});
