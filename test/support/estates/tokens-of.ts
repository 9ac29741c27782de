/** What the clients of a planted realm get: every token, for no scope and for each that it has, as far as it says something lasting. */
import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { OidcIssuer } from '../servers/oidc-issuer.ts';
import type { TestRealm } from '../servers/realm.ts';
import type { PlantedClient } from './planted-realm.ts';

/** By client_id and what was asked for: all that the token says, or how it was refused. */
export type Tokens = Readonly<Record<string, unknown>>;

const IN_FLIGHT = 8;

/** Nobody has it. */
const UNKNOWN_SCOPE = 'no-such-scope';

/** Whose tokens are asked for, and of whom. */
interface TokenSource {
  readonly realm: Pick<TestRealm, 'tokenUrl' | 'url' | 'name'>;
  /** Of workloads. */
  readonly issuer: OidcIssuer | undefined;
  /** Makes a proof of possession: see `makeProver`. */
  readonly prove: () => Promise<string>;
}

export async function tokensOf(clients: readonly PlantedClient[], source: TokenSource): Promise<Tokens> {
  const limit = pLimit(IN_FLIGHT);
  const asked = clients.flatMap((client) =>
    questionsOf(client).map((question) =>
      limit(async (): Promise<[string, unknown]> => {
        const { clientId } = client.made;
        const name = `${clientId} asks for ${question.scope ?? 'nothing'}${question.isPrevious ? ', previous secret' : ''}`;
        return [name, await askFor(client, question, source)];
      }),
    ),
  );
  return Object.fromEntries(await Promise.all(asked));
}

interface Question {
  readonly scope: string | undefined;
  /** With the secret from before the last rotation. */
  readonly isPrevious: boolean;
}

function questionsOf({ made: { defaultScopes, optionalScopes }, secrets }: PlantedClient): Question[] {
  const scopes = [undefined, ...defaultScopes, ...optionalScopes, UNKNOWN_SCOPE];
  const hasPrevious = secrets?.previous !== undefined;
  return [
    ...scopes.map((scope) => ({ scope, isPrevious: false })),
    ...(hasPrevious ? [{ scope: undefined, isPrevious: true }] : []),
  ];
}

/** A proof of possession for each request (RFC 9449), always of the same key. */
export async function makeProver(url: string): Promise<() => Promise<string>> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return () =>
    new SignJWT({ jti: randomUUID(), htm: 'POST', htu: url })
      .setIssuedAt()
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(privateKey);
}

const answerSchema = z.object({
  access_token: z.string().optional(),
  token_type: z.string().optional(),
  scope: z.string().optional(),
  expires_in: z.number().optional(),
  error: z.string().optional(),
});

async function askFor(client: PlantedClient, question: Question, source: TokenSource): Promise<unknown> {
  const { made } = client;
  const isBound = made.attributes['dpop.bound.access.tokens'] === 'true';
  const { headers, body } = await loginOf(client, question, source);
  const response = await fetch(source.realm.tokenUrl, {
    method: 'POST',
    headers: { ...headers, ...(isBound ? { dpop: await source.prove() } : {}) },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(question.scope === undefined ? {} : { scope: question.scope }),
      ...body,
    }),
  });
  const answer = answerSchema.parse(await response.json());
  const { access_token: token, error } = answer;
  if (token === undefined) return { status: response.status, error };
  return lasting(answer, token);
}

interface Login {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
}

async function loginOf(
  { made: { clientId, login }, key, secrets }: PlantedClient,
  { isPrevious }: Question,
  { realm, issuer }: TokenSource,
): Promise<Login> {
  const audience = `${realm.url}/realms/${realm.name}`;
  switch (login.kind) {
    case 'secret': {
      const secret = (isPrevious ? secrets?.previous : secrets?.present) ?? '';
      if (login.by === 'post') return { body: { client_id: clientId, client_secret: secret } };
      const pair = [clientId, secret].map((part) => new URLSearchParams({ part }).toString().slice('part='.length));
      return { headers: { authorization: `Basic ${Buffer.from(pair.join(':')).toString('base64')}` } };
    }
    case 'key': {
      if (key === undefined) throw new TypeError(`no key of ${clientId}`);
      const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: audience, jti: randomUUID() })
        .setIssuedAt()
        .setExpirationTime('60s')
        .setProtectedHeader({ alg: login.alg, kid: 'by-hand' })
        .sign(key);
      return { body: assertionBody(assertion) };
    }
    case 'workload': {
      if (issuer === undefined) throw new TypeError('no issuer of workloads');
      return { body: assertionBody(await issuer.sign({ sub: login.subject, aud: audience })) };
    }
    default:
      return login satisfies never;
  }
}

function assertionBody(assertion: string): Record<string, string> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
}

/** Without what differs from token to token. Lists that have no order are sorted. */
function lasting(answer: z.infer<typeof answerSchema>, token: string): unknown {
  const { iat = 0, exp = 0, jti: _jti, sid: _sid, ...claims } = decodeJwt(token);
  const { kid: _kid, ...header } = decodeProtectedHeader(token);
  return {
    header,
    claims: sorted({ ...claims, scope: scopesIn(claims['scope']) }),
    lives: roughly(exp - iat),
    answer: { type: answer.token_type, scope: words(answer.scope ?? ''), lives: roughly(answer.expires_in ?? 0) },
  };
}

/** They have no order. */
function scopesIn(claim: unknown): unknown {
  return typeof claim === 'string' ? words(claim) : claim;
}

/** The server rounds seconds one way and the other. */
function roughly(seconds: number): number {
  return Math.round(seconds / 10) * 10;
}

function words(text: string): string[] {
  return text.split(' ').toSorted();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sorted(inner)]));
}
