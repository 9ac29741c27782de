import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { GrantryError } from '../../../model/errors.ts';
import type { Environment } from '../../../platform/proxy.ts';
import { SERVICE_ACCOUNT_FOLDER } from '../../../platform/workload/service-account.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/** The cluster that grantry's pod runs in (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/). */
export function inCluster(env: Environment, folder = SERVICE_ACCOUNT_FOLDER): ClusterAccess {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === '') {
    throw new GrantryError(
      'INVALID_INPUT',
      'grantry does not run in a Kubernetes pod: KUBERNETES_SERVICE_HOST is not set',
      {
        hint: 'Elsewhere, set spec.store.kubernetes.kubeconfig to the path of a kubeconfig.',
      },
    );
  }
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    ca: { kind: 'file', file: join(folder, 'ca.crt') },
    tlsServerName: undefined,
    proxyUrl: undefined,
    user: { kind: 'token-file', file: join(folder, 'token') },
  };
}
