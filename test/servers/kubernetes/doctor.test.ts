/** What `doctor` looks at in Kubernetes: each check where it fails, and the commands that it names, run by kubectl where there is one. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { CheckResult } from '../../../src/model/check.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import type { Ports } from '../../../src/platform/ports.ts';
import { openKubernetesStore } from '../../../src/stores/kubernetes/index.ts';
import type { Store } from '../../../src/stores/store.ts';
import { documentOf, failureOf, markOf } from '../../contract/store/store-subject.ts';
import { runCommands } from '../../support/process/run-commands.ts';
import { BUILD_TIMEOUT, createKubernetes, startKubernetes } from '../../support/servers/kubernetes.ts';
import type { KubernetesServer, Rule, TestKubernetes } from '../../support/servers/kubernetes.ts';
import { desiredAt } from '../../support/stores/desired-at.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../../support/stores/findings.ts';

const ruleSchema = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
});
const roleSchema = z.looseObject({ kind: z.literal('Role'), rules: z.array(ruleSchema) });

let server: KubernetesServer;
let kubernetes: TestKubernetes;
let home: string;
let other: string;

beforeAll(async () => {
  server = await startKubernetes();
  kubernetes = createKubernetes(server);
}, BUILD_TIMEOUT);
afterAll(async () => {
  kubernetes.remove();
  await server.stop();
});
beforeEach(async () => {
  home = await kubernetes.makeNamespace('home');
  other = await kubernetes.makeNamespace('other');
});

/** The rules of the documentation. */
function rulesOf(file: string): readonly Rule[] {
  const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
  const objects = parseAllDocuments(text).map((document): unknown => document.toJS());
  return roleSchema.parse(objects.find((object) => roleSchema.safeParse(object).success)).rules;
}

function without(verb: string, rules = rulesOf('kubernetes-role.yaml')): readonly Rule[] {
  return rules.map((rule) => ({
    ...rule,
    verbs: rule.resources.includes('secrets') ? rule.verbs.filter((each) => each !== verb) : rule.verbs,
  }));
}

/** What is enough where patches are limited to these Secrets. */
function patchesOf(resourceNames: string[]): readonly Rule[] {
  return [
    ...rulesOf('kubernetes-role-plan.yaml'),
    Object.assign({ apiGroups: [''], resources: ['secrets'], verbs: ['patch'] }, { resourceNames }),
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  ];
}

async function accountWith(rules: readonly Rule[], inOther = rules): Promise<string> {
  const token = await kubernetes.makeAccount(home, rules);
  await kubernetes.bindAccountOf(home, other, inOther);
  return token;
}

function open(
  token: string,
  { ports = systemPorts({}), namespace = home }: { ports?: Ports; namespace?: string } = {},
): Promise<Store> {
  const file = kubernetes.kubeconfig({ user: { token } });
  const cluster = { kind: 'kubeconfig', file, shownFile: 'kubeconfig', context: undefined, cwd: '/' } as const;
  return openKubernetesStore({ kind: 'kubernetes', namespace, cluster }, ports, { forChecks: true });
}

async function check(token: string, options: Parameters<typeof open>[1] = {}): Promise<readonly CheckResult[]> {
  return (await (await open(token, options)).checks?.(desiredAt(['orders', `${other}/stock`]))) ?? [];
}

describe('a login with the documented Roles', () => {
  test('for apply has no trouble, with or without the right to purge', async () => {
    const results = await check(await accountWith(rulesOf('kubernetes-role.yaml')));
    expect(troubles(results)).toEqual({});
    expect(wordsOf(findingOf(results, 'purge-documents'))).toContain(`delete secrets in ${home}`);
    const both = [...rulesOf('kubernetes-role.yaml'), ...rulesOf('kubernetes-role-purge.yaml')];
    expect(findingOf(await check(await accountWith(both)), 'purge-documents')).toEqual({ kind: 'fine' });
  });

  test.each(['plan', 'rotate'] as const)('for %s has no trouble with that', async (purpose) => {
    const results = await check(await accountWith(rulesOf(`kubernetes-role-${purpose}.yaml`)));
    const concerned = results.filter(({ purposes }) => purposes.includes(purpose));
    expect(concerned.length).toBeGreaterThan(3);
    expect(troubles(concerned)).toEqual({});
  });
});

