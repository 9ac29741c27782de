// Counts the requests that reach a server. It answers in the server's own name, so that nothing grantry reads differs.
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';

/**
 * @param {string} upstream
 * @returns {Promise<{ url: string, count: () => number, close: () => void }>}
 */
export async function startCountingProxy(upstream) {
  const { hostname, port, host } = new URL(upstream);
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    requests += 1;
    const { method, url: path, headers } = incoming;
    const passed = send({ hostname, port, method, path, headers: { ...headers, host } }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${server.address().port}`,
    count: () => requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
