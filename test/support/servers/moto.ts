/** moto's server, which stands in for AWS: a child process for the whole test run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stoppable } from './servers.ts';

export interface AwsServer {
  readonly url: string;
}

const TRIES = 300;

/** Starts it on a free port, as the program `moto_server` at this path; what runs is added to `started`. */
export async function startMoto(program: string, started: Stoppable[] = []): Promise<AwsServer> {
  const port = await freePort();
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => (log = (log + piece.toString()).slice(-4000)));
  }
  const ended = once(child, 'exit');
  started.push({
    stop: async () => {
      child.kill();
      await ended;
    },
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < TRIES && child.exitCode === null; tries += 1) {
    const isUp = await fetch(`${url}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { url };
    await sleep(200);
  }
  throw new Error(`moto's server (${program}) does not start; the end of its log:\n${log}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
