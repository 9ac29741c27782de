import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../test/support/servers/listening.ts';
import { makeFetch } from './fetch.ts';
import { networkFailureOf } from './network-error.ts';
import { exchange } from './exchange.ts';
import { systemPorts } from './ports.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(listener: RequestListener): Promise<string> {
  const { url, close } = await listenOnLoopback(createServer(listener));
  closing.push(close);
  return url;
}

const ports = systemPorts();
const LIMITS = { timeoutMs: 20_000 };

function get(url: string): Promise<Response> {
  return exchange(ports, url, {}, LIMITS);
}

const UMLAUTS = 'ä€😀'.repeat(50_000);

test('exchange: takes what is compressed, and letters that two pieces share', async () => {
  const body = Buffer.from(UMLAUTS);
  const url = await serve(({ url: path, headers }, response) => {
    if (path === '/plain' || !headers['accept-encoding']?.includes('gzip')) response.end(body);
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
  });
  expect(await (await get(`${url}/plain`)).text()).toBe(UMLAUTS);
  expect(await (await get(`${url}/gzip`)).text()).toBe(UMLAUTS);
});

test('exchange: takes an empty body that says it is compressed', async () => {
  const url = await serve((_, response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end());
  const answer = await get(url);
  expect([answer.status, await answer.text()]).toEqual([204, '']);
});

test.each(['GZIP', 'x-gzip', ' gzip '])(
  'exchange: takes the coding %j for gzip (RFC 9110 section 8.4.1)',
  async (coding) => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(gzipSync('yes')),
    );
    expect(await (await get(url)).text()).toBe('yes');
  },
);

test('exchange: takes off a byte order mark', async () => {
  const url = await serve((_, response) => response.end('\ufeff{}'));
  expect(await (await get(url)).text()).toBe('{}');
});

test('an answer that changes the protocol ends the request', async () => {
  const { url, close } = await listenOnLoopback(
    createTcpServer((socket) => socket.write('HTTP/1.1 101 X\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n')),
  );
  closing.push(close);
  const error: unknown = await get(url).catch((reason: unknown) => reason);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'broken', notExecuted: false });
});

test('exchange: does not send on a connection that the other side has closed', async () => {
  const { url, close } = await listenOnLoopback(
    createTcpServer((socket) => {
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    }),
  );
  closing.push(close);
  const message = { method: 'POST', body: '{}' };
  for (let count = 0; count < 20; count += 1) expect((await exchange(ports, url, message, LIMITS)).status).toBe(200);
});

test('exchange: sends the length of each body, also of a DELETE', async () => {
  const bodies: string[] = [];
  const url = await serve((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (text: string) => bodies.push(`${request.headers['content-length']} ${text}`));
    request.on('end', () => response.end());
  });
  for (const method of ['DELETE', 'POST']) await exchange(ports, url, { method, body: '{"ä":1}' }, LIMITS);
  expect(bodies).toEqual(['8 {"ä":1}', '8 {"ä":1}']);
});

test('what only says that it is compressed is a broken answer', async () => {
  const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('canary'));
  const error: unknown = await get(url).catch((reason: unknown) => reason);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'broken', notExecuted: false });
});

test('exchange: gives headers by any spelling, and null for one that is not there', async () => {
  const url = await serve((_, response) => response.writeHead(429, { 'Retry-After': '7' }).end());
  const { headers } = await get(url);
  expect([headers.get('Retry-After'), headers.get('retry-after'), headers.get('location')]).toEqual(['7', '7', null]);
});

test('exchange: keeps its connections for the next requests', async () => {
  const sockets = new Set<Socket>();
  const url = await serve((request, response) => {
    sockets.add(request.socket);
    response.end();
  });
  for (let count = 0; count < 20; count += 1) await get(url);
  // A second one where the first has an answer to end yet.
  expect(sockets.size).toBeLessThanOrEqual(2);
});

test('of an answer that is too long no more is taken than it may have, unpacked too', async () => {
  const url = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(100_000, ' '))),
  );
  const answer = await exchange(ports, url, {}, { ...LIMITS, maxBytes: 100_000 });
  expect(await answer.text()).toHaveLength(100_000);
  const error: unknown = await exchange(ports, url, {}, { ...LIMITS, maxBytes: 99_999 }).catch((why: unknown) => why);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'huge', transient: false });
});

