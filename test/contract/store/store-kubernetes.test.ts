import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openKubernetesStore } from '../../../src/stores/kubernetes/index.ts';
import { startCountingProxy } from '../../support/servers/counting-proxy.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import { BUILD_TIMEOUT, createKubernetes, startKubernetes } from '../../support/servers/kubernetes.ts';
import type { KubernetesServer, TestKubernetes } from '../../support/servers/kubernetes.ts';
import { desiredAt } from '../../support/stores/desired-at.ts';
import { kubernetesSubject } from './kubernetes-subject.ts';
import { testStore } from './store-contract.ts';
import { testLongListing } from './store-listing.ts';
import type { StoreSubject } from './store-subject.ts';

describe('the Kubernetes store', () => {
  let server: KubernetesServer;
  let kubernetes: TestKubernetes;
  let proxy: CountingProxy;
  let subject: StoreSubject;
  beforeAll(async () => {
    server = await startKubernetes();
    kubernetes = createKubernetes(server);
    proxy = await startCountingProxy(server.url, { ca: server.caPem });
    const namespace = await kubernetes.makeNamespace('home');
    for (const folder of ['team-checkout', 'lock']) await kubernetes.ensureNamespace(folder);
    const file = kubernetes.kubeconfig({ server: proxy.url });
    const cluster = { kind: 'kubeconfig', file, shownFile: 'kubeconfig', context: undefined, cwd: '/' } as const;
    const settings = { kind: 'kubernetes', namespace, cluster } as const;
    subject = await kubernetesSubject(kubernetes, proxy, () => openKubernetesStore(settings, systemPorts({})));
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    await proxy.close();
    kubernetes.remove();
    await server.stop();
  });

  testStore(() => subject);
  testLongListing(() => subject);

  test('a look for doctor asks for namespaces and for rights, and for no Secret', async () => {
    const from = proxy.requests.length;
    await subject.store.checks?.(desiredAt(['orders', 'team-checkout/stock']));
    const asked = proxy.requests
      .slice(from)
      .map(({ method, path }) => `${method} ${path.replace(/\/namespaces\/.+/, '/namespaces/…')}`);
    expect(new Set(asked)).toEqual(
      new Set([
        'GET /api/v1/namespaces/…',
        'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
        'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      ]),
    );
    expect(proxy.requests.slice(from).some(({ path }) => path.includes('secrets'))).toBe(false);
  });
});
