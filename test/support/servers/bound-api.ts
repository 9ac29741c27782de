/** An API that takes a token only from the one whom it was issued to. */
import { createServer } from 'node:http';

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
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/stock`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
