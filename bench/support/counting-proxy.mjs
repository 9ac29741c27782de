// Counts the requests that reach a server, and the bytes of their bodies both ways. It answers in the server's own name, so
// that nothing grantry reads differs.
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';

/**
 * @param {string} upstream
 * @returns {Promise<{ url: string, requests: () => number, bytes: () => number, close: () => void }>}
 */
async function startCountingProxy(upstream) {
  const { hostname, port, host } = new URL(upstream);
  let requests = 0;
  let bytes = 0;
  const count = (chunk) => (bytes += chunk.length);
  const server = createServer((incoming, outgoing) => {
    requests += 1;
    const { method, url: path, headers } = incoming;
    const passed = send({ hostname, port, method, path, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', count).pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.on('data', count).pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${server.address().port}`,
    requests: () => requests,
    bytes: () => bytes,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Runs something against the servers through proxies; gives the requests and bytes to both of them together. */
export async function countTraffic({ keycloak, vault }, run) {
  const proxies = await Promise.all([startCountingProxy(keycloak.url), startCountingProxy(vault.url)]);
  try {
    await run({ keycloak: { ...keycloak, url: proxies[0].url }, vault: { ...vault, url: proxies[1].url } });
    const sum = (of) => proxies.reduce((total, proxy) => total + proxy[of](), 0);
    return { requests: sum('requests'), bytes: sum('bytes') };
  } finally {
    for (const proxy of proxies) proxy.close();
  }
}
