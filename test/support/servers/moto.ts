/** moto's server, which stands in for AWS: a child process for the whole test run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedUrl } from './listening.ts';

export interface AwsServer {
  readonly url: string;
}

/** A container, or another process. */
export interface Stoppable {
  stop(): Promise<unknown>;
}

const TRIES = 300;

/** Starts it on a free port, as the program `moto_server` at this path; what runs is added to `started`. */
export async function startMoto(program: string, started: Stoppable[] = []): Promise<AwsServer> {
  const url = await closedUrl();
  const { port } = new URL(url);
  const child = spawn(program, ['-H', '127.0.0.1', '-p', port], { stdio: ['ignore', 'pipe', 'pipe'] });
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
