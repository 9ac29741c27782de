import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../test/support/servers/listening.ts';
import { startTlsServer } from '../../test/support/servers/tls-server.ts';
import { GrantryError } from '../model/errors.ts';
import { requestJson } from './http.ts';
import type { HttpRequest } from './http.ts';
import { systemPorts } from './ports.ts';
import type { HttpPorts } from './ports.ts';

const service = { name: 'Vault', check: 'Check it with `vault status`.' };
const sleeps: number[] = [];
const ports: HttpPorts = {
  ...systemPorts(),
  random: () => 1,
  clock: { now: () => Date.now(), sleep: async (ms) => void sleeps.push(ms) },
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  sleeps.length = 0;
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(listener: RequestListener): Promise<string> {
  const { url, close } = await listenOnLoopback(createServer(listener));
  closing.push(close);
  return url;
}

/** A server that answers the given statuses in turn, the last one for ever. */
async function serveStatuses(statuses: number[], headers: Record<string, string> = {}) {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(request.method ?? '');
    response.writeHead(statuses[seen.length - 1] ?? statuses.at(-1) ?? 500, headers).end('{"n":1}');
  });
  return { url, seen };
}

async function failure(promise: Promise<unknown>): Promise<GrantryError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GrantryError);
  return error instanceof GrantryError ? error : new GrantryError('FAILED', 'none');
}

function get(url: string, rest: Partial<HttpRequest> = {}, with_: Partial<HttpPorts> = {}) {
  return requestJson({ service, method: 'GET', url, ...rest }, { ...ports, ...with_ });
}

test('http: makes a form anew for each attempt, where it is given as a function', async () => {
  const sent: string[] = [];
  const url = await serve(async (request, response) => {
    for await (const chunk of request) sent.push(String(chunk));
    response.writeHead(sent.length === 1 ? 503 : 200).end('{}');
  });
  let count = 0;
  const form = async (): Promise<Record<string, string>> => ({ once: String((count += 1)) });
  await get(url, { method: 'POST', form, idempotent: true });
  expect(sent).toEqual(['once=1', 'once=2']);
});

test.each(['\u201Chvs.token\u201D', 'токен', 'a\r\nb', 'a\u0000'])(
  'http: refuses the header %j in words',
  async (token) => {
    const { code, message, hint } = await failure(get('http://127.0.0.1:1', { headers: { 'x-vault-token': token } }));
    expect([code, hint]).toEqual(['INVALID_INPUT', expect.stringContaining('typographic quotes')]);
    expect(message).toBe('What Vault is to get in the header x-vault-token holds a character that no header can carry');
  },
);

describe('an answer', () => {
  test.each([
    ['{"a":1}', 'json', { a: 1 }],
    ['', 'empty', undefined],
    ['<html>canary</html>', 'other', undefined],
  ])('%j is %s', async (body, format, parsed) => {
    const url = await serve((_, response) => response.writeHead(418).end(body));
    expect(await get(url)).toMatchObject({ status: 418, format, body: parsed });
  });

  test('comes to JSON and to forms', async () => {
    const url = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text) => {
        response.end(JSON.stringify({ type: request.headers['content-type'], text }));
      });
    });
    const json = { type: 'application/json', text: '{"a":[1]}' };
    expect((await get(url, { method: 'POST', json: { a: [1] } })).body).toEqual(json);
    const form = { type: 'application/x-www-form-urlencoded', text: 'a=b+c%26' };
    expect((await get(url, { method: 'POST', form: { a: 'b c&' } })).body).toEqual(form);
  });

  test('comes to a request that says whose it is', async () => {
    const url = await serve(({ headers }, response) => response.end(JSON.stringify(headers['user-agent'])));
    expect((await get(url)).body).toBe('grantry');
  });

  test('that redirects is not followed', async () => {
    const target = await serveStatuses([200]);
    const url = await serve((_, response) =>
      response.writeHead(307, { location: `${target.url}/canary?token=canary` }).end(),
    );
    const error = await failure(get(url, { headers: { 'x-vault-token': 't' } }));
    expect(error.code).toBe('UNREACHABLE');
    // Of where it leads only the server: the path may repeat what was sent.
    expect(error.message).toContain(`redirects to ${target.url}, which`);
    expect(error.message).not.toContain('canary');
    expect(target.seen).toEqual([]);
  });
});

describe('an answer without an end', () => {
  const MB = Buffer.alloc(1024 * 1024, ' ');

  /** Counts what it could send. */
  async function serveEndless() {
    const sent = { bytes: 0, requests: 0 };
    const url = await serve((_, response) => {
      sent.requests += 1;
      response.writeHead(200);
      const pour = (): void => {
        if (response.destroyed) return;
        sent.bytes += MB.length;
        response.write(MB, () => setImmediate(pour));
      };
      pour();
    });
    return { url, sent };
  }

  test.each([
    [false, 8],
    [true, 64],
  ])('(listing: %s) is given up after %d MB, and not asked for again', async (listing, most) => {
    const { url, sent } = await serveEndless();
    const error = await failure(get(url, { listing }));
    expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('larger than any') });
    expect(sent.requests).toBe(1);
    expect(sent.bytes).toBeGreaterThan(most * MB.length);
    // What is on its way.
    expect(sent.bytes).toBeLessThan((most + 32) * MB.length);
  });

  test('what is small only while it is packed is given up too', async () => {
    const url = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(9 * MB.length))),
    );
    await expect(get(url)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect((await get(url, { listing: true })).format).toBe('other');
  });
});

