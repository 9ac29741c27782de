import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listenOnLoopback } from '../../test/support/listening.ts';
import { networkFailureOf } from './network-error.ts';
import { sendByNode } from './send.ts';
import type { Answer, Message } from './send.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(listener: RequestListener): Promise<string> {
  const { url, close } = await listenOnLoopback(createServer(listener));
  closing.push(close);
  return url;
}

function get(url: string): Promise<Answer> {
  return sendByNode(url, { method: 'GET', headers: {}, timeoutMs: 20_000 });
}

const UMLAUTS = 'ä€😀'.repeat(50_000);

test('takes what is compressed, and letters that two pieces share', async () => {
  const body = Buffer.from(UMLAUTS);
  const url = await serve(({ url: path, headers }, response) => {
    if (path === '/plain' || headers['accept-encoding'] !== 'gzip') response.end(body);
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
  });
  expect((await get(`${url}/plain`)).text).toBe(UMLAUTS);
  expect((await get(`${url}/gzip`)).text).toBe(UMLAUTS);
});

test('takes an empty body that says it is compressed', async () => {
  const url = await serve((_, response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end());
  expect(await get(url)).toMatchObject({ status: 204, text: '' });
});

test.each(['GZIP', 'x-gzip', ' gzip '])('takes the coding %j for gzip (RFC 9110 section 8.4.1)', async (coding) => {
  const url = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': coding }).end(gzipSync('yes')),
  );
  expect((await get(url)).text).toBe('yes');
});

test('what is packed in a way that it did not ask for is a broken answer, and no text', async () => {
  const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('canary'));
  const error: unknown = await get(url).catch((reason: unknown) => reason);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'broken', notExecuted: false });
});

test('takes off a byte order mark', async () => {
  const url = await serve((_, response) => response.end('\ufeff{}'));
  expect((await get(url)).text).toBe('{}');
});

test('an answer that changes the protocol ends the request', async () => {
  const { url, close } = await listenOnLoopback(
    createTcpServer((socket) => socket.write('HTTP/1.1 101 X\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n')),
  );
  closing.push(close);
  const error: unknown = await get(url).catch((reason: unknown) => reason);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'broken', notExecuted: false });
});

test('does not send on a connection that the other side has closed', async () => {
  const { url, close } = await listenOnLoopback(
    createTcpServer((socket) => {
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    }),
  );
  closing.push(close);
  const message = { method: 'POST', headers: {}, body: '{}', timeoutMs: 20_000 };
  for (let count = 0; count < 20; count += 1) expect((await sendByNode(url, message)).status).toBe(200);
});

test('tells how long each body is, also of a DELETE', async () => {
  const bodies: string[] = [];
  const url = await serve((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (text: string) => bodies.push(`${request.headers['content-length']} ${text}`));
    request.on('end', () => response.end());
  });
  for (const method of ['DELETE', 'POST'])
    await sendByNode(url, { method, headers: {}, body: '{"ä":1}', timeoutMs: 20_000 });
  expect(bodies).toEqual(['8 {"ä":1}', '8 {"ä":1}']);
});

test('what only says that it is compressed is a broken answer', async () => {
  const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('canary'));
  const error: unknown = await get(url).catch((reason: unknown) => reason);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'broken', notExecuted: false });
});

test('gives headers by any spelling, and null for one that is not there', async () => {
  const url = await serve((_, response) => response.writeHead(429, { 'Retry-After': '7' }).end());
  const { headers } = await get(url);
  expect([headers.get('Retry-After'), headers.get('retry-after'), headers.get('location')]).toEqual(['7', '7', null]);
});

test('keeps its connection for the next request', async () => {
  const sockets = new Set<Socket>();
  const url = await serve((request, response) => {
    sockets.add(request.socket);
    response.end();
  });
  for (let count = 0; count < 5; count += 1) await get(url);
  expect(sockets.size).toBe(1);
});

test('takes a scheme in capitals', async () => {
  const url = await serve((_, response) => response.end('{}'));
  expect((await get(url.replace('http:', 'HTTP:'))).status).toBe(200);
  const error: unknown = await get(url.replace('http:', 'HTTPS:')).catch((reason: unknown) => reason);
  expect(networkFailureOf(error)).toMatchObject({ kind: 'tls' });
});

test('waits ten seconds for a connection, and then nothing was sent', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // TLS belongs to connecting, and this one never begins it.
  const silent = createTcpServer();
  const accepted = once(silent, 'connection');
  const { url, close } = await listenOnLoopback(silent);
  closing.push(close);
  const failing = get(url.replace('http:', 'https:')).catch((reason: unknown) => reason);
  await accepted;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(networkFailureOf(await failing)).toMatchObject({ kind: 'timeout', notExecuted: true, transient: true });
});

describe.each([
  ['before an answer', (): void => undefined],
  ['in the middle of an answer', (response: ServerResponse): void => void response.write('half of it')],
])('a request that is stopped %s', (_, answer) => {
  /** What it throws, once the server knows that it is over. */
  const stop = async (limits: Pick<Message, 'timeoutMs' | 'signal'>): Promise<unknown> => {
    let closed: Promise<unknown> = Promise.resolve();
    const url = await serve((request, response) => {
      closed = new Promise((resolve) => request.on('error', () => undefined).on('close', resolve));
      answer(response);
    });
    const error: unknown = await sendByNode(url, { method: 'GET', headers: {}, ...limits }).catch(
      (why: unknown) => why,
    );
    await closed;
    return error;
  };

  test('by its time is late, and the server is told', async () => {
    expect(networkFailureOf(await stop({ timeoutMs: 50 }))).toMatchObject({ kind: 'timeout', notExecuted: false });
  });

  test('by the run throws the reason of that, and the server is told', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    setTimeout(() => controller.abort(reason), 50);
    expect(await stop({ timeoutMs: 20_000, signal: controller.signal })).toBe(reason);
  });
});

test('an answer that came while the process had no time to look is not late', async () => {
  const sockets = new Set<Socket>();
  const url = await serve(({ socket }, response) => {
    sockets.add(socket);
    response.end('{}');
    const until = performance.now() + 200;
    while (performance.now() < until);
  });
  expect(await sendByNode(url, { method: 'GET', headers: {}, timeoutMs: 100 })).toMatchObject({ text: '{}' });
  await get(url);
  expect(sockets.size).toBe(1);
});

test('leaves nothing behind at the signal of the run, which very many requests may have', async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): number => warnings.push(name);
  process.on('warning', note);
  const url = await serve((_, response) => setTimeout(() => response.end(), 20));
  const { signal } = new AbortController();
  const message = { method: 'GET', headers: {}, timeoutMs: 20_000, signal };
  await Promise.all(Array.from({ length: 30 }, () => sendByNode(url, message)));
  await new Promise(setImmediate);
  process.off('warning', note);
  expect([getEventListeners(signal, 'abort'), warnings]).toEqual([[], []]);
});
