import { afterEach, describe, expect, test, vi } from 'vitest';
import { keycloakSettings } from '../../../test/support/keycloak-settings.ts';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { systemPorts } from '../../platform/ports.ts';
import type { Ports } from '../../platform/ports.ts';
import type { Send } from '../../platform/send.ts';
import { OwnToken } from '../own-token.ts';
import { KeycloakApi } from './api.ts';

const PURPOSE = { about: 'list clients', needs: 'view-clients' };
const TIMING = { headMs: 1, bodyMs: 1 };

/** An API that is answered with these statuses by turns, or late where one is missing; what it was asked, and how long it slept. */
function answered(statuses: readonly (number | undefined)[], rest: Partial<Ports> = {}) {
  const sent: { readonly token: string | undefined; readonly timeoutMs: number }[] = [];
  const slept: number[] = [];
  const send: Send = async (_, { headers, timeoutMs }) => {
    const status = statuses[sent.length];
    sent.push({ token: headers['authorization'], timeoutMs });
    if (status === undefined) throw new DOMException('no answer in time', 'TimeoutError');
    return { status, headers: new Headers({ 'retry-after': '7' }), text: '[]', timing: TIMING };
  };
  const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) };
  let given = 0;
  const tokens = new OwnToken(async () => ({ value: `token-${(given += 1)}`, seconds: 60 }), clock);
  const api = new KeycloakApi(keycloakSettings(), { ...systemPorts(), send, clock, random: () => 1, ...rest }, tokens);
  return { api, sent, slept };
}

test('a late answer is asked for five times, and is a server that is not there', async () => {
  const { api, sent } = answered([]);
  await expect(api.read(PURPOSE, 'clients')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual(Array.from({ length: 5 }, () => 120_000));
});

test.each([429, 503])('a request that is answered with %i waits', async (status) => {
  const { api, sent, slept } = answered([status, 200]);
  expect(await api.read(PURPOSE, 'clients')).toEqual([]);
  expect([sent.length, slept]).toEqual([2, [7_000]]);
});

test('a limit that goes on is an outage: nothing was done', async () => {
  const { api } = answered([429, 429, 429, 429, 429]);
  await expect(api.read(PURPOSE, 'clients')).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining('refuses more requests for now (429)'),
  });
});

test('a refused token is renewed, once', async () => {
  const { api, sent } = answered([401, 200]);
  expect(await api.read(PURPOSE, 'clients')).toEqual([]);
  expect(sent.map(({ token }) => token)).toEqual(['Bearer token-1', 'Bearer token-2']);
  const refused = answered([401, 401, 200]);
  await expect(refused.api.read(PURPOSE, 'clients')).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('what stands in front of requests, and the end of the run, are told as what they are', async () => {
  const lost = new GrantryError('CONFLICT', 'the lock was lost');
  const gate = answered([200], {
    beforeSend: () => {
      throw lost;
    },
  });
  await expect(gate.api.read(PURPOSE, 'clients')).rejects.toBe(lost);
  const ended = answered([200], { signal: AbortSignal.abort() });
  await expect(ended.api.read(PURPOSE, 'clients')).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect([gate.sent, ended.sent]).toEqual([[], []]);
});

describe('the admin client', () => {
  const SECRET = 'canary-of-the-account';
  const call = { about: 'delete client orders', needs: 'manage-clients', idempotent: true, writes: true } as const;
  afterEach(() => void vi.unstubAllGlobals());

  async function refusedWith(answer: () => Response): Promise<{ error: GrantryError; redirects: unknown[] }> {
    const redirects: unknown[] = [];
    vi.stubGlobal('fetch', async (_: unknown, init?: RequestInit) => {
      redirects.push(init?.redirect);
      return answer();
    });
    void new Secret(SECRET);
    const { api } = answered([]);
    const error: unknown = await api
      .call(call, (client) => client.clients.del({ id: 'x' }))
      .catch((reason: unknown) => reason);
    if (!(error instanceof GrantryError)) throw new Error('no GrantryError', { cause: error });
    return { error, redirects };
  }

  test('follows no redirect, and of where it leads tells the server only', async () => {
    const headers = { location: `https://elsewhere.test/${SECRET}` };
    const { error, redirects } = await refusedWith(() => new Response(null, { status: 307, headers }));
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('redirects to https://elsewhere.test, which'),
    });
    expect(new Set(redirects)).toEqual(new Set(['manual']));
  });

  test.each([
    ['errorMessage', { errorMessage: `bad\n::error::${SECRET}` }],
    ['error_description', { error: 'invalid_input', error_description: `bad\n::error::${SECRET}` }],
    ['error', { error: `bad\n::error::${SECRET}` }],
  ])("tells Keycloak's reason on one line and without a secret: %s", async (_, body) => {
    const { error } = await refusedWith(() => Response.json(body, { status: 400 }));
    expect(error.message).toMatch(/\(400\): delete client orders: bad\\n::error::‹hidden›$/);
  });

  test('tells no reason that says nothing', async () => {
    const body = { error: 'unknown_error', error_description: 'See the log' };
    const { error } = await refusedWith(() => Response.json(body, { status: 400 }));
    expect(error.message).toMatch(/\(400\): delete client orders$/);
  });
});
