import type { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { bodies, MANAGED_BY, toContent, toMetadata } from './convert.ts';
import type { SecretContent, SecretMetadata } from './convert.ts';
import {
  beingDeleted,
  isAbsent,
  isConflict,
  isExpired,
  isForbidden,
  kubernetesError,
  noNamespace,
  terminating,
  unexpectedBody,
} from './errors.ts';
import type { Attempted } from './errors.ts';
import type { SecretName } from './names.ts';
import type { ClusterSettings } from './settings.ts';
import type { KubernetesAnswer, KubernetesTransport } from './call.ts';

/** How a write ended: `lost` when the Secret is another one by now, or not there. */
export type Written =
  | { readonly kind: 'done'; readonly secret: SecretMetadata; readonly now: number | undefined }
  | { readonly kind: 'lost' };

/** What of a Secret is set; null takes a key away. */
export interface SecretChange {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string | null>>;
  /** In base64; undefined: as it is. */
  readonly data?: Readonly<Record<string, string | null>>;
}

interface WriteOptions {
  /** Changes what users see. */
  readonly writes: boolean;
  readonly type?: string;
}

/** Secrets in one answer of a listing: a page of ten thousand clients would be twenty megabytes. */
const PAGE = 1000;
const ATTEMPTS = 3;

/** The calls of the Kubernetes API that grantry needs. */
export class SecretsApi {
  readonly #send: KubernetesTransport;
  readonly #cluster: ClusterSettings;
  readonly #page: number;

  /** `page`: how many Secrets one answer of a listing has. */
  constructor(send: KubernetesTransport, cluster: ClusterSettings, { page = PAGE }: { readonly page?: number } = {}) {
    this.#send = send;
    this.#cluster = cluster;
    this.#page = page;
  }

  /** Refuses a namespace that is not there or is being deleted; a login that may not see namespaces learns nothing. */
  async checkNamespace(namespace: string): Promise<void> {
    const found = await this.lookAtNamespace(namespace);
    if (found === 'absent') throw noNamespace(namespace, this.#cluster);
    if (found === 'terminating') throw terminating(namespace);
  }

  /** `hidden`: the login may not see it. */
  async lookAtNamespace(namespace: string): Promise<'there' | 'hidden' | 'absent' | 'terminating'> {
    const attempted: Attempted = { verb: 'get', resource: 'namespaces', namespace };
    const answer = await this.#send({ method: 'GET', path: `namespaces/${namespace}` });
    if (isForbidden(answer)) return 'hidden';
    if (answer.status === 404) return 'absent';
    const { status } = this.#expect(bodies.namespace, answer, attempted);
    return status?.phase === 'Terminating' ? 'terminating' : 'there';
  }

  /** All Secrets of a namespace, or those that grantry labelled, without their values. */
  async list(namespace: string, { onlyOwn }: { readonly onlyOwn: boolean }): Promise<readonly SecretMetadata[]> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const found = await this.#listOnce(namespace, onlyOwn);
      if (found !== undefined) return found;
    }
    throw new GrantryError('UNREACHABLE', `Kubernetes forgets every listing of ${namespace} before its last page`);
  }

  /** Undefined when the server forgot what it was listing. */
  async #listOnce(namespace: string, onlyOwn: boolean): Promise<readonly SecretMetadata[] | undefined> {
    const attempted: Attempted = { verb: 'list', resource: 'secrets', namespace };
    const chosen = onlyOwn ? { labelSelector: `${MANAGED_BY.key}=${MANAGED_BY.value}` } : {};
    const found: SecretMetadata[] = [];
    let next = {};
    for (;;) {
      const query = { limit: String(this.#page), ...chosen, ...next };
      const path = `namespaces/${namespace}/secrets`;
      const answer = await this.#send({ method: 'GET', path, query, metadataOnly: true });
      if (isExpired(answer)) return undefined;
      const page = this.#expect(bodies.list, answer, attempted);
      found.push(...(page.items ?? []).map(toMetadata));
      if (!page.metadata.continue) return found;
      next = { continue: page.metadata.continue };
    }
  }

  /** Without its values; undefined when it is not there. */
  async readMetadata(secret: SecretName): Promise<SecretMetadata | undefined> {
    const answer = await this.#send({ method: 'GET', path: pathOf(secret), metadataOnly: true });
    if (isAbsent(answer)) return undefined;
    return toMetadata(this.#expect(bodies.metadata, answer, attemptedAt(secret, 'get')));
  }

  /** Undefined when it is not there. `now`: the server's clock, in milliseconds since the epoch. */
  async read(
    secret: SecretName,
  ): Promise<{ readonly found: SecretContent | undefined; readonly now: number | undefined }> {
    const answer = await this.#send({ method: 'GET', path: pathOf(secret) });
    const now = timeOf(answer);
    if (isAbsent(answer)) return { found: undefined, now };
    return { found: toContent(this.#expect(bodies.secret, answer, attemptedAt(secret, 'get'))), now };
  }

  async create(secret: SecretName, change: SecretChange, { writes, type = 'Opaque' }: WriteOptions): Promise<Written> {
    const { labels, annotations, data } = change;
    const metadata = { name: secret.name, labels, annotations };
    const json = { apiVersion: 'v1', kind: 'Secret', metadata, type, ...(data === undefined ? {} : { data }) };
    const path = `namespaces/${secret.namespace}/secrets`;
    const answer = await this.#send({ method: 'POST', path, json, metadataOnly: true, writes });
    return this.#written(answer, secret, 'create', 201);
  }

  /** Changes a Secret that still is as it was at `resourceVersion`: of several that do, one wins. */
  async patch(
    secret: SecretName,
    resourceVersion: string,
    change: SecretChange,
    { writes }: WriteOptions,
  ): Promise<Written> {
    const { labels, annotations, data } = change;
    const json = { metadata: { resourceVersion, labels, annotations }, ...(data === undefined ? {} : { data }) };
    const answer = await this.#send({ method: 'PATCH', path: pathOf(secret), json, metadataOnly: true, writes });
    if (isAbsent(answer)) return { kind: 'lost' };
    return this.#written(answer, secret, 'patch', 200);
  }

  /** Removes a Secret; one that is not there is no error. */
  async remove(secret: SecretName): Promise<void> {
    const path = pathOf(secret);
    const answer = await this.#send({ method: 'DELETE', path, metadataOnly: true, writes: true });
    if (answer.status !== 200 && !isAbsent(answer)) throw this.#error(answer, attemptedAt(secret, 'delete'));
    const left = bodies.metadata.safeParse(answer.body).data;
    if (left?.metadata.deletionTimestamp) throw beingDeleted(secret);
  }

  #written(answer: KubernetesAnswer, secret: SecretName, verb: 'create' | 'patch', status: number): Written {
    if (isConflict(answer)) return { kind: 'lost' };
    const attempted = attemptedAt(secret, verb);
    if (answer.status !== status) throw this.#error(answer, attempted);
    const written = toMetadata(this.#expect(bodies.metadata, answer, attempted));
    if (written.deletedAt !== undefined) throw beingDeleted(secret);
    return { kind: 'done', secret: written, now: timeOf(answer) };
  }

  #expect<T>(schema: z.ZodType<T>, answer: KubernetesAnswer, attempted: Attempted): T {
    if (answer.status !== 200 && answer.status !== 201) throw this.#error(answer, attempted);
    const { data, error } = schema.safeParse(answer.body);
    if (error !== undefined) throw unexpectedBody(answer, error, this.#cluster);
    return data;
  }

  #error(answer: KubernetesAnswer, attempted: Attempted): GrantryError {
    return kubernetesError(answer, attempted, this.#cluster);
  }
}

function pathOf({ namespace, name }: SecretName): string {
  return `namespaces/${namespace}/secrets/${name}`;
}

function attemptedAt(secret: SecretName, verb: Attempted['verb']): Attempted {
  return { verb, resource: 'secrets', namespace: secret.namespace, secret };
}

/** Whole seconds; undefined when the answer has none. */
function timeOf({ headers }: KubernetesAnswer): number | undefined {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? undefined : time;
}
