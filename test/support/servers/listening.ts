import { createServer } from 'node:net';
import { listenEverywhere, listenOnLoopback } from '../../../demo/auth0/emulator/listen.ts';

export { listenEverywhere, listenOnLoopback };

/** A server that takes connections and says nothing; it only counts them. */
export async function startListener(): Promise<{ url: string; connections: () => number; close: () => Promise<void> }> {
  let connections = 0;
  const server = createServer(() => (connections += 1));
  const { url, close } = await listenOnLoopback(server);
  return { url, connections: () => connections, close };
}

/** A URL at which nothing listens: a port that was free a moment ago. */
export async function closedUrl(): Promise<string> {
  const { url, close } = await listenOnLoopback(createServer());
  await close();
  return url;
}
