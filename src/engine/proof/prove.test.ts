import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { JWTPayload } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { GrantryError } from '../../model/errors.ts';
import { hasNothingToProve, isProven, isUntested } from '../../model/report.ts';
import type { ClientProof } from '../../model/report.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Expectation } from './expectation.ts';
import { proveAll } from './prove-all.ts';
import type { Proofs } from './prove-all.ts';
import { rotationOf } from '../../credentials/registry.ts';
import { proveAccepted, provePreviousRefused } from '../rotation/prove-rotation.ts';
import { TokenClient } from './token-client.ts';
import { secretPayload } from '../../../test/support/stored-secrets.ts';

const ISSUER = 'https://sso.test/realms/a';
const ENDPOINTS = { issuer: ISSUER, token: `${ISSUER}/token`, jwks: `${ISSUER}/keys`, introspection: undefined };
const SECRET = 'canary-of-orders';

const EXPECTATION: Expectation = {
  client: 'orders',
  path: 'orders',
  auth: 'client_secret_post',
  tokens: [
    {
      which: 'a token',
      claim: 'the credential in the store works',
      parameters: {},
      scopes: ['stock:read'],
      audiences: ['https://stock.test'],
      lifetime: undefined,
      roles: { realm: [], clients: {} },
    },
  ],
  refusal: { what: 'pay:out', parameters: { scope: 'pay:out' }, status: 400, error: 'invalid_scope' },
  denial: { status: 400, error: 'invalid_scope' },
  introspectors: [],
  found: [],
};
const DISABLED: Expectation = { ...EXPECTATION, disabled: { status: 401, error: 'invalid_client' } };
const NO_TOKENS: Expectation = { ...EXPECTATION, tokens: [] };

let keys: {
  readonly own: Awaited<ReturnType<typeof generateKeyPair>>;
  readonly other: Awaited<ReturnType<typeof generateKeyPair>>;
};
beforeAll(async () => {
  keys = { own: await generateKeyPair('RS256'), other: await generateKeyPair('RS256') };
});

/** What the token endpoint says to a request for these scopes. */
let answer: (scope: string | null) => Promise<Response>;

interface Signing {
  readonly claims?: JWTPayload;
  readonly by?: 'own' | 'other';
}

async function issued({ claims = {}, by = 'own' }: Signing = {}): Promise<Response> {
  const payload = { iss: ISSUER, azp: 'orders', scope: 'stock:read', aud: 'https://stock.test', ...claims };
  const token = await new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(keys[by].privateKey);
  return Response.json({ access_token: token, token_type: 'Bearer', expires_in: 300 });
}

function refused(status: number, error: string, description?: string): Response {
  return Response.json({ error, ...(description === undefined ? {} : { error_description: description }) }, { status });
}

beforeEach(() => {
  answer = async (scope) => (scope === null ? issued() : refused(400, 'invalid_scope'));
});

const ports = portsOver(
  async (input, init) => {
    if (new Request(input).url === ENDPOINTS.jwks) {
      const jwk = await exportJWK(keys.own.publicKey);
      return Response.json({ keys: [{ ...jwk, kid: 'k', alg: 'RS256' }] });
    }
    return answer(init?.body instanceof URLSearchParams ? init.body.get('scope') : null);
  },
  { clock: { ...systemClock, sleep: async () => undefined }, random: () => 0 },
);

const store = {
  locate: (path: string) => `memory/${path}`,
  read: async () => ({ document: { clientId: 'orders', payload: secretPayload(SECRET), facts: {} }, version: 1 }),
};

type ProofStore = Parameters<typeof proveAll>[2];

async function prove(expectation = EXPECTATION, from: ProofStore = store): Promise<ClientProof> {
  const { proofs }: Proofs = await proveAll([expectation], ENDPOINTS, from, ports, {
    inFlight: 1,
    stopped: () => false,
    onProof: () => undefined,
  });
  const [proof] = proofs;
  if (proof === undefined) throw new Error('no proof');
  return proof;
}

function failures({ checks }: ClientProof): string[] {
  return checks.flatMap(({ claim, outcome, detail = '' }) => (outcome === 'failed' ? [`${claim}: ${detail}`] : []));
}

