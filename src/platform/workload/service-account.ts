import { readFile } from 'node:fs/promises';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';

/** Where Kubernetes puts the token and the CA of a pod's service account. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The token that every pod has. */
export const SERVICE_ACCOUNT_TOKEN = `${SERVICE_ACCOUNT_FOLDER}/token`;

/**
 * The pod's service-account token. Read anew at every login: Kubernetes replaces the file while the pod runs. `purpose`: what it
 * is to log in to; `otherwise`: how to name another file.
 */
export async function serviceAccountToken(
  file: string,
  { purpose, otherwise }: { readonly purpose: string; readonly otherwise: string },
): Promise<Secret> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() === '') {
    throw new GrantryError('NOT_ALLOWED', `There is no service-account token at ${file} to log in to ${purpose} with`, {
      hint: `This login works in a Kubernetes pod; for a projected token, ${otherwise}.`,
    });
  }
  return new Secret(text.trim());
}
