import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { startForwardProxy } from '../../test/support/servers/forward-proxy.ts';
import { listenOnLoopback } from '../../test/support/servers/listening.ts';
import { startTlsServer } from '../../test/support/servers/tls-server.ts';
import { requestJson } from './http.ts';
import { systemPorts } from './ports.ts';
import { readProxies } from './proxy.ts';
import type { Environment } from './proxy.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function startServer(): Promise<string> {
  const { url, close } = await listenOnLoopback(createServer((_, response) => response.end('{"ok":true}')));
  closing.push(close);
  return url;
}

async function startProxy(options: { refuse?: number } = {}) {
  const proxy = await startForwardProxy(options);
  closing.push(() => proxy.close());
  return proxy;
}

function get(url: string, env: Environment) {
  const request = { service: { name: 'Vault', check: 'Check it.' }, method: 'GET', url } as const;
  return requestJson({ ...request, retry: { retries: 0, baseMs: 1, maxMs: 1, maxAfterMs: 1 } }, systemPorts(env));
}

describe('the environment', () => {
  test.each([
    [{}, {}],
    [{ NO_PROXY: 'a' }, { noProxy: 'a' }],
    [{ HTTPS_PROXY: '' }, {}],
    [{ HTTPS_PROXY: 'http://a', https_proxy: 'http://b' }, { httpsProxy: 'http://b' }],
    [{ HTTPS_PROXY: 'http://a', https_proxy: '' }, { httpsProxy: 'http://a' }],
    [
      { http_proxy: 'http://a', no_proxy: 'x' },
      { httpProxy: 'http://a', noProxy: 'x' },
    ],
  ])('%j', (env, expected) => {
    expect(readProxies(env)).toEqual({ httpProxy: '', httpsProxy: '', noProxy: '', ...expected });
  });
});

describe('a proxy', () => {
  test('passes plain http on without a tunnel, and NO_PROXY goes past it', async () => {
    const url = await startServer();
    const proxy = await startProxy();
    expect((await get(`${url}/x`, { HTTP_PROXY: proxy.url })).body).toEqual({ ok: true });
    expect(proxy.requests).toEqual([`GET ${url}/x`]);
    expect((await get(url, { HTTP_PROXY: proxy.url, NO_PROXY: 'localhost' })).body).toEqual({ ok: true });
    expect(proxy.requests).toHaveLength(1);
  });

  test('gets a tunnel for https', async () => {
    const secure = await startTlsServer(await startServer());
    closing.push(() => secure.close());
    const proxy = await startProxy();
    await expect(get(secure.url, { HTTPS_PROXY: proxy.url })).rejects.toMatchObject({
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(proxy.requests).toEqual([`CONNECT ${new URL(secure.url).host}`]);
  });

  test('that refuses or is down is not taken for the server', async () => {
    const secure = await startTlsServer(await startServer());
    closing.push(() => secure.close());
    const proxy = await startProxy({ refuse: 407 });
    await expect(get(secure.url, { HTTPS_PROXY: proxy.url })).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('the proxy refuses'),
    });
    const { url: down, port, close } = await listenOnLoopback(createServer());
    await close();
    await expect(get(secure.url, { HTTPS_PROXY: down })).rejects.toMatchObject({
      message: expect.stringContaining(`on port ${port}`),
    });
  });

  test('of a wrong form is an error that does not quote it', () => {
    expect(() => systemPorts({ HTTPS_PROXY: 'socks5://user:canary@x' })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: 'HTTPS_PROXY is not an http or https URL' }),
    );
  });
});
