import { describe, expect, test, vi } from 'vitest';
import { keycloakSettings } from '../../../test/support/keycloak-settings.ts';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import type { Fetch } from '../../platform/fetch.ts';
import { systemPorts } from '../../platform/ports.ts';
import type { Ports } from '../../platform/ports.ts';
import { OwnToken } from '../own-token.ts';
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

test('what stands in front of requests, and the end of the run, are told as what they are', async () => {
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

describe('what is not there', () => {
  const find: typeof FIND = ({ clients }) => clients.findOne({ id: 'x' });
  const gone = (): Response => Response.json({ error: 'Could not find client' }, { status: 404 });

  test('is an error, but where the caller has something in its place', async () => {
    await expect(answered([gone()]).api.read(CONTEXT, find)).rejects.toMatchObject({ code: 'FAILED' });
    expect(await answered([gone()]).api.read({ ...CONTEXT, absent: 'none' }, find)).toBe('none');
  });

  test('is deleted', async () => {
    await answered([gone()]).api.delete(CONTEXT, ({ clients }) => clients.del({ id: 'x' }));
  });
});

describe('a write', () => {
  const writes: string[] = [];
  const onWrite = (): void => void writes.push('written');
  const find = { about: 'create client orders', needs: 'manage-clients' };

  test('that may have been done is told of, and repeated only where that does no harm', async () => {
    const broken = answered([502, 200], { onWrite });
    await broken.api.write(find, ({ clients }) => clients.update({ id: 'x' }, {}));
    expect([broken.sent.length, writes.splice(0)]).toEqual([2, ['written', 'written']]);
    const once = answered([502, 200], { onWrite });
    await expect(
      once.api.writeOnce(find, ({ clients }) => clients.generateNewClientSecret({ id: 'x' })),
    ).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect([once.sent.length, writes.splice(0)]).toEqual([1, ['written']]);
    await answered([200], { onWrite }).api.read(find, FIND);
    expect(writes).toEqual([]);
  });

  test('that makes something must be told where it is', async () => {
    const create = (location: string): Promise<unknown> =>
      answered([new Response(null, { status: 201, headers: { location } })]).api.create(find, ({ clients }) =>
        clients.create({ clientId: 'orders' }),
      );
    expect(await create('http://sso/clients/the-id')).toEqual({ id: 'the-id' });
    for (const location of ['', 'http://sso/clients/'])
      await expect(create(location)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

test("the server's time is that of its last answer, where it says less than this machine's", async () => {
  const clock = { now: () => 9_000_000_000_000, sleep: async () => undefined };
  const { api } = answered([new Response('[]', { headers: { date: 'Thu, 01 Jan 1970 00:00:10 GMT' } })], { clock });
  expect(api.earliestNow()).toBe(9_000_000_000_000);
  await api.read(CONTEXT, FIND);
  expect(api.earliestNow()).toBe(10_000);
});

test('the global fetch stays what it was for everybody else', async () => {
  const { api, sent } = answered([200]);
  const asked = vi.fn<typeof fetch>(async () => new Response('global'));
  // Whatever comes to be the global one, the admin client has its own while it works.
  await api.read(CONTEXT, async ({ clients }) => {
    await clients.find();
  });
  vi.stubGlobal('fetch', asked);
  expect(await (await fetch('http://127.0.0.1:1')).text()).toBe('global');
  vi.unstubAllGlobals();
  expect(sent).toHaveLength(1);
});
