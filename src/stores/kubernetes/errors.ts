import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { quoted } from '../../model/text/printable.ts';
import { describeMismatch } from '../../platform/mismatch.ts';
import { describeSecret } from './names.ts';
import type { SecretName } from './names.ts';
import { kubectl } from './kubectl.ts';
import type { ClusterSettings } from './settings.ts';
import type { KubernetesAnswer } from './call.ts';

/** What was attempted, for the wording of an error. */
export interface Attempted {
  /** As a Role names it. */
  readonly verb: 'get' | 'list' | 'create' | 'patch' | 'delete';
  readonly resource: 'secrets' | 'namespaces' | 'selfsubjectaccessreviews' | 'selfsubjectreviews';
  readonly namespace: string;
  /** Undefined for a listing. */
  readonly secret?: SecretName;
}

/** What the API server says of a request that it did not carry out (meta.k8s.io/v1 Status). */
const statusSchema = z.object({
  kind: z.literal('Status'),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .object({
      kind: z.string().optional(),
      causes: z.array(z.object({ reason: z.string().optional(), field: z.string().optional() })).nullish(),
    })
    .optional(),
});

type Status = z.infer<typeof statusSchema>;

function statusOf({ body }: KubernetesAnswer): Status | undefined {
  return statusSchema.safeParse(body).data;
}

/** The Secret is not there; nothing else is missing, such as its namespace. */
export function isAbsent(answer: KubernetesAnswer): boolean {
  return answer.status === 404 && statusOf(answer)?.details?.kind === 'secrets';
}

/** Somebody else made or changed it. */
export function isConflict({ status }: KubernetesAnswer): boolean {
  return status === 409;
}

/** A listing that goes on from a moment which the server has forgotten. */
export function isExpired(answer: KubernetesAnswer): boolean {
  return answer.status === 410;
}

/** The login may not do it; not that there was no login, nor that a quota or a webhook is against it. */
export function isForbidden(answer: KubernetesAnswer): boolean {
  const user = answer.status === 403 ? userIn(statusOf(answer)) : undefined;
  return user !== undefined && user !== ANONYMOUS;
}

const ANONYMOUS = 'system:anonymous';

/** Whom a refusal is about: `User "system:serviceaccount:ci:grantry" cannot …`. */
function userIn(status: Status | undefined): string | undefined {
  return /\bUser "([^"]+)" cannot /.exec(status?.message ?? '')?.[1];
}

/** The error for an answer that is not the one expected. */
export function kubernetesError(
  answer: KubernetesAnswer,
  attempted: Attempted,
  cluster: ClusterSettings,
): GrantryError {
  const status = statusOf(answer);
  const { server } = answer;
  if (status === undefined) return notKubernetes(answer, cluster);
  const words = status.message === undefined ? '' : `: ${quoted(status.message)}`;
  if (answer.status === 404 && status.details?.kind === 'namespaces') return noNamespace(attempted.namespace, cluster);
  if (isTerminating(status)) return terminating(attempted.namespace);
  if (answer.status === 403) return forbidden(status, attempted, cluster);
  if (answer.status === 422 && attempted.secret !== undefined && isTooLong(status)) return tooLarge(attempted.secret);
  if (answer.status === 413 && attempted.secret !== undefined) return tooLarge(attempted.secret);
  if (answer.status === 422 && attempted.secret !== undefined && isImmutable(status))
    return immutable(attempted.secret);
  if (answer.status === 429 || answer.status >= 500) {
    return unreachable(`Kubernetes at ${server} answers ${answer.status} at ${whereOf(attempted)}${words}`, cluster);
  }
  return new GrantryError(
    'FAILED',
    `Kubernetes at ${server} answers ${answer.status} at ${whereOf(attempted)}${words}`,
  );
}

/** The error for an answer that does not look as documented: which field. */
export function unexpectedBody(answer: KubernetesAnswer, error: z.ZodError, cluster: ClusterSettings): GrantryError {
  if (answer.format !== 'json') return notKubernetes(answer, cluster);
  return unreachable(
    `Kubernetes at ${answer.server} gave an answer that does not look like Kubernetes': ${describeMismatch(error)}`,
    cluster,
  );
}

