import { z } from 'zod';
import type { Clock } from '../../../platform/clock.ts';
import type { KubernetesAnswer, KubernetesTransport } from '../call.ts';
import { isForbidden, kubernetesError, unexpectedBody } from '../errors.ts';
import type { Attempted } from '../errors.ts';
import type { ClusterSettings } from '../settings.ts';

/** What the questions about a login are asked by. */
export interface ReviewPorts {
  readonly send: KubernetesTransport;
  readonly clock: Pick<Clock, 'now'>;
}

/** What is to be allowed, as a Role says it; without a name: on all of them. */
export interface Access {
  readonly namespace: string;
  readonly verb: string;
  readonly resource: string;
  readonly name?: string;
}

const accessBody = z.object({ status: z.object({ allowed: z.boolean() }) });
const loginBody = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/**
 * Asks whether the login may do something. All authorizers of the cluster are asked, as for a request itself; the review of rules
 * knows those of RBAC alone. It is sent by POST and is nowhere kept: nothing is written.
 */
export async function isAllowed(
  { namespace, verb, resource, name }: Access,
  send: KubernetesTransport,
  cluster: ClusterSettings,
): Promise<boolean> {
  const resourceAttributes = { namespace, verb, group: resource === '*' ? '*' : '', resource, name };
  const attempted: Attempted = { verb: 'create', resource: 'selfsubjectaccessreviews', namespace };
  const answer = await send({
    method: 'POST',
    api: 'authorization.k8s.io/v1',
    path: 'selfsubjectaccessreviews',
    json: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
  });
  return expect(accessBody, answer, attempted, cluster).status.allowed;
}

/** As whom grantry is logged in, and the server's clock in milliseconds since the epoch. */
export interface WhoAmI {
  /** Undefined: a server before 1.28, or one that does not let this be asked. */
  readonly user: string | undefined;
  readonly now: number | undefined;
}

/** Nothing is written by this either. */
export async function askWho(namespace: string, send: KubernetesTransport, cluster: ClusterSettings): Promise<WhoAmI> {
  const answer = await send({
    method: 'POST',
    api: 'authentication.k8s.io/v1',
    path: 'selfsubjectreviews',
    json: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  const time = Date.parse(answer.headers.get('date') ?? '');
  const now = Number.isNaN(time) ? undefined : time;
  if (isForbidden(answer) || answer.status === 404) return { user: undefined, now };
  const attempted: Attempted = { verb: 'create', resource: 'selfsubjectreviews', namespace };
  return { user: expect(loginBody, answer, attempted, cluster).status.userInfo.username, now };
}

function expect<T>(schema: z.ZodType<T>, answer: KubernetesAnswer, attempted: Attempted, cluster: ClusterSettings): T {
  if (answer.status !== 200 && answer.status !== 201) throw kubernetesError(answer, attempted, cluster);
  const { data, error } = schema.safeParse(answer.body);
  if (error !== undefined) throw unexpectedBody(answer, error, cluster);
  return data;
}
