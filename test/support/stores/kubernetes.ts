/** Kubernetes for whole runs: a server of its own behind a counting proxy, and a service account with the Role of the documentation. */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import { createKubernetes, startKubernetes } from '../servers/kubernetes.ts';
import type { TestKubernetes } from '../servers/kubernetes.ts';
import type { TestStore } from './test-store.ts';

/** Those that the paths of whole runs name. */
const NAMESPACES = ['team', 'team-checkout', 'team-report'];

const roleSchema = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});
const listSchema = z.object({ items: z.array(z.object({ data: z.record(z.string(), z.string()).optional() })) });
const labelsSchema = z.object({ labels: z.record(z.string(), z.string()).optional() });

export async function openTestKubernetes(): Promise<TestStore> {
  const server = await startKubernetes();
  const kubernetes = createKubernetes(server);
  const proxy = await startCountingProxy(server.url, { ca: server.caPem });
  const kubeconfig = kubernetes.kubeconfig({ server: proxy.url, user: { token: await makeAccount(kubernetes) } });
  return {
    kind: 'kubernetes',
    spec: { namespace: 'apps', kubeconfig },
    env: {},
    requests: () => proxy.requests.length,
    writes: async () =>
      proxy
        .writes()
        .filter(({ path }) => !path.includes('/secrets/grantry.'))
        .map(({ method, path }) => `${method} ${path}`),
    reset: async () => proxy.reset(),
    read: async (path) => {
      const { status, body } = await kubernetes.request('GET', placeOf(path));
      return status === 200 ? decoded(body.data) : undefined;
    },
    stateOf: async (path) => {
      const { status, body } = await kubernetes.request('GET', placeOf(path));
      return status === 200 ? labelsSchema.parse(body.metadata).labels?.['grantry/state'] : undefined;
    },
    remove: async (path) => void (await kubernetes.request('DELETE', placeOf(path))),
    putForeign: async (path, data) => {
      const [namespace, name] = path.split('/');
      const values = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      const secret = { metadata: { name }, data: Object.fromEntries(values) };
      await kubernetes.request('POST', `namespaces/${namespace}/secrets`, secret);
    },
    secrets: async () => {
      const { items } = listSchema.parse((await kubernetes.request('GET', 'secrets')).body);
      const documents = items.map(({ data }) => decoded(data));
      const held = documents.flatMap((data) => [data['client_secret'], data['client_secret_previous']]);
      return held.filter((secret) => secret !== undefined);
    },
    close: async () => {
      await proxy.close();
      kubernetes.remove();
      await server.stop();
    },
  };
}

/** The token of an account that has just the documented rights, in every namespace. */
async function makeAccount(kubernetes: TestKubernetes): Promise<string> {
  const text = readFileSync(new URL('../../../docs/kubernetes-role.yaml', import.meta.url), 'utf8');
  const { rules } = roleSchema.parse(parseAllDocuments(text)[0]?.toJS());
  for (const namespace of ['apps', ...NAMESPACES]) await kubernetes.ensureNamespace(namespace);
  const token = await kubernetes.makeAccount('apps', rules);
  for (const namespace of NAMESPACES) await kubernetes.bindAccountOf('apps', namespace, rules);
  return token;
}

function placeOf(path: string): string {
  return `namespaces/${path.replace('/', '/secrets/')}`;
}

function decoded(data: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}
