import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { listenOnLoopback } from '../../../../test/support/servers/listening.ts';
import { keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { GrantryError } from '../../../model/errors.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { Fetch } from '../../../platform/fetch.ts';
import { systemPorts } from '../../../platform/ports.ts';
import type { Ports } from '../../../platform/ports.ts';
import { OwnToken } from '../../own-token.ts';
import { KeycloakApi } from './api.ts';

const CONTEXT = { about: 'list clients', needs: 'view-clients' };

const FIND: Parameters<KeycloakApi['read']>[1] = ({ clients }) => clients.find();

/** An API that is answered in these ways by turns, or late where one is missing; what it was asked, and how long it slept. */
function answered(answers: readonly (number | Response | undefined)[], rest: Partial<Ports> = {}) {
  const sent: { readonly token: string | null; readonly redirect: string | undefined }[] = [];
  const slept: number[] = [];
  const fetch: Fetch = async (_, init) => {
    const answer = answers[sent.length];
    sent.push({ token: new Headers(init?.headers).get('authorization'), redirect: init?.redirect });
    if (answer === undefined) throw new DOMException('no answer in time', 'TimeoutError');
    return answer instanceof Response
      ? answer
      : new Response('[]', { status: answer, headers: { 'retry-after': '7' } });
  };
  const clock = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) };
  let given = 0;
  const tokens = new OwnToken(async () => ({ value: `token-${(given += 1)}`, seconds: 60 }), clock);
  const api = new KeycloakApi(keycloakSettings(), { ...systemPorts(), fetch, clock, random: () => 1, ...rest }, tokens);
  return { api, sent, slept };
}

test('a late answer is asked for five times, and is a server that is not there', async () => {
  const { api, sent } = answered([]);
  await expect(api.read(CONTEXT, FIND)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(sent).toHaveLength(5);
});

test.each([429, 503])('a request that is answered with %i waits', async (status) => {
  const { api, sent, slept } = answered([status, 200]);
  expect(await api.read(CONTEXT, FIND)).toEqual([]);
  expect([sent.length, slept]).toEqual([2, [7_000]]);
});

test('a limit that goes on is an outage: nothing was done', async () => {
  const { api } = answered([429, 429, 429, 429, 429]);
  await expect(api.read(CONTEXT, FIND)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining('refuses more requests for now (429)'),
  });
});

