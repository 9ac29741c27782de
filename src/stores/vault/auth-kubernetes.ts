import type { Secret } from '../../model/secrets/secret.ts';
import type { Ports } from '../../platform/ports.ts';
import { SERVICE_ACCOUNT_TOKEN, serviceAccountToken } from '../../platform/workload/service-account.ts';

const VARIABLE = 'GRANTRY_KUBERNETES_TOKEN_FILE';

/** The pod's service-account token, or that of the file which the environment names. `product`: what it is to log in to. */
export function podToken(product: string, { env }: Pick<Ports, 'env'>): Promise<Secret> {
  const otherwise = `set ${VARIABLE} to its file`;
  return serviceAccountToken(env[VARIABLE] ?? SERVICE_ACCOUNT_TOKEN, { purpose: product, otherwise });
}
