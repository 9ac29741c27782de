// One at a time on this machine. An abstract Unix socket is the lock: the kernel frees it when its holder ends,
// however it ends, so there is no stale lock to judge.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cache, say } from './process.mjs';

/** Runs `action` while no other run on this machine (with the same cache) holds the lock of that name. */
export async function withLock(name, action) {
  if (process.platform !== 'linux') return action(); // only Linux installs or builds anything
  const id = createHash('sha256').update(`${cache}:${name}`).digest('hex').slice(0, 16);
  let said = false;
  for (;;) {
    const server = await listen(`\0grantry-${name}-${id}`);
    if (server) {
      try {
        return await action();
      } finally {
        server.close();
      }
    }
    if (!said) say(`- another run is at work on the ${name}: waiting for it`);
    said = true;
    await sleep(500);
  }
}

/** The listening server, or undefined when somebody else listens. */
function listen(path) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(path, () => resolve(server));
    server.unref();
  });
}
