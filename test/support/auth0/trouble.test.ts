/** Rate limits, faults and the log of requests. */
import { afterEach, describe, expect, it } from 'vitest';
import { startAuth0Emulator } from './start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { logIn } from './management-client.ts';
import type { ManagementClient } from './management-client.ts';
import { PLANS } from '../../../demo/auth0/emulator/rate-limits.ts';

let emulator: Auth0Emulator;

afterEach(() => emulator.close());

async function start(options: EmulatorOptions = {}): Promise<ManagementClient> {
  emulator = await startAuth0Emulator(options);
  return logIn(emulator);
}

const clients = (): number => emulator.state.clients.size;

describe('rate limits', () => {
  it('refuse what comes beyond the burst, and say when to come again', async () => {
    let now = 1_800_000_000_000;
    const api = await start({ now: () => now, rateLimits: PLANS.free });
    const first = await api.call('GET', '/clients');
    expect([first.status, first.headers.get('x-ratelimit-limit'), first.headers.get('x-ratelimit-remaining')]).toEqual([
      200,
      '2',
      '1',
    ]);
    await api.call('GET', '/clients');
    const refused = await api.call('POST', '/clients', { name: 'a' });
    expect(refused).toMatchObject({
      status: 429,
      body: { error: 'Too Many Requests', message: 'Global limit has been reached', errorCode: 'too_many_requests' },
    });
    expect(refused.headers.get('x-ratelimit-reset')).toBe('1800000001');
    expect(refused.headers.has('retry-after')).toBe(false);
    expect(clients()).toBe(2);
    now += 500;
    expect((await api.call('POST', '/clients', { name: 'a' })).status).toBe(201);
    expect((await api.call('GET', '/clients')).status).toBe(429);
  });

  it('of single endpoints stand beside the general one', async () => {
    const api = await start({ now: () => 0, rateLimits: PLANS.selfService, switches: { retryAfter: true } });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await api.call('GET', '/clients')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await api.call('GET', '/clients');
    expect(refused.body).toHaveProperty('message', 'Endpoint limit has been reached');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await api.call('GET', '/client-grants')).status).toBe(200);
  });
});

describe('faults', () => {
  it('lose the answer after the write was done', async () => {
    const api = await start();
    emulator.inject({
      method: 'POST',
      path: /\/clients$/,
      times: 1,
      fault: { kind: 'answer', status: 500, when: 'after' },
    });
    expect(await api.call('POST', '/clients', { name: 'a' })).toMatchObject({
      status: 500,
      body: { statusCode: 500, error: 'Internal Server Error' },
    });
    expect(clients()).toBe(3);
    expect((await api.call('POST', '/clients', { name: 'b' })).status).toBe(201);
    expect(emulator.select({ status: 500 })).toMatchObject([{ method: 'POST', write: true, done: true }]);
  });

  it('keep the write from being done', async () => {
    const api = await start();
    emulator.inject({ fault: { kind: 'answer', status: 503 }, nth: 2, times: 1 });
    expect((await api.call('POST', '/clients', { name: 'a' })).status).toBe(201);
    expect((await api.call('POST', '/clients', { name: 'b' })).status).toBe(503);
    expect(clients()).toBe(3);
    expect(emulator.count({ done: true, write: true })).toBe(1);
  });

  it.each(['before', 'after'] as const)('drop the connection %s the write', async (when) => {
    const api = await start();
    emulator.inject({ method: 'POST', fault: { kind: 'drop', when } });
    await expect(api.call('POST', '/clients', { name: 'a' })).rejects.toThrow('fetch failed');
    expect(clients()).toBe(when === 'after' ? 3 : 2);
  });

  it('hit a share of the requests, the same ones in every run', async () => {
    const run = async (seed: number): Promise<string> => {
      const api = await start();
      emulator.inject({ share: 0.5, seed, fault: { kind: 'answer', status: 429, headers: { 'retry-after': '0' } } });
      let pattern = '';
      for (let n = 0; n < 40; n += 1) pattern += (await api.call('GET', '/clients')).status === 429 ? 'x' : '.';
      await emulator.close();
      return pattern;
    };
    const pattern = await run(7);
    expect(await run(7)).toBe(pattern);
    expect(await run(8)).not.toBe(pattern);
    expect(pattern.replaceAll('.', '').length).toBeGreaterThan(10);
    expect(pattern.replaceAll('x', '').length).toBeGreaterThan(10);
    await start();
  });

  it('make answers late, also those that fail', async () => {
    const api = await start();
    emulator.inject({ path: /clients/, fault: { kind: 'delay', ms: 60 } });
    emulator.inject({ path: /clients/, fault: { kind: 'answer', status: 502 } });
    const before = performance.now();
    expect((await api.call('GET', '/clients')).status).toBe(502);
    expect(performance.now() - before).toBeGreaterThan(55);
  });
});

describe('the log', () => {
  it('reports every request, and which were writes', async () => {
    const api = await start();
    await api.call('GET', '/clients?per_page=5');
    await api.call('POST', '/clients', { name: 'a' });
    await api.call('POST', '/clients', {});
    expect(emulator.requests).toMatchObject([
      { method: 'POST', path: '/oauth/token', write: false },
      { method: 'GET', path: '/api/v2/clients', query: '?per_page=5', status: 200, write: false },
      { method: 'POST', path: '/api/v2/clients', status: 201, write: true, done: true },
      { method: 'POST', path: '/api/v2/clients', status: 400, write: true, done: false },
    ]);
    expect(emulator.writes()).toHaveLength(2);
    expect(emulator.count({ method: 'POST', path: /^\/api\// })).toBe(2);
    const [first] = emulator.requests;
    expect(first?.answeredAt ?? 0).toBeGreaterThanOrEqual(first?.receivedAt ?? Infinity);
    emulator.reset();
    expect(emulator.requests).toEqual([]);
  });
});
