import { expect, it } from 'vitest';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { systemClock } from '../../../platform/clock.ts';
import { findJwksUrl, findKeys } from './issuer-metadata.ts';

const ISSUER = 'https://ci.test/org';
const METADATA = `${ISSUER}/.well-known/openid-configuration`;
const KEYS = 'https://ci.test/keys';

function answering(body: unknown, status = 200) {
  const clock = { ...systemClock, sleep: async () => undefined };
  return portsOver(async () => Response.json(body, { status }), { clock });
}

it('findJwksUrl: is where the issuer itself says', async () => {
  expect(await findJwksUrl(ISSUER, answering({ issuer: ISSUER, jwks_uri: KEYS }))).toEqual({ found: KEYS });
});

it.each([
  [{ issuer: 'https://else.test', jwks_uri: KEYS }, 'is of the issuer https://else.test, not of https://ci.test/org'],
  // As a token would be refused: an issuer is compared as it is.
  [{ issuer: `${ISSUER}/`, jwks_uri: KEYS }, 'is of the issuer https://ci.test/org/, not of https://ci.test/org'],
  [{ issuer: ISSUER }, 'gives no OpenID metadata'],
  [{ issuer: ISSUER, jwks_uri: 'keys' }, 'gives no OpenID metadata'],
])('findJwksUrl: takes nothing from %o', async (body, why) => {
  expect(await findJwksUrl(ISSUER, answering(body))).toEqual({ why: `${METADATA} ${why}` });
});

it.each([[{ keys: [] }], [{ keys: [{}] }], [{}], ['keys']])('findKeys: %o holds no keys', async (body) => {
  expect(await findKeys(KEYS, answering(body))).toEqual({ why: `${KEYS} holds no keys` });
});

it('findKeys: says what else answers, and counts the keys that are there', async () => {
  expect(await findKeys(KEYS, answering({}, 404))).toEqual({ why: `${KEYS} answers with status 404` });
  expect(await findKeys(KEYS, answering({ keys: [{ kty: 'RSA' }, { kty: 'EC' }] }))).toEqual({ found: 2 });
});

it('findKeys: of a run that is cut short nothing is said of the issuer', async () => {
  const ports = portsOver(() => Promise.reject(new Error('gone')), { signal: AbortSignal.abort() });
  await expect(findKeys(KEYS, ports)).rejects.toBeInstanceOf(Error);
});
