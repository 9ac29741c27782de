import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { authenticate } from './authenticate.ts';
import { publicJwk } from '../../model/secrets/public-jwk.ts';
import { makeKey } from './make.ts';
import type { PrivateKey } from '../../model/secrets/credential.ts';

async function assertionOf(key: PrivateKey): Promise<string> {
  const body = new URLSearchParams();
  const server = { issuer: 'https://id.test/realms/acme', token_endpoint: 'https://id.test/token' };
  await authenticate(key)(server, { client_id: 'orders' }, body, new Headers());
  expect(body.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  return body.get('client_assertion') ?? '';
}

it.each(KEY_ALGS)('authenticate: the public part of a key verifies its assertions: %s', async (alg) => {
  const key = await makeKey(alg);
  const assertion = await assertionOf(key);
  expect(decodeProtectedHeader(assertion)).toMatchObject({ alg, kid: key.keyId });
  const { payload } = await jwtVerify(assertion, await importJWK(publicJwk(key), alg), {
    audience: 'https://id.test/realms/acme',
    issuer: 'orders',
    subject: 'orders',
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60);
});

it('authenticate: no assertion is used twice', async () => {
  const key = await makeKey('ES256');
  const [first, second] = [decodeJwt(await assertionOf(key)), decodeJwt(await assertionOf(key))];
  expect(first.jti).not.toBe(second.jti);
});

it('authenticate: a key that cannot be read ends in an error that does not quote it', async () => {
  const key = { ...(await makeKey('ES256')), privateKey: new Secret('no key but a canary') };
  const error = await assertionOf(key).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'FAILED', message: 'the private key of orders in the store cannot be read' });
  expect(String(error)).not.toContain('canary');
});
