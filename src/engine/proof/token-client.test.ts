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

test('an endpoint out of order is named without the credentials in its address', async () => {
  const endpoints = { ...ENDPOINTS, token: 'https://ann:s3cr3t@sso.test/token?key=s3cr3t' };
  const asked = answering(() => new Response('', { status: 503 }), endpoints).request(LOGIN, 'client_secret_post', {});
  await expect(asked).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.not.stringContaining('s3cr3t'),
  });
});
