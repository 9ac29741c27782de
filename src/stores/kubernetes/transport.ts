import { makeFetch } from '../../platform/fetch.ts';
import type { Fetch } from '../../platform/fetch.ts';
import { requestJson } from '../../platform/http.ts';
import type { Ports } from '../../platform/ports.ts';
import type { KubernetesAnswer, KubernetesCall, KubernetesTransport } from './call.ts';
import { unauthorized } from './errors.ts';
import { kubectl } from './kubectl.ts';
import type { ClusterLogin, Connection } from './login/cluster-login.ts';
import type { ClusterSettings } from './settings.ts';

/** The one place where a login to Kubernetes is put on the wire. A login that has ended is made anew, once. */
export function createTransport(login: ClusterLogin, cluster: ClusterSettings, ports: Ports): KubernetesTransport {
  const fetchOver = rememberLast((connection: Connection) => makeFetch(ports.env, connection.fetch));
  const sendWith = async (connection: Connection, call: KubernetesCall): Promise<KubernetesAnswer> => {
    const response = await requestJson(
      {
        service: { name: 'Kubernetes', check: checkOf(cluster), unknownCa: unknownCaOf(cluster) },
        method: call.method,
        url: urlOf(connection.server, call),
        headers: headersOf(call, connection),
        ...(call.json === undefined ? {} : { json: call.json }),
        listing: call.query !== undefined,
        writes: call.writes ?? false,
      },
      { ...ports, fetch: fetchOver(connection) },
    );
    return { ...response, server: connection.server };
  };
  return async (call) => {
    const connection = await login.connection();
    const answer = await sendWith(connection, call);
    if (answer.status !== 401) return answer;
    const next = await login.renew(connection);
    const again = next === undefined ? answer : await sendWith(next, call);
    if (again.status === 401) throw unauthorized(again.server, cluster);
    return again;
  };
}

function rememberLast(make: (connection: Connection) => Fetch): (connection: Connection) => Fetch {
  let last: { readonly connection: Connection; readonly fetch: Fetch } | undefined;
  return (connection) => {
    if (last?.connection !== connection) last = { connection, fetch: make(connection) };
    return last.fetch;
  };
}

function headersOf({ method, metadataOnly = false, query }: KubernetesCall, { token }: Connection) {
  const kind = query === undefined ? 'PartialObjectMetadata' : 'PartialObjectMetadataList';
  return {
    // https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches. No other form is asked for: it would hold values.
    accept: metadataOnly ? `application/json;as=${kind};g=meta.k8s.io;v=v1` : 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
    ...(method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}),
  };
}

function urlOf(server: string, { api, path, query }: KubernetesCall): string {
  const parameters = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  return `${server}/${api === undefined ? 'api/v1' : `apis/${api}`}/${path}${parameters}`;
}

/** How errors say to look at the cluster. */
function checkOf(cluster: ClusterSettings): string {
  return `Check it with: ${kubectl(cluster)} get --raw /readyz`;
}

function unknownCaOf(cluster: ClusterSettings): string {
  return cluster.kind === 'in-cluster'
    ? 'ca.crt of the service account is that of another cluster, or a proxy is in between.'
    : `put the CA into certificate-authority-data of the cluster in ${cluster.shownFile}.`;
}
