import type { Server, Socket } from 'node:net';

/** Where a server listens; `close` drops connections that are still open. */
interface Listening {
  readonly url: string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Starts a server on a free port of the loopback. */
export function listenOnLoopback(server: Server, scheme: 'http' | 'https' = 'http'): Promise<Listening> {
  return listenOn('127.0.0.1', server, scheme);
}

/** The same on every interface, for what containers must reach. */
export function listenEverywhere(server: Server): Promise<Listening> {
  return listenOn('0.0.0.0', server, 'http');
}

async function listenOn(host: string, server: Server, scheme: 'http' | 'https'): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  const { port } = address;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { url: `${scheme}://localhost:${port}`, port, close };
}
