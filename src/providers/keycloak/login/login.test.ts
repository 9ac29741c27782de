/** Logins against a token endpoint of which each test says what it answers. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { GrantryError } from '../../../model/errors.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { OwnToken } from '../../own-token.ts';
import { adminToken } from '../http/token.ts';
import type { ClientAuth } from './settings.ts';

const URL_OF_KEYCLOAK = 'https://id.example';
const ISSUER = `${URL_OF_KEYCLOAK}/realms/ops`;
const RUNNER = 'https://x.actions.githubusercontent.com/token';
const ENV = { ACTIONS_ID_TOKEN_REQUEST_URL: RUNNER, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary-bearer' };
const PEM = String(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
);

const metadata = {
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/certs`,
};

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of another issuer; nobody checks its signature here. */
function workloadToken(claims: object): string {
  return `${part({ alg: 'RS256' })}.${part({ iss: 'https://ci.example', sub: 'job', ...claims })}.c2lnbmF0dXJl`;
}

let now: number;
/** As the realm names itself. */
let issuer: string;
let forms: URLSearchParams[];
let asked: string[];
/** By the number of the token request, from 1. */
let answer: (count: number) => Response | Promise<Response>;

beforeEach(() => {
  now = 1_800_000_000_000;
  issuer = ISSUER;
  [forms, asked] = [[], []];
  answer = (count) => Response.json({ access_token: `the-access-token-${count}`, expires_in: 60 });
});

const ports = portsOver(
  async (input, init) => {
    const url = String(input);
    asked.push(url);
    if (url.startsWith(RUNNER)) {
      return Response.json({
        value: workloadToken({ aud: new URL(url).searchParams.get('audience'), n: asked.length }),
      });
    }
    if (url.endsWith('/.well-known/openid-configuration')) return Response.json({ ...metadata, issuer });
    forms.push(new URLSearchParams(await new Response(init?.body).text()));
    return answer(forms.length);
  },
  { env: ENV, clock: { now: () => now, sleep: async () => undefined } },
);

function logInBy(auth: ClientAuth, env: Readonly<Record<string, string>> = ENV): OwnToken {
  return adminToken(keycloakSettings({ url: URL_OF_KEYCLOAK, auth: { realm: 'ops', ...auth } }), { ...ports, env });
}

const assertions = (): string[] => forms.map((form) => form.get('client_assertion') ?? 'none');
const audiences = (): unknown[] => assertions().map((text) => decodeJwt(text).aud);

async function failureOf(tokens: OwnToken): Promise<{ readonly message: string; readonly hint: string }> {
  const error: unknown = await tokens.getAccessToken().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GrantryError)) throw new Error('it was let in');
  expect(error.code).toBe('NOT_ALLOWED');
  for (const secret of ['canary', ...assertions()]) expect(inspect(error)).not.toContain(secret);
  return { message: error.message, hint: error.hint ?? '' };
}

const refusedFor = (description: string, status = 400) =>
  Response.json({ error: 'invalid_client', error_description: description }, { status });

const KEY: ClientAuth = { kind: 'key', clientId: 'grantry', privateKey: new Secret(PEM, ['KEY']), keyId: 'k1' };
const GITHUB: ClientAuth = { kind: 'github', clientId: 'grantry' };
const given = (token = workloadToken({ aud: ISSUER })): ClientAuth => ({
  kind: 'assertion',
  clientId: 'grantry',
  assertion: new Secret(token, ['CI_TOKEN']),
});

/** Where Keycloak is reached by another address than the one that it names itself by. */
const PUBLIC_ISSUER = 'https://login.example/realms/ops';
const discovered = (): string[] => asked.filter((url) => url.includes('.well-known'));

describe.each([
  ['a key', KEY, { ...KEY, audience: PUBLIC_ISSUER }, 'provider.keycloak.auth.audience'],
  ['GitHub Actions', GITHUB, { ...GITHUB, audience: PUBLIC_ISSUER }, 'provider.keycloak.auth.github.audience'],
] as const)('a login by %s to a server that names another issuer', (_, auth, withAudience, setting) => {
  it.each(['sts.amazonaws.com', PUBLIC_ISSUER, `${URL_OF_KEYCLOAK}/realms/other`])(
    'makes no token for %s, and says what to set',
    async (named) => {
      issuer = named;
      const { message, hint } = await failureOf(logInBy(auth));
      expect(message).toBe(
        `Keycloak at ${URL_OF_KEYCLOAK} names the realm ops by the issuer ${named}, not by ${ISSUER}`,
      );
      expect(hint).toContain(`set ${setting} to the issuer of the realm`);
      expect(asked).toEqual([`${ISSUER}/.well-known/openid-configuration`]);
    },
  );

  it('goes by the audience of the Target where it has one, and asks for none', async () => {
    issuer = 'sts.amazonaws.com';
    await logInBy(withAudience).getAccessToken();
    expect(audiences()).toEqual([PUBLIC_ISSUER]);
    expect(discovered()).toEqual([]);
  });
});

