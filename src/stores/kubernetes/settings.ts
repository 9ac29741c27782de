import { normalize, resolve } from 'node:path';
import * as z from 'zod';
import type { ResolveContext } from '../../manifest/backends.ts';
import { templateSchema } from '../../manifest/schema/settings.ts';
import { GrantryError } from '../../model/errors.ts';
import { namespaceProblem } from './names.ts';

/** What a Kubernetes store is opened with. */
export interface KubernetesSettings {
  readonly kind: 'kubernetes';
  /** Of documents whose path names none, and of the records. */
  readonly namespace: string;
  readonly cluster: ClusterSettings;
}

/** Which cluster, and as whom: what the pod has that grantry runs in, or what a kubeconfig says. */
export type ClusterSettings =
  | { readonly kind: 'in-cluster' }
  | {
      readonly kind: 'kubeconfig';
      /** Absolute. */
      readonly file: string;
      /** As the Target writes it. */
      readonly shownFile: string;
      /** Undefined: the current one. */
      readonly context: string | undefined;
      /** The working directory: what lies below it a pull request may have written. */
      readonly cwd: string;
    };

/** The settings as a Target has them. */
export const kubernetesSchema = z
  .strictObject({
    namespace: templateSchema.meta({
      description: 'Namespace of the Secrets; a credential path NAMESPACE/NAME names another one.',
    }),
    kubeconfig: templateSchema.optional().meta({
      description: 'Path of a kubeconfig, relative to where grantry runs. Default: the service account of its pod.',
    }),
    context: templateSchema.optional().meta({ description: 'Context of the kubeconfig. Default: its current one.' }),
  })
  .superRefine(({ kubeconfig, context }, issues) => {
    if (context === undefined || kubeconfig !== undefined) return;
    issues.addIssue({ code: 'custom', path: ['context'], message: 'needs kubeconfig beside it' });
  });

export type KubernetesSpec = z.output<typeof kubernetesSchema>;

export function resolveKubernetes(
  { namespace, kubeconfig, context }: KubernetesSpec,
  { cwd }: Pick<ResolveContext<KubernetesSpec>, 'cwd'>,
): KubernetesSettings {
  const problem = namespaceProblem(namespace);
  if (problem !== undefined) {
    throw new GrantryError('INVALID_INPUT', `spec.store.kubernetes.namespace is none: ${problem}`);
  }
  const cluster: ClusterSettings =
    kubeconfig === undefined
      ? { kind: 'in-cluster' }
      : { kind: 'kubeconfig', file: resolve(cwd, kubeconfig), shownFile: normalize(kubeconfig), context, cwd };
  return { kind: 'kubernetes', namespace, cluster };
}

/** How output names the store as a whole. */
export function describeKubernetes({ namespace, cluster }: KubernetesSettings): string {
  const context = cluster.kind === 'kubeconfig' && cluster.context !== undefined ? ` of ${cluster.context}` : '';
  return `Kubernetes Secrets in ${namespace}${context}`;
}

/** Whether both have the same cluster and login. */
export function isSameCluster(one: ClusterSettings, other: ClusterSettings): boolean {
  if (one.kind === 'in-cluster' || other.kind === 'in-cluster') return one.kind === other.kind;
  return one.file === other.file && one.context === other.context;
}
