/** The Roles in docs/ are enough for what they are for, and what is missing is named: on a real API server with RBAC. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openKubernetesStore } from '../../../src/stores/kubernetes/index.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, markOf } from '../../contract/store/store-subject.ts';
import { BUILD_TIMEOUT, createKubernetes, startKubernetes } from '../../support/servers/kubernetes.ts';
import type { KubernetesServer, Rule, TestKubernetes } from '../../support/servers/kubernetes.ts';

const roleSchema = z.looseObject({
  kind: z.literal('Role'),
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

let server: KubernetesServer;
let kubernetes: TestKubernetes;
let namespace: string;

beforeAll(async () => {
  server = await startKubernetes();
  kubernetes = createKubernetes(server);
  namespace = await kubernetes.makeNamespace('rights');
}, BUILD_TIMEOUT);
afterAll(async () => {
  kubernetes.remove();
  await server.stop();
});

/** The rules of the documentation. */
function rulesOf(file: string): readonly Rule[] {
  const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
  const role = parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .find((object) => roleSchema.safeParse(object).success);
  return roleSchema.parse(role).rules;
}

async function storeWith(rules: readonly Rule[]): Promise<Store> {
  const token = await kubernetes.makeAccount(namespace, rules);
  const file = kubernetes.kubeconfig({ user: { token } });
  const cluster = { kind: 'kubeconfig', file, shownFile: 'kubeconfig', context: undefined, cwd: '/' } as const;
  return openKubernetesStore({ kind: 'kubernetes', namespace, cluster }, systemPorts({}));
}

let count = 0;
const freshName = (): string => `client-${(count += 1)}`;

/** What `apply` and `verify` do, one step per kind of call. */
async function apply(store: Store): Promise<void> {
  const path = freshName();
  await store.existing([path]);
  await store.mark(path, markOf(), { pathIsEmpty: true });
  await store.write(path, documentOf('s-1'), 0);
  await store.mark(path, markOf('other'));
  await store.write(path, documentOf('s-2'), 1);
  await store.inspect(path);
  expect((await store.read(path))?.version).toBe(2);
  const { version } = await store.writeRecord(`lock/${path}`, { some: 'record' }, 0);
  await store.writeRecord(`lock/${path}`, { other: 'record' }, version);
  expect((await store.readRecord(`lock/${path}`)).version).toBe(2);
}

/** What `rotate` does with a document that is there. */
async function rotate(store: Store, path: string): Promise<void> {
  const entry = await store.inspect(path);
  await store.read(path);
  await store.mark(path, markOf('orders', { notes: { step: 'begun' } }));
  await store.write(path, documentOf('s-next'), entry?.version ?? 0);
  await store.writeRecord(`lock/${path}`, {}, 0);
}

/** A document that an administrator made. */
async function madeDocument(): Promise<string> {
  const path = freshName();
  await (await storeWith(rulesOf('kubernetes-role.yaml'))).write(path, documentOf('s-1'), 0);
  return path;
}

describe('the manifests for Kubernetes', () => {
  const API_OF: Readonly<Record<string, string>> = {
    Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles',
    RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings',
    CronJob: '/apis/batch/v1/namespaces/NS/cronjobs',
    Deployment: '/apis/apps/v1/namespaces/NS/deployments',
  };
  const objectSchema = z.looseObject({ kind: z.string(), metadata: z.looseObject({ namespace: z.string() }) });

  test.each([
    'docs/kubernetes-role.yaml',
    'docs/kubernetes-role-plan.yaml',
    'docs/kubernetes-role-rotate.yaml',
    'docs/kubernetes-role-purge.yaml',
    'examples/kubernetes/rotate.yaml',
    'examples/consumers/kubernetes.yaml',
  ])('%s is taken by the server, to the last field', async (file) => {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    const objects = parseAllDocuments(text).map((document) => objectSchema.parse(document.toJS()));
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) {
      await kubernetes.ensureNamespace(object.metadata.namespace);
      const path = API_OF[object.kind]?.replace('NS', object.metadata.namespace) ?? '';
      const answer = await kubernetes.request('POST', `${path}?dryRun=All&fieldValidation=Strict`, object);
      expect(answer).toMatchObject({ status: 201 });
    }
  });
});

describe('the Role of the documentation', () => {
  test('is enough to apply and verify, and not to purge', async () => {
    const store = await storeWith(rulesOf('kubernetes-role.yaml'));
    await apply(store);
    expect(await failureOf(store.purge(await madeDocument()))).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining(`to delete secrets in the namespace ${namespace}`),
    });
  });

  test('with that for --purge-store is enough to purge', async () => {
    const store = await storeWith([...rulesOf('kubernetes-role.yaml'), ...rulesOf('kubernetes-role-purge.yaml')]);
    const path = await madeDocument();
    await store.purge(path);
    expect(await store.inspect(path)).toBeUndefined();
  });

  test('for plan is enough to look, and not to write', async () => {
    const store = await storeWith(rulesOf('kubernetes-role-plan.yaml'));
    const path = await madeDocument();
    expect(await store.existing([path])).toEqual(new Set([path]));
    expect(await store.inspect(path)).toMatchObject({ version: 1 });
    expect((await store.readRecord('ledger/acme')).version).toBe(0);
    const calls = [
      () => store.mark(path, markOf()),
      () => store.write(path, documentOf('s-2'), 1),
      () => store.writeRecord('lock/acme', {}, 0),
    ];
    for (const call of calls) expect(await failureOf(call())).toMatchObject({ code: 'NOT_ALLOWED' });
  });

  test('for rotate is enough to rotate', async () => {
    const path = await madeDocument();
    const store = await storeWith(rulesOf('kubernetes-role-rotate.yaml'));
    await rotate(store, path);
    expect((await store.read(path))?.version).toBe(2);
  });

  test.each(['get', 'list', 'create', 'patch'])('without %s: the error names the verb and the line', async (verb) => {
    const rules = rulesOf('kubernetes-role.yaml').map((rule) => ({
      ...rule,
      verbs: rule.resources.includes('secrets') ? rule.verbs.filter((each) => each !== verb) : rule.verbs,
    }));
    const failure = await failureOf(apply(await storeWith(rules)));
    expect(failure).toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringMatching(
        new RegExp(`^Kubernetes does not allow system:serviceaccount:${namespace}:account-\\w+ to ${verb} secrets in`),
      ),
      hint: expect.stringContaining(`{apiGroups: [""], resources: [secrets], verbs: [${verb}]}`),
    });
  });

  test('without a look at the namespace is enough too', async () => {
    const rules = rulesOf('kubernetes-role.yaml').filter(({ resources }) => resources.includes('secrets'));
    expect(rules).toHaveLength(1);
    await apply(await storeWith(rules));
  });
});