describe('a login by a key', () => {
  it('sends an assertion for the realm as it names itself, with the client_id and no secret', async () => {
    await logInBy(KEY).getAccessToken();
    const [form] = forms;
    expect([...(form?.keys() ?? [])].toSorted()).toEqual([
      'client_assertion',
      'client_assertion_type',
      'client_id',
      'grant_type',
    ]);
    expect(form?.get('client_id')).toBe('grantry');
    expect(decodeJwt(assertions()[0] ?? '')).toMatchObject({ iss: 'grantry', sub: 'grantry', aud: ISSUER });
  });

  it('signs anew for each token, and asks for the name of the realm once', async () => {
    const tokens = logInBy(KEY);
    for (let count = 0; count < 3; count += 1, now += 60_000) await tokens.getAccessToken();
    expect(new Set(assertions()).size).toBe(3);
    expect(discovered()).toEqual([`${URL_OF_KEYCLOAK}/realms/ops/.well-known/openid-configuration`]);
  });

  it('signs anew where the answer was lost: the server may have seen the first assertion', async () => {
    answer = (count) =>
      count === 1
        ? new Response('', { status: 502 })
        : Response.json({ access_token: 'the-access-token', expires_in: 60 });
    expect(await logInBy(KEY).getAccessToken()).toBe('the-access-token');
    expect(new Set(assertions()).size).toBe(2);
  });

  it.each([
    ['Unable to load public key', 'has no public key with the kid k1 that fits'],
    ['Client authentication with signed JWT failed: Signature on JWT token failed validation', 'is not the key whose'],
    ['Invalid token audience', 'hostname'],
    ["Client authentication with signed JWT failed: Token audience doesn't match domain", 'hostname'],
    ['Client authentication with signed JWT failed: Token is not active', 'compare the clocks'],
    ['Token is not active', 'compare the clocks'],
    ['Invalid client or Invalid client credentials', 'authenticate by client-jwt'],
  ])('that is refused with %j says what to do', async (description, hint) => {
    answer = () => refusedFor(description);
    const failure = await failureOf(logInBy(KEY));
    expect(failure.message).toBe(
      `Keycloak at ${URL_OF_KEYCLOAK} does not let client grantry of realm ops in: invalid_client: ${description}`,
    );
    expect(failure.hint).toContain(hint);
  });
});

it('a login by a key for an audience that the server refuses names the setting', async () => {
  answer = () => refusedFor('Invalid token audience');
  const { hint } = await failureOf(logInBy({ ...KEY, audience: 'https://elsewhere.example' }));
  expect(hint).toContain('provider.keycloak.auth.audience is https://elsewhere.example');
});

describe('a login by GitHub Actions', () => {
  it('asks for a token for the issuer of the realm, anew each time', async () => {
    const tokens = logInBy(GITHUB);
    for (let count = 0; count < 2; count += 1, now += 60_000) await tokens.getAccessToken();
    expect(audiences()).toEqual([ISSUER, ISSUER]);
    expect(new Set(assertions()).size).toBe(2);
  });

  it('outside of a job says so', async () => {
    const { message } = await failureOf(logInBy(GITHUB, {}));
    expect(message).toBe('There is no GitHub Actions id token to log in to Keycloak with');
  });
});

describe('a login by the token of a pod', () => {
  it('reads the file at each login', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'grantry-token-'));
    const tokenFile = join(folder, 'token');
    const tokens = logInBy({ kind: 'kubernetes', clientId: 'grantry', tokenFile });
    const written = [workloadToken({ n: 1 }), workloadToken({ n: 2 })];
    for (const token of written) {
      writeFileSync(tokenFile, `${token}\n`);
      await tokens.getAccessToken();
      now += 60_000;
    }
    expect(assertions()).toEqual(written);
    rmSync(folder, { recursive: true });
    now += 60_000;
    const { message, hint } = await failureOf(tokens);
    expect(message).toContain(`no service-account token at ${tokenFile}`);
    expect(hint).toContain('provider.keycloak.auth.kubernetes.tokenFile');
  });

  it('sends no file that is none', async () => {
    const tokens = logInBy({ kind: 'kubernetes', clientId: 'grantry', tokenFile: '/etc/hostname' });
    expect((await failureOf(tokens)).message).toBe('The token to log in to Keycloak with is no JWT: /etc/hostname');
    expect(asked).toEqual([]);
  });
});

