/** A forward proxy as HTTPS_PROXY and HTTP_PROXY name one: CONNECT tunnels, and requests in absolute form. */
import { createServer, request as send } from 'node:http';
import { connect } from 'node:net';
import { listenOnLoopback } from './listening.ts';

export interface ForwardProxy {
  readonly url: string;
  /** `CONNECT host:port` or `GET http://host:port/path`, in the order of arrival. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** `refuse`: every request is answered with this status, as a proxy that wants a login (407) or forbids (403). */
export async function startForwardProxy(options: { refuse?: number } = {}): Promise<ForwardProxy> {
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    if (options.refuse !== undefined) {
      outgoing.writeHead(options.refuse).end();
      return;
    }
    const { hostname, port, pathname, search } = new URL(incoming.url ?? '/');
    const target = { hostname, port, path: pathname + search, method: incoming.method, headers: incoming.headers };
    const upstream = send(target, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
      response.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(upstream);
  });
  server.on('connect', (incoming, client, head) => {
    requests.push(`CONNECT ${incoming.url}`);
    if (options.refuse !== undefined) {
      client.end(`HTTP/1.1 ${options.refuse} Refused\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${incoming.url}`);
    const upstream = connect(Number(port || 443), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client);
      client.pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
  });
  const { url, close } = await listenOnLoopback(server);
  return { url, requests, close };
}