describe('a repetition', () => {
  test.each([429, 500, 502, 503, 504])('after %d, for what may be done twice', async (status) => {
    const { url, seen } = await serveStatuses([status, status, 200]);
    expect((await get(url)).status).toBe(200);
    expect(seen).toHaveLength(3);
    expect(sleeps).toEqual([200, 400]);
  });

  test.each([
    [429, 2],
    [502, 1],
    [503, 1],
    [504, 1],
    [500, 1],
  ])('after %d: a POST is sent %d times', async (status, times) => {
    const { url, seen } = await serveStatuses([status, 200]);
    await get(url, { method: 'POST', json: {} });
    expect(seen).toHaveLength(times);
    seen.length = 0;
    await get(url, { method: 'POST', json: {}, idempotent: true });
    expect(seen.length).toBeGreaterThan(0);
  });

  test.each([429, 503])('after %d waits as long as Retry-After says', async (status) => {
    const { url } = await serveStatuses([status, 200], { 'retry-after': '7' });
    await get(url);
    expect(sleeps).toEqual([7_000]);
  });

  test('ends with the last answer', async () => {
    const { url, seen } = await serveStatuses([503]);
    expect((await get(url)).status).toBe(503);
    expect(seen).toHaveLength(5);
  });

  test.each([
    ['GET', 3],
    ['POST', 1],
  ] as const)('after a broken connection: %s is sent %d times', async (method, times) => {
    let seen = 0;
    const url = await serve((request, response) => {
      seen += 1;
      if (seen < 3) request.socket.destroy();
      else response.end('{}');
    });
    await get(url, { method }).catch(() => undefined);
    expect(seen).toBe(times);
  });

  test('after a refused connection: also of a POST', async () => {
    const { url, close } = await listenOnLoopback(createServer());
    await close();
    const error = await failure(get(`${url}/v1/x?secret=canary`, { method: 'POST' }));
    expect(sleeps).toHaveLength(4);
    expect(error).toMatchObject({ code: 'UNREACHABLE', hint: expect.stringContaining('vault status') });
    expect(error.message).toBe(
      `Vault cannot be reached at ${url}/v1/x: nothing accepts connections there (ECONNREFUSED)`,
    );
  });
});

describe('a failure', () => {
  test('of the name', async () => {
    const cause = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
    const fail = () => Promise.reject(new TypeError('fetch failed', { cause }));
    const error = await failure(get('http://nowhere.example/x', {}, { fetch: fail }));
    expect(error.message).toContain('the name nowhere.example does not resolve (ENOTFOUND)');
    expect(sleeps).toEqual([]);
  });

  test('of every address of a name', async () => {
    const one = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const cause = new AggregateError([one, one]);
    const fail = () => Promise.reject(new TypeError('fetch failed', { cause }));
    expect((await failure(get('http://localhost:1', {}, { fetch: fail }))).message).toContain('ECONNREFUSED');
  });

  test('of a private CA names NODE_EXTRA_CA_CERTS', async () => {
    const server = await startTlsServer('http://localhost:1');
    closing.push(() => server.close());
    const error = await failure(get(server.url));
    expect(error.message).toMatch(/TLS failed \((UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET)/);
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
    expect(sleeps).toEqual([]);
  });

  test('of https on a port that speaks http', async () => {
    const url = (await serve((_, response) => response.end())).replace('http:', 'https:');
    const error = await failure(get(url));
    expect(error).toMatchObject({ code: 'UNREACHABLE', hint: expect.stringContaining('Is it really https') });
  });

  test('of a server that speaks something else', async () => {
    const { url, close } = await listenOnLoopback(createTcpServer((socket) => socket.end('SSH-2.0-canary\r\n')));
    closing.push(close);
    const error = await failure(get(url));
    expect(error.code).toBe('UNREACHABLE');
    expect(error.message).not.toContain('canary');
  });

  test('of a server that never answers, and of one that stops in the middle', async () => {
    for (const half of ['', '{"a":']) {
      const url = await serve((_, response) => half !== '' && response.write(half));
      const error = await failure(get(url, { timeoutMs: 60, method: 'POST' }));
      expect(error.message).toContain('no answer in time');
    }
  });

  test('of the address itself does not quote it', async () => {
    for (const url of [
      'http://user:canary@localhost:1/',
      'http://canary@localhost:1/',
      'http://:canary@localhost:1/',
      'canary',
      'ftp://canary@localhost',
      'ftp://localhost/canary',
    ]) {
      const error = await failure(get(url));
      expect(error.code).toBe('INVALID_INPUT');
      expect(error.message).not.toContain('canary');
    }
  });

  test('that is a bug stays what it is', async () => {
    const bug = new RangeError('bug');
    await expect(get('http://localhost', {}, { fetch: () => Promise.reject(bug) })).rejects.toThrow(RangeError);
  });

  test('by an abort is an interruption, or what the abort says', async () => {
    const url = await serve(() => undefined);
    const own = new GrantryError('LOCK_HELD', 'lost the lock');
    for (const [reason, code] of [
      [undefined, 'INTERRUPTED'],
      [own, 'LOCK_HELD'],
    ] as const) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 20);
      expect((await failure(get(url, {}, { signal: controller.signal }))).code).toBe(code);
    }
  });

  test('shows nothing that an address asks with, whatever goes wrong', async () => {
    const late = new AbortController();
    late.abort();
    const redirecting = await serve((_, response) => response.writeHead(302, { location: '/' }).end());
    for (const failed of [
      failure(get(`${redirecting}/?q=canary#canary`)),
      failure(get('http://127.0.0.1:1/?q=canary#canary')),
      failure(get('http://127.0.0.1:1/?q=canary#canary', {}, { signal: late.signal })),
    ]) {
      const { code, message } = await failed;
      expect(code).toMatch(/^(?:UNREACHABLE|INTERRUPTED)$/);
      expect(message).toMatch(/http:\/\/(?:127\.0\.0\.1|localhost)/);
      expect(message).not.toContain('canary');
    }
  });
});
