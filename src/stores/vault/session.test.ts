import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import type { VaultAuth, VaultSettings } from './settings.ts';
import { systemPorts } from '../../platform/ports.ts';
import type { Ports } from '../../platform/ports.ts';
import { openSession, VaultLogin } from './session.ts';
import { createTransport } from './transport.ts';

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A Vault of which each test says what it answers, and a clock that it moves by hand. */
let sent: Sent[];
let now: number;
let answer: (request: Sent) => { status?: number; body: unknown };
/** What the answer waits for. */
let wait: (request: Sent) => Promise<unknown>;

beforeEach(() => {
  sent = [];
  now = 1_000_000;
  wait = async () => undefined;
});

const fetch: Ports['fetch'] = async (url, init) => {
  const { method, headers, body } = new Request(url, init);
  const request = {
    method,
    url: String(url),
    headers,
    body: body === null ? undefined : JSON.parse(await new Response(init?.body ?? null).text()),
  };
  sent.push(request);
  await wait(request);
  const { status = 200, body: reply } = answer(request);
  return Response.json(reply, { status });
};

function portsWith(env: Record<string, string> = {}): Ports {
  const clock = { now: () => now, sleep: async () => undefined };
  return { ...systemPorts(), fetch, env, clock, random: () => 0 };
}

const APPROLE: VaultAuth = { kind: 'approle', mount: 'ci', roleId: 'r', secretId: new Secret('canary-s') };

function open(auth: VaultAuth, env: Record<string, string> = {}, rest: Partial<VaultSettings> = {}) {
  const settings = {
    kind: 'vault',
    address: 'http://v',
    namespace: undefined,
    mount: 'kv',
    prefix: '',
    auth,
    ...rest,
  } as const;
  const ports = portsWith(env);
  const send = createTransport(settings, ports);
  return openSession(new VaultLogin(settings, send, ports), send);
}

/** A new token at every call. */
function leases() {
  let n = 0;
  return () => lease(`t-${++n}`, 600);
}

function lease(token: string, ttl: number, renewable = true) {
  return { body: { auth: { client_token: token, lease_duration: ttl, renewable } } };
}

const tokensUsed = () =>
  sent.filter(({ url }) => url.endsWith('/x')).map(({ headers }) => headers.get('x-vault-token'));
const paths = () => sent.map(({ url }) => url.replace('http://v/v1/', ''));
const READ = { method: 'GET', path: 'x' } as const;
const DENIED = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } };
const DEAD = { status: 403, body: { errors: ['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'] } };

describe('a login', () => {
  test.each<[VaultAuth, string, object]>([
    [APPROLE, 'ci', { role_id: 'r', secret_id: 'canary-s' }],
    [{ kind: 'jwt', mount: 'jwt', role: 'ci', token: new Secret('j') }, 'jwt', { role: 'ci', jwt: 'j' }],
  ])('$kind sends what Vault asks for, without a token', async (auth, mount, body) => {
    answer = () => lease('t-1', 0);
    await (
      await open(auth)
    )(READ);
    expect(sent[0]).toMatchObject({ method: 'POST', url: `http://v/v1/auth/${mount}/login`, body });
    expect(sent[0]?.headers.get('x-vault-token')).toBeNull();
    expect(tokensUsed()).toEqual(['t-1']);
  });

  test('by GitHub Actions asks for an id token first, for the audience', async () => {
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://gh.example/t?api=2', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'b' };
    answer = ({ url }) => (url.startsWith('https://gh') ? { body: { value: 'a-github-token' } } : lease('t-1', 0));
    await open({ kind: 'github', mount: 'gh', role: 'ci', audience: 'https://vault' }, env);
    expect(sent[0]?.url).toBe('https://gh.example/t?api=2&audience=https%3A%2F%2Fvault');
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer b');
    expect(sent[1]).toMatchObject({ url: 'http://v/v1/auth/gh/login', body: { role: 'ci', jwt: 'a-github-token' } });
  });

  test('by GitHub Actions outside of it, or without the permission, says so', async () => {
    const auth = { kind: 'github', mount: 'gh', role: 'ci', audience: 'a' } as const;
    await expect(open(auth)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('id-token: write'),
    });
    answer = () => ({ status: 403, body: { message: 'canary' } });
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://gh.example', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary' };
    const failure = await open(auth, env).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(inspect(failure)).not.toContain('canary');
  });

  test('by Kubernetes reads the token file at every login', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grantry-k8s-'));
    const env = { GRANTRY_KUBERNETES_TOKEN_FILE: join(folder, 'token') };
    const auth = { kind: 'kubernetes', mount: 'k', role: 'ci' } as const;
    await expect(open(auth, env)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: expect.stringContaining(folder),
    });
    await writeFile(join(folder, 'token'), 'one\n');
    answer = () => lease('t', 30, false);
    const session = await open(auth, env);
    await writeFile(join(folder, 'token'), 'two\n');
    now += 25_000;
    await session(READ);
    expect(sent.map(({ body }) => body)).toEqual([{ role: 'ci', jwt: 'one' }, { role: 'ci', jwt: 'two' }, undefined]);
    await rm(folder, { recursive: true });
  });

  test('carries the namespace, as does every other call', async () => {
    answer = () => lease('t-1', 0);
    await (
      await open(APPROLE, {}, { namespace: 'team/a' })
    )(READ);
    expect(sent.map(({ headers }) => headers.get('x-vault-namespace'))).toEqual(['team/a', 'team/a']);
  });

  test.each([400, 403, 404])('that Vault refuses with %d is NOT_ALLOWED and quotes nothing', async (status) => {
    answer = () => ({
      status,
      body: { errors: [status === 404 ? 'no handler for route "canary-s"' : 'bad canary-s'] },
    });
    const failure = await open(APPROLE).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('auth/ci/login') });
    expect(inspect(failure)).not.toContain('canary');
  });
});