describe('a login by a token from the environment', () => {
  it('that the server takes once says so when the access token has ended', async () => {
    answer = (count) =>
      count === 1
        ? Response.json({ access_token: 'the-access-token', expires_in: 60 })
        : refusedFor('Token reuse detected');
    const tokens = logInBy(given());
    expect(await tokens.getAccessToken()).toBe('the-access-token');
    expect(await tokens.getAccessToken()).toBe('the-access-token');
    expect(forms).toHaveLength(1);
    now += 60_000;
    const { message, hint } = await failureOf(tokens);
    expect(message).toContain('in a second time, now that its access token has ended or was refused: invalid_client');
    expect(hint).toContain('(from CI_TOKEN in the environment) was used before');
    expect(hint).toContain('Access token lifespan');
  });

  it('that the server takes once says what is to be done where the access token was refused: a second one is not to be had', async () => {
    answer = (count) =>
      count === 1
        ? Response.json({ access_token: 'the-access-token', expires_in: 60 })
        : refusedFor('Token reuse detected');
    const tokens = logInBy(given());
    const call = tokens.with(
      () => tokens.getAccessToken().then(() => Promise.reject(new Error('401'))),
      () => true,
    );
    await expect(call).rejects.toMatchObject({ hint: expect.stringContaining('kc-admin-api must be a default one') });
    expect(forms.map((form) => form.get('scope'))).toEqual([null, 'kc-admin-api']);
  });

  it('that the server takes again goes on', async () => {
    const tokens = logInBy(given());
    await tokens.getAccessToken();
    now += 60_000;
    expect(await tokens.getAccessToken()).toBe('the-access-token-2');
  });

  it.each([
    ['Invalid token audience', ['audience https://other.example.', 'nothing beside it', 'aud under id_tokens']],
    ['Multiple audiences not allowed', ['nothing beside it']],
    ['Token is not active', ['issued 400 seconds ago', 'right before grantry runs']],
    ['Token was issued too far in the past to be used now', ['issued 400 seconds ago', '300 seconds']],
    ['Token was issued in the future', ['issued 400 seconds ago']],
    ['Token exp claim is required', ['valid now']],
    ['Token jti claim is required', ['with an id (jti) only']],
    ['Issuer mismatch. The issuer should match the subject', ['takes Keycloak 26.6']],
    [
      'Invalid client or Invalid client credentials',
      ['issuer https://ci.example, subject job, audience https://other.example', '(1)', '(2)', '(3)', '26.6 or later'],
    ],
  ])('that is refused with %j says what the token says, and what to do', async (description, parts) => {
    answer = () => refusedFor(description);
    const token = workloadToken({ aud: 'https://other.example', iat: now / 1000 - 400 });
    const { message, hint } = await failureOf(logInBy(given(token)));
    expect(message).toContain(`invalid_client: ${description}`);
    for (const part of parts) expect(hint).toContain(part);
  });

  it('shows nothing of a token that could command a terminal', async () => {
    answer = () => refusedFor('Invalid client or Invalid client credentials', 401);
    const { hint } = await failureOf(logInBy(given(workloadToken({ sub: '\u001B[2J\n::error::x', aud: ['a', 'b'] }))));
    expect(hint).toContain(String.raw`subject \u{1b}[2J\n::error::x, audience a and b.`);
  });

  it.each(['canary', 'canary.canary', 'a.b.c', 'a b.c.d'])('is not sent where it is no JWT: %j', async (token) => {
    const { message } = await failureOf(logInBy(given(token)));
    expect(message).toBe(
      'The token to log in to Keycloak with is no JWT: assertion (from CI_TOKEN in the environment)',
    );
    expect(asked).toEqual([]);
  });
});

describe('a login by a secret', () => {
  const SECRET: ClientAuth = { kind: 'secret', clientId: 'grantry', clientSecret: new Secret('canary-secret') };

  it('sends it, and no assertion', async () => {
    await logInBy(SECRET).getAccessToken();
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'grantry',
      client_secret: 'canary-secret',
    });
  });

  it('to a realm that is not there says so', async () => {
    answer = () => Response.json({ error: 'Realm does not exist' }, { status: 404 });
    expect((await failureOf(logInBy(SECRET))).message).toBe(`Keycloak at ${URL_OF_KEYCLOAK} has no realm ops`);
  });

  it.each([
    ['is busy', Response.json({ error: 'too_many' }, { status: 429 })],
    ['is broken', Response.json({ error: 'unknown_error' }, { status: 500 })],
    ['is something else', new Response('<html>', { status: 400 })],
  ])('to a server that %s is no refusal', async (_, response) => {
    answer = () => response.clone();
    const login = logInBy(SECRET).getAccessToken();
    await expect(login).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: `Keycloak at ${URL_OF_KEYCLOAK} answers the token request of client grantry with status ${response.status}`,
    });
  });
});

it('a login to a realm that is not there says so before anything is signed', async () => {
  const missing = portsOver(async () => new Response('', { status: 404 }), { env: ENV });
  const settings = keycloakSettings({ url: URL_OF_KEYCLOAK, auth: { realm: 'ops', ...KEY } });
  const failure = adminToken(settings, missing).getAccessToken();
  await expect(failure).rejects.toMatchObject({
    message: `Keycloak at ${URL_OF_KEYCLOAK} has no realm ops`,
    hint: expect.stringContaining('provider.keycloak.auth.realm'),
  });
});