test('exchange: takes a scheme in capitals', async () => {
  const url = await serve((_, response) => response.end('{}'));
  expect((await get(url.replace('http:', 'HTTP:'))).status).toBe(200);
  const error: unknown = await get(url.replace('http:', 'HTTPS:')).catch((reason: unknown) => reason);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'tls' });
});

test('a connection that does not come to stand in time: nothing was sent', async () => {
  // TLS belongs to connecting, and this one never begins it.
  const silent = createTcpServer();
  const { url, close } = await listenOnLoopback(silent);
  closing.push(close);
  const own = { ...ports, fetch: makeFetch({}, { connectTimeout: 50 }) };
  const error: unknown = await exchange(own, url.replace('http:', 'https:'), {}, LIMITS).catch((why: unknown) => why);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'timeout', notExecuted: true, transient: true });
});

describe.each([
  ['before an answer', (): void => undefined],
  ['in the middle of an answer', (response: ServerResponse): void => void response.write('half of it')],
])('a request that is stopped %s', (_, answer) => {
  /** What it throws, once the server knows that it is over. */
  const stop = async (
    timeoutMs: number,
    signals: { run?: AbortSignal; library?: AbortSignal } = {},
  ): Promise<unknown> => {
    let closed: Promise<unknown> = Promise.resolve();
    const url = await serve((request, response) => {
      closed = new Promise((resolve) => request.on('error', () => undefined).on('close', resolve));
      answer(response);
    });
    const { run, library } = signals;
    const own = { ...ports, ...(run === undefined ? {} : { signal: run }) };
    const error: unknown = await exchange(own, url, { signal: library ?? null }, { timeoutMs }).catch(
      (why: unknown) => why,
    );
    await closed;
    return error;
  };

  test('by its time is late, and the server sees the end', async () => {
    expect(networkFailureOf(await stop(50))).toMatchObject({ kind: 'timeout', notExecuted: false });
  });

  test.each(['run', 'library'])('by the %s throws the reason of that, and the server sees the end', async (who) => {
    const controller = new AbortController();
    const reason = new Error('stop');
    setTimeout(() => controller.abort(reason), 50);
    expect(await stop(20_000, { [who]: controller.signal })).toBe(reason);
  });
});

test('exchange: leaves nothing behind at the signal of the run, which very many requests may have', async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): number => warnings.push(name);
  process.on('warning', note);
  const url = await serve((_, response) => setTimeout(() => response.end(), 20));
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 30 }, () => exchange({ ...ports, signal }, url, {}, LIMITS)));
  await new Promise(setImmediate);
  process.off('warning', note);
  expect([getEventListeners(signal, 'abort'), warnings]).toEqual([[], []]);
});

test.each(['403 Доступ запрещён', '403 Défendu'])(
  'exchange: takes an answer whose status line says %s',
  async (line) => {
    const url = await serveRaw(Buffer.from(`HTTP/1.1 ${line}\r\ncontent-length: 2\r\n\r\nno`, 'utf8'));
    const answer = await get(url);
    expect([answer.status, await answer.text()]).toEqual([403, 'no']);
  },
);

test('exchange: takes an answer whose status line is no UTF-8', async () => {
  const url = await serveRaw(Buffer.from('HTTP/1.1 403 D\xe9fendu\r\ncontent-length: 2\r\n\r\nno', 'latin1'));
  expect((await get(url)).status).toBe(403);
});

test.each([600, 999])('exchange: fails with an answer of status %i as with one that broke off', async (status) => {
  const url = await serveRaw(Buffer.from(`HTTP/1.1 ${status} Odd\r\ncontent-length: 2\r\n\r\nno`));
  const error: unknown = await get(url).catch((thrown: unknown) => thrown);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'broken', notExecuted: false });
});

/** A server that answers with these very bytes. */
async function serveRaw(answer: Buffer): Promise<string> {
  const server = createTcpServer((socket) => socket.once('data', () => socket.end(answer)));
  const { url, close } = await listenOnLoopback(server);
  closing.push(close);
  return url;
}
