import { readFile } from 'node:fs/promises';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Ports } from '../../platform/ports.ts';
import { productOf } from './product.ts';
import type { Server } from './product.ts';

const DEFAULT_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const VARIABLE = 'GRANTRY_KUBERNETES_TOKEN_FILE';

/** The pod's service-account token. Read anew at every login: Kubernetes replaces the file while the pod runs. */
export async function serviceAccountToken(server: Server, ports: Pick<Ports, 'env'>): Promise<Secret> {
  const file = ports.env[VARIABLE] ?? DEFAULT_FILE;
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() === '') {
    throw new GrantryError(
      'NOT_ALLOWED',
      `There is no service-account token at ${file} to log in to ${productOf(server).label} with`,
      {
        hint: `This login works in a Kubernetes pod; for a projected token, set ${VARIABLE} to its file.`,
      },
    );
  }
  return new Secret(text.trim());
}