test('a refused token is renewed, once', async () => {
  const { api, sent } = answered([401, 200]);
  expect(await api.read(CONTEXT, FIND)).toEqual([]);
  expect(sent.map(({ token }) => token)).toEqual(['Bearer token-1', 'Bearer token-2']);
  const refused = answered([401, 401, 200]);
  await expect(refused.api.read(CONTEXT, FIND)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('errors name what stands in front of requests, and the end of the run, as what they are', async () => {
  const lost = new GrantryError('CONFLICT', 'the lock was lost');
  const guarded = answered([200], {
    beforeSend: () => {
      throw lost;
    },
  });
  await expect(guarded.api.read(CONTEXT, FIND)).rejects.toBe(lost);
  const ended = answered([200], { signal: AbortSignal.abort() });
  await expect(ended.api.read(CONTEXT, FIND)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect([guarded.sent, ended.sent]).toEqual([[], []]);
});

describe('what is refused', () => {
  const SECRET = 'canary-of-the-account';
  const context = { about: 'delete client orders', needs: 'manage-clients' };

  async function refusedWith(answer: Response): Promise<{ error: GrantryError; sent: readonly unknown[] }> {
    void new Secret(SECRET);
    const { api, sent } = answered([answer]);
    const error: unknown = await api
      .delete(context, ({ clients }) => clients.del({ id: 'x' }))
      .catch((why: unknown) => why);
    if (!(error instanceof GrantryError)) throw new Error('no GrantryError', { cause: error });
    return { error, sent };
  }

  test('no redirect is followed, and of where it leads only the server is shown', async () => {
    const headers = { location: `https://elsewhere.test/${SECRET}` };
    const { error, sent } = await refusedWith(new Response(null, { status: 307, headers }));
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('redirects to https://elsewhere.test, which'),
    });
    expect(sent).toMatchObject([{ redirect: 'manual' }]);
  });

  test.each([
    ['errorMessage', { errorMessage: `bad\n::error::${SECRET}` }],
    ['error_description', { error: 'invalid_input', error_description: `bad\n::error::${SECRET}` }],
    ['error', { error: `bad\n::error::${SECRET}` }],
  ])("Keycloak's reason stands on one line and without a secret: %s", async (_, body) => {
    const { error } = await refusedWith(Response.json(body, { status: 400 }));
    expect(error.message).toMatch(/\(400\): delete client orders: bad\\n::error::‹hidden›$/);
  });

  test('a reason that says nothing is left out', async () => {
    const body = { error: 'unknown_error', error_description: 'See the log' };
    const { error } = await refusedWith(Response.json(body, { status: 400 }));
    expect(error.message).toMatch(/\(400\): delete client orders$/);
  });
});

const gone = (): Response => Response.json({ error: 'Could not find client' }, { status: 404 });

const FIND_ONE: typeof FIND = ({ clients }) => clients.findOne({ id: 'x' });

describe('what is not there', () => {
  test('is an error, but where the caller has something in its place', async () => {
    await expect(answered([gone()]).api.read(CONTEXT, FIND_ONE)).rejects.toMatchObject({ code: 'FAILED' });
    expect(await answered([gone()]).api.read({ ...CONTEXT, absent: 'none' }, FIND_ONE)).toBe('none');
  });

  test('is deleted', async () => {
    const { api, sent } = answered([gone()]);
    await api.delete(CONTEXT, ({ clients }) => clients.del({ id: 'x' }));
    expect(sent).toHaveLength(1);
  });
});

const MAKE = { about: 'create client orders', needs: 'manage-clients' };

test('a write that may have been done is noted, and repeated only where that does no harm', async () => {
  const writes: string[] = [];
  const onWrite = (): void => void writes.push('written');
  const broken = answered([502, 200], { onWrite });
  await broken.api.write(MAKE, ({ clients }) => clients.update({ id: 'x' }, {}));
  expect([broken.sent.length, writes.splice(0)]).toEqual([2, ['written', 'written']]);
  const once = answered([502, 200], { onWrite });
  const failing = once.api.writeOnce(MAKE, ({ clients }) => clients.generateNewClientSecret({ id: 'x' }));
  await expect(failing).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect([once.sent.length, writes.splice(0)]).toEqual([1, ['written']]);
  await answered([200], { onWrite }).api.read(CONTEXT, FIND);
  expect(writes).toEqual([]);
});

function createdAt(location: string): Promise<unknown> {
  const { api } = answered([new Response(null, { status: 201, headers: { location } })]);
  return api.create(MAKE, ({ clients }) => clients.create({ clientId: 'orders' }));
}

describe('what was made', () => {
  test('has the id that the answer ends with', async () => {
    expect(await createdAt('http://sso/clients/the-id')).toEqual({ id: 'the-id' });
  });

  test.each(['', 'http://sso/clients/'])('may be anywhere where the answer says no place: %j', async (location) => {
    await expect(createdAt(location)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

test("the server's time is that of its last answer, where it says less than this machine's", async () => {
  const clock = { now: () => 9_000_000_000_000, sleep: async () => undefined };
  const { api } = answered([new Response('[]', { headers: { date: 'Thu, 01 Jan 1970 00:00:10 GMT' } })], { clock });
  expect(api.earliestNow()).toBe(9_000_000_000_000);
  await api.read(CONTEXT, FIND);
  expect(api.earliestNow()).toBe(10_000);
});

test('other callers of the global fetch meanwhile do not get that of the admin client', async () => {
  const { api, sent } = answered([200]);
  const server = createServer((_, response) => response.end('somewhere else'));
  const { url, close } = await listenOnLoopback(server);
  const [, elsewhere] = await Promise.all([api.read(CONTEXT, FIND), fetch(url).then((answer) => answer.text())]);
  await close();
  expect([elsewhere, sent.length]).toEqual(['somewhere else', 1]);
});
