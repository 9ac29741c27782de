import type { HttpResponse } from '../../platform/http.ts';

/** One call of the Kubernetes API. */
export interface KubernetesCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The API that the path is of, such as `authorization.k8s.io/v1`; default: the one of Secrets, `v1`. */
  readonly api?: string;
  /** Below the API, such as `namespaces/apps/secrets/orders`; every part of it is a name that needs no encoding. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Without the values of Secrets. */
  readonly metadataOnly?: boolean;
  readonly json?: unknown;
  /** Changes what users see: a document or its mark, not a record of grantry's own. */
  readonly writes?: boolean;
}

/** Sends a call and returns the answer of any status but 401. */
export type KubernetesTransport = (call: KubernetesCall) => Promise<KubernetesAnswer>;

export interface KubernetesAnswer extends HttpResponse {
  /** Base URL of the API server, for errors. */
  readonly server: string;
}
