import { describe, expect, it } from 'vitest';
import { makeKey } from '../../../credentials/private-key-jwt/make.ts';
import { publicJwk } from '../../../model/secrets/public-jwk.ts';
import {
  adoptedKey,
  endedKeys,
  endingKey,
  keysToAttributes,
  parseKeys,
  previousUntilOf,
  registeredKey,
  strayKeys,
} from './keys.ts';
import type { ClientKeys, KeycloakJwk } from './keys.ts';

const [FIRST, SECOND, THIRD] = await Promise.all([makeKey('ES256'), makeKey('ES256'), makeKey('EdDSA')]);
const jwkOf = (key: typeof FIRST): KeycloakJwk => publicJwk(key);
const NEWEST = registeredKey(jwkOf(SECOND), 200);
const BEFORE = { ...registeredKey(jwkOf(FIRST), 100), grantry_exp: 300 };

function keysIn(keys: readonly unknown[], more: Readonly<Record<string, string>> = {}): ClientKeys {
  return parseKeys({ 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys }), ...more });
}

describe('parseKeys', () => {
  it('tells the newest, those before, and those of others', () => {
    const keys = keysIn([BEFORE, { ...jwkOf(THIRD), kid: 'by-hand' }, NEWEST]);
    expect(keys.present?.kid).toBe(SECOND.keyId);
    expect([keys.previous.map(({ name }) => name), previousUntilOf(keys)]).toEqual([[FIRST.keyId], 300]);
    expect([strayKeys(keys), endedKeys(keys, 300), endedKeys(keys, 301)]).toEqual([['by-hand'], [], [FIRST.keyId]]);
  });

  it('takes none for grantry’s whose id is not its thumbprint, whatever it says of itself', () => {
    const clone = { ...jwkOf(THIRD), kid: SECOND.keyId, grantry_iat: 200 };
    const keys = keysIn([clone, NEWEST]);
    expect([keys.present?.jwk['crv'], strayKeys(keys)]).toEqual(['P-256', [SECOND.keyId]]);
  });

  it('takes none for one from before that somebody wrote is to stay for ever', () => {
    const lasting = { ...jwkOf(THIRD), kid: 'backdoor', grantry_iat: 1, grantry_exp: 4_102_444_800 };
    expect(strayKeys(keysIn([NEWEST, lasting]))).toEqual(['backdoor']);
    const plain = { ...jwkOf(THIRD), kid: 'backdoor', iat: 1, exp: 4_102_444_800 };
    expect(strayKeys(keysIn([NEWEST, plain]))).toEqual(['backdoor']);
  });

  it.each([
    [{ ...jwkOf(THIRD), kid: 5 }],
    [{ ...jwkOf(THIRD), kid: null }],
    [{ ...jwkOf(THIRD), kid: undefined, grantry_exp: 'soon' }],
    [null],
    ['text'],
    [{ kid: '\u001b[31m', deep: { deeper: {} } }],
  ])('reads the others beside an entry that is none: %j', (entry) => {
    const keys = keysIn([entry, NEWEST]);
    expect([keys.present?.kid, strayKeys(keys)]).toEqual([SECOND.keyId, ['(without an id)']]);
  });

  it.each([1e300, -1, 1.5, '200'])('takes %j for no moment', (moment) => {
    expect(keysIn([{ ...jwkOf(SECOND), grantry_iat: moment }]).present).toBeUndefined();
    expect(keysIn([NEWEST, { ...BEFORE, grantry_exp: moment }]).previous).toEqual([]);
  });

  it('finds nothing where the server takes no notice of the set', () => {
    expect(keysIn([NEWEST], { 'use.jwks.string': 'false' }).present).toBeUndefined();
    expect(strayKeys(parseKeys({ 'use.jwks.string': 'true', 'jwks.string': 'no JSON' }))).toEqual(['(without an id)']);
    expect(strayKeys(keysIn([{ kid: 'x'.repeat(300_000) }]))).toEqual(['(without an id)']);
  });
});

it('keys before one that the client may not sign with do not end: a change of the algorithm was cut off', () => {
  const keys = keysIn([BEFORE, NEWEST], { 'token.endpoint.auth.signing.alg': 'RS256' });
  expect([keys.isSettled, previousUntilOf(keys), endedKeys(keys, 9999)]).toEqual([false, undefined, []]);
});

it('keys before none do not end: nobody has another', () => {
  const keys = keysIn([adoptedKey({ ...jwkOf(THIRD), kid: 'own' }, 100, 200)]);
  expect([keys.present, previousUntilOf(keys), endedKeys(keys, 9999)]).toEqual([undefined, undefined, []]);
});

it('adoptedKey: leaves a key as it is, and one without an id without', () => {
  const { kid: _id, ...own } = jwkOf(THIRD);
  expect(adoptedKey(own, 100, 200)).toEqual({ ...own, grantry_iat: 100, grantry_exp: 200 });
});

it('endingKey: what is written is read again as one from before', () => {
  const present = keysIn([NEWEST]).present;
  if (present === undefined) throw new TypeError('there is one');
  const written = keysToAttributes([endingKey(present, 400), registeredKey(jwkOf(FIRST), 300)]);
  const keys = parseKeys(written);
  expect([keys.present?.kid, previousUntilOf(keys)]).toEqual([FIRST.keyId, 400]);
});
