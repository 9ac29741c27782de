import type { ClusterSettings } from './settings.ts';

/** The command line that reaches the same cluster by the same login. */
export function kubectl(cluster: ClusterSettings): string {
  if (cluster.kind === 'in-cluster') return 'kubectl';
  const context = cluster.context === undefined ? '' : ` --context ${cluster.context}`;
  return `kubectl --kubeconfig ${cluster.shownFile}${context}`;
}