describe('a lease', () => {
  test('is renewed two thirds in, once for all that wait', async () => {
    answer = ({ url }) => (url.endsWith('/x') ? { body: {} } : lease('t-1', 60));
    const session = await open(APPROLE);
    now += 39_000;
    await session(READ);
    now += 2_000;
    await Promise.all([session(READ), session(READ), session(READ)]);
    expect(paths()).toEqual(['auth/ci/login', 'x', 'auth/token/renew-self', 'x', 'x', 'x']);
  });

  test.each([
    ['is not renewable', () => lease('t-1', 60, false)],
    ['cannot be renewed any more', () => ({ status: 403, body: { errors: ['permission denied'] } })],
    ['is renewed for too short', () => lease('t-1', 10)],
  ])('that %s leads to a new login', async (_, renewal) => {
    const leases = [lease('t-1', 60, _ !== 'is not renewable'), lease('t-2', 60)];
    answer = ({ url }) => {
      if (url.endsWith('/x')) return { body: {} };
      return url.endsWith('/login') ? (leases.shift() ?? { body: {} }) : renewal();
    };
    const session = await open(APPROLE);
    now += 41_000;
    await session(READ);
    expect(tokensUsed()).toEqual(['t-2']);
  });

  test('of a static token is looked up and renewed; without the right to that it is just used', async () => {
    const auth = { kind: 'token', token: new Secret('static') } as const;
    answer = ({ url }) =>
      url.endsWith('lookup-self') ? { body: { data: { ttl: 90, renewable: true } } } : lease('static', 90);
    const session = await open(auth);
    now += 61_000;
    await session(READ);
    expect(paths()).toEqual(['auth/token/lookup-self', 'auth/token/renew-self', 'x']);
    sent = [];
    answer = ({ url }) => (url.endsWith('/x') ? { body: {} } : DENIED);
    await (
      await open(auth)
    )(READ);
    expect(tokensUsed()).toEqual(['static']);
  });
});

test('a static token that Vault does not know is refused by the name of its variable', async () => {
  answer = () => DEAD;
  const token = new Secret('canary-static', ['VAULT_TOKEN']);
  await expect(open({ kind: 'token', token })).rejects.toThrow(
    'Vault at http://v does not accept the token (from VAULT_TOKEN in the environment): wrong, expired or revoked',
  );
});

describe('a 403 in the middle', () => {
  test('of a dead token leads to one new login, shared by all', async () => {
    const next = leases();
    answer = ({ url, headers }) => {
      if (url.endsWith('/login')) return next();
      return headers.get('x-vault-token') === 't-1' ? DEAD : { body: {} };
    };
    const session = await open(APPROLE);
    const answers = await Promise.all([session(READ), session(READ), session(READ)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(paths().filter((path) => path.endsWith('login'))).toHaveLength(2);
  });

  test('of a server that does not say when it ends is asked after', async () => {
    const next = leases();
    answer = ({ url, headers }) => {
      if (url.endsWith('/login')) return next();
      return headers.get('x-vault-token') === 't-1' ? DENIED : { body: {} };
    };
    expect((await (await open(APPROLE))(READ)).status).toBe(200);
  });

  test('logs in once for many calls, where Vault does not say why and one of them hears of it late', async () => {
    const next = leases();
    answer = ({ url, headers }) => {
      if (url.endsWith('/login')) return next();
      return headers.get('x-vault-token') === 't-1' ? DENIED : { body: {} };
    };
    let looks = 0;
    let release: (() => void) | undefined;
    const late = new Promise<void>((resolve) => (release = resolve));
    wait = async ({ url }) => (url.endsWith('/lookup-self') && (looks += 1) === 2 ? late : undefined);
    const call = await open(APPROLE);
    const calls = [call(READ), call(READ)];
    await Promise.race(calls);
    release?.();
    await Promise.all(calls);
    expect(looks).toBe(2);
    expect(paths().filter((path) => path.endsWith('/login'))).toHaveLength(2);
  });

  test('about a right that is missing stays a 403', async () => {
    answer = ({ url }) => {
      if (url.endsWith('/x')) return DENIED;
      return url.endsWith('lookup-self') ? { body: { data: { ttl: 1 } } } : lease('t-1', 600);
    };
    expect((await (await open(APPROLE))(READ)).status).toBe(403);
    expect(tokensUsed()).toEqual(['t-1']);
  });

  test('that persists is tried twice, no more; a static token once', async () => {
    answer = ({ url }) => (url.endsWith('/login') ? lease('t', 600) : DEAD);
    expect((await (await open(APPROLE))(READ)).status).toBe(403);
    expect(tokensUsed()).toHaveLength(2);
    sent = [];
    answer = ({ url }) => (url.endsWith('lookup-self') ? { body: { data: { ttl: 0 } } } : DEAD);
    expect((await (await open({ kind: 'token', token: new Secret('s') }))(READ)).status).toBe(403);
    expect(tokensUsed()).toHaveLength(1);
  });
});
