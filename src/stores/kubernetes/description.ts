import { KeyedCache } from '../../platform/keyed-cache.ts';
import { defineStore } from '../description.ts';
import { kubernetesCapabilities } from './capabilities.ts';
import type { ClusterLogins } from './index.ts';
import { fullPath, namespaceProblem, pathProblem } from './names.ts';
import { describeKubernetes, isSameCluster, kubernetesSchema, resolveKubernetes } from './settings.ts';
import type { KubernetesSettings, KubernetesSpec } from './settings.ts';

/** Secrets in a Kubernetes cluster. */
export const kubernetes = defineStore<KubernetesSpec, KubernetesSettings>({
  kind: 'kubernetes',
  label: 'Kubernetes',
  capabilities: kubernetesCapabilities,
  settings: kubernetesSchema,

  // A kubeconfig names the server: it is checked when the store is opened.
  servers: () => [],

  *check({ namespace }) {
    const problem = namespace.includes('${env:') ? undefined : namespaceProblem(namespace);
    if (problem !== undefined) yield { rule: 'bad-store-path', key: 'namespace', problem: `is none: ${problem}` };
  },

  pathProblem,

  place: ({ namespace, kubeconfig = '', context = '' }) => ({
    root: JSON.stringify([kubeconfig, context]),
    folder: namespace,
    reach: '',
    key: 'namespace',
  }),

  fullPath: ({ namespace }, path) => fullPath(path, namespace),

  locate: ({ namespace }, path) => `kubernetes:${fullPath(path, namespace)}`,

  resolve: resolveKubernetes,

  describe: describeKubernetes,

  opener() {
    const logins: ClusterLogins = new KeyedCache(isSameCluster);
    return {
      open: async (settings, ports, options) =>
        (await import('./index.ts')).openKubernetesStore(settings, ports, { ...options, logins }),
    };
  },
});
