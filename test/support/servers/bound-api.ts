/** An API that takes a token only from the one whom it was issued to. */
import { createServer } from 'node:http';
import { listenOnLoopback } from './listening.ts';

/** What is used here of the example, which is plain JavaScript. */
interface ApiExample {
  makeCheck(issuer: object): (request: object) => Promise<unknown>;
}

/** An example for Node, to be imported. */
export function exampleFile(name: string): string {
  return new URL(`../../../examples/consumers/node/${name}`, import.meta.url).href;
}

/** An API that checks tokens as the example does. */
export async function startBoundApi(issuer: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const example: ApiExample = await import(exampleFile('check-bound-token.mjs'));
  const keySet = `${issuer}/protocol/openid-connect/certs`;
  const check = example.makeCheck({ issuer, keySet, audience: 'https://stock.test', algorithms: ['ES256'] });
  const server = createServer(({ method, headers, url: path = '' }, outgoing) => {
    const url = `http://${headers.host ?? ''}${path}`;
    check({ method, url, authorization: headers.authorization, dpop: headers['dpop'] })
      .then(() => outgoing.writeHead(200).end())
      .catch((error: unknown) => outgoing.writeHead(401).end(error instanceof Error ? error.message : ''));
  });
  const { url, close } = await listenOnLoopback(server);
  return { url: `${url}/stock`, close };
}