describe('proveClient', () => {
  test('a token as it should be, and the refusal of what was not granted, prove a client', async () => {
    const proof = await prove();
    expect(failures(proof)).toEqual([]);
    expect(proof.checks).toHaveLength(8);
  });

  test('a credential that is not in the store proves nothing, and fails but where its owner may keep it', async () => {
    const empty = { ...store, read: async () => undefined };
    const proof = await prove(EXPECTATION, empty);
    expect(failures(proof)).toEqual(['the store has the credential: nothing lies at memory/orders']);
    const kept = await prove({ ...EXPECTATION, mayLackCredential: true }, empty);
    expect([failures(kept), isUntested(kept)]).toEqual([[], true]);
  });

  test.each<[string, Signing]>([
    ['of another issuer', { claims: { iss: 'https://sso.test/realms/b' } }],
    ['signed by somebody else', { by: 'other' }],
  ])('a token %s proves nothing', async (_, signing) => {
    answer = async (scope) => (scope === null ? issued(signing) : refused(400, 'invalid_scope'));
    const proof = await prove();
    expect(failures(proof).join()).toMatch(/^a token is signed by the issuer: /);
    expect(isProven(proof)).toBe(false);
  });

  test.each([
    [400, 'invalid_request'],
    [400, 'unauthorized_client'],
    [401, 'invalid_scope'],
    [401, 'invalid_client'],
    [403, 'access_denied'],
  ])('a refusal with %d %s is no proof that a scope is not granted', async (status, error) => {
    answer = async (scope) => (scope === null ? issued() : refused(status, error, 'Because'));
    expect(failures(await prove())).toEqual([
      `pay:out, which was not granted, is refused: refused, but with ${status} ${error}: Because instead of 400 invalid_scope`,
    ]);
  });

  test.each([
    [400, 'invalid_request'],
    [401, 'invalid_client'],
  ])('nor, with %d %s, that the credential of a client works that gets no token', async (status, error) => {
    answer = async () => refused(status, error);
    expect(failures(await prove(NO_TOKENS))).toHaveLength(2);
  });

  test.each<[string, number, string, string[]]>([
    ['as one that is disabled', 401, 'invalid_client', []],
    ['as one that is enabled', 401, 'unauthorized_client', ['401 unauthorized_client instead of 401 invalid_client']],
    ['for what it asks', 400, 'invalid_scope', ['400 invalid_scope instead of 401 invalid_client']],
  ])('a client that is disabled is to be refused: it is refused %s', async (_, status, error, failed) => {
    answer = async () => refused(status, error);
    const proof = await prove(DISABLED);
    const claim = 'a token is refused: the client is disabled';
    expect(failures(proof)).toEqual(failed.map((how) => `${claim}: refused, but with ${how}`));
    expect(proof.checks[0]?.claim).toBe(claim);
  });

  test('a client that is disabled and gets a token all the same is a failure', async () => {
    answer = async () => issued();
    const proof = await prove(DISABLED);
    expect(failures(proof)).toEqual(['a token is refused: the client is disabled: a token was issued']);
    expect(hasNothingToProve(proof)).toBe(false);
  });

  test('of a client that is refused before its credential is looked at, that works is not claimed', async () => {
    answer = async () => refused(401, 'invalid_client');
    const { checks, credential } = await prove(DISABLED);
    expect([checks.map(({ outcome }) => outcome), credential]).toEqual([['passed', 'not-testable'], undefined]);
    answer = async () => refused(401, 'unauthorized_client');
    expect((await prove(DISABLED)).credential).toBe('refused');
  });

  test('of a client that is refused after that, its credential is proven; every token is asked for', async () => {
    answer = async () => refused(403, 'access_denied');
    const [token] = EXPECTATION.tokens;
    const tokens = token === undefined ? [] : [token, { ...token, which: 'another' }];
    const { checks } = await prove({ ...DISABLED, tokens, disabled: { status: 403, error: 'access_denied' } });
    expect(checks.map(({ claim, outcome }) => `${outcome} ${claim}`)).toEqual([
      'passed a token is refused: the client is disabled',
      'passed another is refused: the client is disabled',
      'passed the credential in the store works',
    ]);
  });

  test('nobody is asked to introspect who is disabled', async () => {
    const introspector = { api: 'stock', client: 'stock-api', path: 'stock-api', auth: 'client_secret_basic' } as const;
    const { checks } = await prove({ ...EXPECTATION, introspectors: [{ ...introspector, isDisabled: true }] });
    expect(checks.at(-1)).toEqual({
      claim: 'stock-api can introspect its tokens for stock',
      outcome: 'not-testable',
      detail: 'stock-api is disabled',
    });
  });

  test('of a client that is disabled and may call nothing, what it may not call is asked for, or nothing', async () => {
    answer = async (scope) => (scope === 'pay:out' ? refused(401, 'invalid_client') : issued());
    expect(failures(await prove({ ...DISABLED, tokens: [] }))).toEqual([]);
    const proof = await prove({ ...DISABLED, tokens: [], refusal: undefined });
    expect(proof.checks.map(({ outcome }) => outcome)).toEqual(['not-testable']);
  });

  test('a token for what was not granted is a failure', async () => {
    answer = async () => issued();
    expect(failures(await prove())).toEqual(['pay:out, which was not granted, is refused: a token was issued']);
  });

  test('of a client that may call nothing, where there is nothing to refuse, there is nothing to prove', async () => {
    const proof = await prove({ ...NO_TOKENS, refusal: undefined });
    expect([isProven(proof), hasNothingToProve(proof)]).toEqual([true, true]);
  });

  test('says why the endpoint refuses, in one line and without the secret that it quotes', async () => {
    answer = async () => refused(400, 'invalid_request', `HTTPS required\n::error::${SECRET}`);
    expect((await prove()).checks).toEqual([
      {
        claim: 'the credential in the store works',
        outcome: 'failed',
        detail: 'the token endpoint answers 400 invalid_request: HTTPS required\\n::error::‹hidden›',
      },
    ]);
  });

  test.each([`x"${SECRET}`, 'a\nb', '', 'ä', 'x'.repeat(100)])('shows no error code that is none: %j', async (code) => {
    answer = async () => refused(400, code);
    expect(failures(await prove())).toEqual([
      'the credential in the store works: the token endpoint answers 400 no error code',
    ]);
  });

  test.each([
    [401, 'unauthorized_client', 'refused'],
    [401, 'access_denied', 'refused'],
    [400, 'invalid_client', 'refused'],
    [400, 'invalid_request', undefined],
    [403, 'access_denied', undefined],
    [400, 'unauthorized_client', undefined],
  ])('a refusal with %d %s is about the credential: %s', async (status, error, credential) => {
    answer = async () => refused(status, error);
    expect((await prove()).credential).toBe(credential);
  });

  test.each([
    ['that breaks a rule of JSON Web Tokens', async () => Response.json({ access_token: 'x', token_type: 'Bearer' })],
    ['that is no answer of a token endpoint', async () => Response.json({ [SECRET]: SECRET })],
    ['that is a page', async () => new Response(`<html>${SECRET}`)],
  ])('an answer %s is a failed proof that quotes nothing', async (_, given) => {
    answer = given;
    const proof = await prove();
    expect(isProven(proof)).toBe(false);
    expect(JSON.stringify(proof)).not.toContain(SECRET);
  });

  test('of an error that nobody expected only the name is shown', async () => {
    const broken = { ...store, read: async () => Promise.reject(new RangeError(`canary ${SECRET}`)) };
    const { proofs } = await proveAll([EXPECTATION], ENDPOINTS, broken, ports, {
      inFlight: 1,
      stopped: () => false,
      onProof: () => undefined,
    });
    expect(proofs[0]?.checks).toEqual([
      {
        claim: 'the proof can be made',
        outcome: 'failed',
        detail: 'an answer that cannot be understood (RangeError)',
      },
    ]);
  });
});

