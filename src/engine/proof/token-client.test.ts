import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import type { JWTPayload } from 'jose';
import { expect, test } from 'vitest';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { systemClock } from '../../platform/clock.ts';
import { TokenClient } from './token-client.ts';

const ISSUER = 'https://sso.test/realms/a';
const ENDPOINTS = {
  issuer: ISSUER,
  token: `${ISSUER}/token`,
  jwks: `${ISSUER}/keys`,
  introspection: `${ISSUER}/introspect`,
};
const LOGIN = {
  clientId: 'stock-api',
  credential: { kind: 'client-secret', secret: new Secret('of-stock-api') },
} as const;

function answering(answer: () => Response, endpoints = ENDPOINTS): TokenClient {
  const clock = { ...systemClock, sleep: async () => undefined };
  return new TokenClient(
    endpoints,
    portsOver(async () => answer(), { clock, random: () => 0 }),
  );
}

test.each([true, false])('introspect says whether the token is active: %s', async (active) => {
  const client = answering(() => Response.json({ active }));
  expect(await client.introspect('a token', LOGIN, 'client_secret_post')).toBe(active);
});

test('introspect: a client that may not introspect is refused, which is no answer about the token', async () => {
  const client = answering(() => Response.json({ error: 'access_denied', active: true }, { status: 403 }));
  expect(await client.introspect('a token', LOGIN, 'client_secret_post')).toMatchObject({
    status: 403,
    error: 'access_denied',
  });
});

test('verify: keys that cannot be had say nothing of a token', async () => {
  const token = `${btoa('{"alg":"RS256","kid":"k"}')}.${btoa('{}')}.x`;
  await expect(answering(() => Response.json({ keys: [] }, { status: 404 })).verify(token)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: `The key set of the issuer at ${ENDPOINTS.jwks} answers with status 404`,
  });
});

/** A token, and its key as the issuer lists it. */
async function signed(alg: string): Promise<{ token: string; jwk: object }> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const token = await new SignJWT({}).setProtectedHeader({ alg, kid: alg }).setIssuer(ISSUER).sign(privateKey);
  return { token, jwk: { ...(await exportJWK(publicKey)), kid: alg } };
}

test('verify: the key of a token may be younger than the listing that is on its way for another one', async () => {
  const [first, second] = [await signed('RS256'), await signed('ES256')];
  // The first set is empty, so that both find no key and wait for the second one.
  const sets = [[], [first.jwk], [first.jwk, second.jwk]];
  const client = answering(() => Response.json({ keys: sets.shift() }));
  const verified = await Promise.all([first, second].map(({ token }) => client.verify(token)));
  expect(verified.map(({ header }) => header.alg)).toEqual(['RS256', 'ES256']);
});

test('verify: a key that the issuer does not have is asked for no more than twice again', async () => {
  const { token } = await signed('ES256');
  let asked = 0;
  const client = answering(() => {
    asked += 1;
    return Response.json({ keys: [] });
  });
  await expect(client.verify(token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  expect(asked).toBe(3);
});

test('an endpoint out of order is named without the credentials in its address', async () => {
  const endpoints = { ...ENDPOINTS, token: 'https://ann:s3cr3t@sso.test/token?key=s3cr3t' };
  const asked = answering(() => new Response('', { status: 503 }), endpoints).request(LOGIN, 'client_secret_post', {
    parameters: {},
  });
  await expect(asked).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.not.stringContaining('s3cr3t'),
  });
});

/** A token endpoint that looks at proofs: what it was sent, request by request. */
function endpointFor(answers: readonly (() => Response)[]): {
  client: TokenClient;
  proofs: (JWTPayload | undefined)[];
} {
  const proofs: (JWTPayload | undefined)[] = [];
  const clock = { ...systemClock, sleep: async () => undefined };
  const ports = portsOver(
    async (_, init) => {
      const proof = new Headers(init?.headers).get('dpop');
      proofs.push(proof === null ? undefined : decodeJwt(proof));
      return (answers[proofs.length - 1] ?? answers[0])?.() ?? Response.error();
    },
    { clock, random: () => 0 },
  );
  return { client: new TokenClient(ENDPOINTS, ports), proofs };
}

const NONCE = (): Response =>
  Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': 'n-1' } });
const TOKEN = (): Response => Response.json({ access_token: 'a.b.c', token_type: 'DPoP', expires_in: 60 });

test('request: a bound one proves possession of a key, the same in all requests of a run, and another one does not', async () => {
  const { client, proofs } = endpointFor([TOKEN]);
  const ask = async (isBound?: boolean) =>
    client.request(
      LOGIN,
      'client_secret_post',
      isBound === undefined ? { parameters: {} } : { parameters: {}, isBound },
    );
  expect(await ask(true)).toEqual({ token: 'a.b.c', type: 'dpop' });
  const thumbprint = await client.thumbprint();
  await ask(true);
  await ask();
  await ask(false);
  expect(await client.thumbprint()).toBe(thumbprint);
  expect(proofs.map((proof) => proof?.['htu'])).toEqual([ENDPOINTS.token, ENDPOINTS.token, undefined, undefined]);
  expect(proofs[0]?.jti).not.toBe(proofs[1]?.jti);
});

test('request: a nonce that the server asks for is in the next proof, once', async () => {
  const { client, proofs } = endpointFor([NONCE, TOKEN]);
  const bound = { parameters: {}, isBound: true };
  expect(await client.request(LOGIN, 'client_secret_post', bound)).toMatchObject({ token: 'a.b.c' });
  expect(proofs.map((proof) => proof?.['nonce'])).toEqual([undefined, 'n-1']);

  const again = endpointFor([NONCE]);
  expect(await again.client.request(LOGIN, 'client_secret_post', bound)).toMatchObject({
    refused: { status: 400, error: 'use_dpop_nonce' },
  });
  expect(again.proofs).toHaveLength(2);
});