describe('a login', () => {
  test.each([
    ['list', ['list-secrets']],
    ['get', ['get-secrets', 'hold-lock', 'read-ledger', 'write-ledger']],
    ['create', ['create-secrets', 'hold-lock', 'write-ledger']],
    ['patch', ['hold-lock', 'patch-secrets', 'write-ledger']],
  ])('that may not %s has a problem with all that takes it', async (verb, ids) => {
    const found = troubles(await check(await accountWith(without(verb))));
    expect(Object.keys(found).toSorted()).toEqual(ids);
    expect(new Set(Object.values(found))).toEqual(new Set(['problem']));
  });

  test('that may do it in one namespace is told of the other', async () => {
    const results = await check(await accountWith(rulesOf('kubernetes-role.yaml'), without('patch')));
    expect(troubles(results)).toEqual({ 'patch-secrets': 'problem' });
    expect(wordsOf(findingOf(results, 'patch-secrets'))).toContain(`The login may not patch secrets in ${other}\n`);
  });

  test('that may do it with the very Secrets that are needed has no trouble', async () => {
    const records = ['grantry.lock.acme-platform', 'grantry.ledger.acme-platform'];
    expect(troubles(await check(await accountWith(patchesOf(['orders', ...records]), patchesOf(['stock']))))).toEqual(
      {},
    );
    const results = await check(await accountWith(patchesOf(records), patchesOf(['stock', 'more'])));
    expect(troubles(results)).toEqual({ 'patch-secrets': 'problem' });
  });

  test('that may do everything is a risk', async () => {
    expect(troubles(await check(server.adminToken))).toEqual({ 'login-might': 'risk' });
  });

  test('whose clock is far off is at risk', async () => {
    const real = systemPorts({});
    const ports = { ...real, clock: { ...real.clock, now: () => Date.now() + 60_000 } };
    const results = await check(await accountWith(rulesOf('kubernetes-role.yaml')), { ports });
    expect(troubles(results)).toEqual({ clock: 'risk' });
  });
});

describe('a namespace', () => {
  test('that is not there is found, also the one of the Target', async () => {
    // Only an administrator may look at one that no Role can be in.
    const results = await check(server.adminToken, { namespace: `${home}-none` });
    expect(troubles(results)).toMatchObject({ namespaces: 'problem' });
    expect(commandsOf(results)).toContain(`kubectl create namespace ${home}-none`);
  });

  test('that the login may not see is not known', async () => {
    const rules = rulesOf('kubernetes-role.yaml').filter(({ resources }) => resources.includes('secrets'));
    const results = await check(await accountWith(rules));
    expect(troubles(results)).toEqual({ namespaces: 'unknown' });
  });

  test('that is being deleted is a problem', async () => {
    const token = await accountWith(rulesOf('kubernetes-role.yaml'));
    await kubernetes.request('DELETE', `namespaces/${other}`);
    expect(troubles(await check(token))).toMatchObject({ 'namespaces-stay': 'problem' });
  });
});

function run(commands: readonly string[]): Promise<string> {
  return runCommands(commands, {}, { KUBECONFIG: kubernetes.kubeconfig(), HOME: '/nonexistent' });
}

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasKubectl())('the commands that doctor names', () => {
  test('give a login without any right all that it needs', async () => {
    const token = await accountWith([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]);
    const before = await check(token);
    expect(troubles(before)).toEqual({
      namespaces: 'unknown',
      'list-secrets': 'problem',
      'get-secrets': 'problem',
      'create-secrets': 'problem',
      'patch-secrets': 'problem',
      'read-ledger': 'problem',
      'write-ledger': 'problem',
      'hold-lock': 'problem',
    });
    await run(commandsOf(before));
    expect(troubles(await check(token))).toEqual({});
    const store = await open(token);
    for (const path of ['orders', `${other}/stock`]) {
      await store.existing([path]);
      await store.mark(path, markOf(), { pathIsEmpty: true });
      await store.write(path, documentOf('s-1'), 0);
      await store.write(path, documentOf('s-2'), 1);
      expect((await store.read(path))?.version).toBe(2);
      expect(await failureOf(store.purge(path))).toMatchObject({ code: 'NOT_ALLOWED' });
    }
    for (const name of ['lock/acme-platform', 'ledger/acme-platform']) {
      const { version } = await store.writeRecord(name, {}, 0);
      await store.writeRecord(name, {}, version);
    }
  });

  test('can be run twice, and for two logins in one namespace', async () => {
    const tokens = [await accountWith(without('patch')), await accountWith(without('patch'))];
    for (const token of [...tokens, ...tokens]) {
      const results = await check(token);
      await run(commandsOf(results));
    }
    for (const token of tokens) expect(troubles(await check(token))).toEqual({});
  });

  test('make a namespace that is missing', async () => {
    const namespace = `${home}-new`;
    const commands = commandsOf(await check(server.adminToken, { namespace })).filter((each) =>
      each.includes(namespace),
    );
    await run(commands);
    expect(troubles(await check(server.adminToken, { namespace }))).toEqual({ 'login-might': 'risk' });
  });
});