describe('rotation', () => {
  const probe = { auth: 'client_secret_post', parameters: {}, denial: EXPECTATION.denial } as const;
  const login = { clientId: 'orders', credential: { kind: 'client-secret', secret: new Secret(SECRET) } } as const;
  const before = { kind: 'client-secret', secret: new Secret('the-one-before') } as const;
  const subject = { probe, rotation: rotationOf({ auth: 'client_secret_post' }) };
  const probing = { store, tokens: new TokenClient(ENDPOINTS, ports), clock: systemClock, patience: 0 };

  test.each([
    [400, 'invalid_request'],
    [403, 'access_denied'],
    [400, 'unauthorized_client'],
  ])('%d %s neither proves that the new secret works nor that the previous one is refused', async (status, error) => {
    answer = async () => refused(status, error);
    expect(await proveAccepted('orders', probe, probing)).toMatchObject({ outcome: 'failed' });
    expect(await provePreviousRefused(subject, login, [before], probing)).toMatchObject({ outcome: 'failed' });
  });

  test('what the provider says of scopes shows that it took the secret; 401 shows that it did not', async () => {
    answer = async () => refused(400, 'invalid_scope');
    expect(await proveAccepted('orders', probe, probing)).toMatchObject({ outcome: 'passed' });
    answer = async () => refused(401, 'invalid_client');
    expect(await provePreviousRefused(subject, login, [before], probing)).toMatchObject({
      outcome: 'passed',
    });
  });
});

test('a document that holds no credential is reported, with its place and a way out, and nothing is sent', async () => {
  const document = { clientId: 'orders', payload: {}, facts: {} };
  const empty = { ...store, read: async () => ({ document, version: 1 }) };
  answer = async () => Promise.reject(new Error('something was sent'));
  const run = { inFlight: 1, stopped: () => false, onProof: () => undefined };
  const { proofs } = await proveAll([EXPECTATION], ENDPOINTS, empty, ports, run);
  expect(proofs.flatMap(failures)).toEqual(['the proof can be made: The document at memory/orders has no credential']);
});

test('keys that cannot be had are no failed proof of a client, but an outage', async () => {
  const away = portsOver(
    async (input) => (new Request(input).url === ENDPOINTS.jwks ? new Response('', { status: 404 }) : issued()),
    { clock: { ...systemClock, sleep: async () => undefined }, random: () => 0 },
  );
  const run = { inFlight: 1, stopped: () => false, onProof: () => undefined };
  const { outage } = await proveAll([EXPECTATION], ENDPOINTS, store, away, run);
  expect(outage).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('The key set of the issuer') });
});

test('a proof that cannot be made because a server is gone is no proof', async () => {
  const gone = { ...store, read: async () => Promise.reject(new GrantryError('UNREACHABLE', 'gone')) };
  const { proofs } = await proveAll([EXPECTATION], ENDPOINTS, gone, ports, {
    inFlight: 1,
    stopped: () => false,
    onProof: () => undefined,
  });
  expect(proofs.map(isProven)).toEqual([false]);
});