/** The error for a login that is not accepted. */
export function unauthorized(server: string, cluster: ClusterSettings): GrantryError {
  const whose =
    cluster.kind === 'in-cluster' ? "the token of the pod's service account" : `the login in ${cluster.shownFile}`;
  return new GrantryError(
    'NOT_ALLOWED',
    `Kubernetes at ${server} does not accept ${whose}: wrong, expired or revoked`,
    {
      hint: `Check it with: ${kubectl(cluster)} auth whoami`,
    },
  );
}

/** The error for a namespace that is not there. */
export function noNamespace(namespace: string, cluster: ClusterSettings): GrantryError {
  return new GrantryError('NOT_ALLOWED', `Kubernetes has no namespace ${namespace}`, {
    hint: `grantry makes none. Check spec.store.kubernetes.namespace and the paths of the Clients, or make it: ${kubectl(cluster)} create namespace ${namespace}`,
  });
}

/** The error for a namespace that is being deleted. */
export function terminating(namespace: string): GrantryError {
  return new GrantryError(
    'NOT_ALLOWED',
    `The namespace ${namespace} is being deleted: Kubernetes takes nothing new there`,
    {
      hint: 'Wait until it is gone and make it again, or name another one.',
    },
  );
}

/** The error for a Secret that nobody can change any more. */
export function immutable(secret: SecretName): GrantryError {
  return new GrantryError('FAILED', `${describeSecret(secret)} is immutable: Kubernetes lets nobody change it`, {
    hint: `Nothing was changed. Once nobody needs what is in it: kubectl delete secret ${secret.name} -n ${secret.namespace}`,
  });
}

/** The error for a Secret that Kubernetes will delete as soon as its finalizers allow. */
export function beingDeleted(secret: SecretName): GrantryError {
  return new GrantryError('FAILED', `${describeSecret(secret)} is being deleted, and a finalizer keeps it for now`, {
    hint: `See whose finalizer it is: kubectl get secret ${secret.name} -n ${secret.namespace} -o jsonpath={.metadata.finalizers}`,
  });
}

/** The error for a document that has no room in a Secret. */
export function tooLarge(secret: SecretName): GrantryError {
  return new GrantryError(
    'INVALID_INPUT',
    `${describeSecret(secret)} would be larger than the 1 MiB that Kubernetes takes`,
    {
      hint: 'Remove keys of your own from it, or grant fewer scopes.',
    },
  );
}

function isTooLong({ message = '' }: Status): boolean {
  return message.includes('Too long');
}

function isImmutable({ message = '' }: Status): boolean {
  return message.includes('field is immutable when `immutable` is set');
}

function isTerminating({ details }: Status): boolean {
  return details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}

function forbidden(status: Status, { verb, resource, namespace }: Attempted, cluster: ClusterSettings): GrantryError {
  const user = userIn(status);
  if (user === ANONYMOUS) {
    return new GrantryError('NOT_ALLOWED', 'Kubernetes was asked without any login', {
      hint: `The kubeconfig names no credential for this context. Check it with: ${kubectl(cluster)} auth whoami`,
    });
  }
  if (user === undefined) {
    const words = status.message === undefined ? '' : `: ${quoted(status.message)}`;
    const message = `Kubernetes refuses to ${verb} ${resource} in the namespace ${namespace}${words}`;
    return new GrantryError('NOT_ALLOWED', message, {
      hint: 'It is no Role that is missing: a quota, a policy or a webhook of the cluster is against it.',
    });
  }
  return new GrantryError(
    'NOT_ALLOWED',
    `Kubernetes does not allow ${quoted(user, 200)} to ${verb} ${resource} in the namespace ${namespace}`,
    {
      hint: `The Role there needs: {apiGroups: [""], resources: [${resource}], verbs: [${verb}]}. docs/kubernetes-role.yaml is all that is needed, and kubernetes-role-purge.yaml for --purge-store.`,
    },
  );
}

function notKubernetes({ format, status, server }: KubernetesAnswer, cluster: ClusterSettings): GrantryError {
  const what = format === 'other' ? 'a page that is not JSON' : 'something else than Kubernetes';
  return unreachable(`At ${server} answers ${what} (status ${status})`, cluster);
}

function unreachable(message: string, cluster: ClusterSettings): GrantryError {
  return new GrantryError('UNREACHABLE', message, { hint: `Check it with: ${kubectl(cluster)} get --raw /readyz` });
}

function whereOf({ secret, namespace, resource }: Attempted): string {
  return secret === undefined ? `${resource} of ${namespace}` : describeSecret(secret);
}
