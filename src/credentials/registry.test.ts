import { describe, expect, it } from 'vitest';
import { Secret } from '../model/secrets/secret.ts';
import { makeKey } from './private-key-jwt/make.ts';
import { authIn, credentialIn, isSameCredential, methodOf, needsOther, toPayload } from './registry.ts';

const secret = (value: string) => ({ kind: 'client-secret', secret: new Secret(value) }) as const;
const KEY = await makeKey('ES256');
const ES256 = { private_key_jwt: { alg: 'ES256' } } as const;

describe('methodOf', () => {
  it.each(['client_secret_basic', 'client_secret_post', 'any', 'none', null])(
    'is the client secret for a client whose fields say %s',
    (auth) => {
      expect(methodOf({ auth }).kind).toBe('client-secret');
    },
  );

  it('is the private key for one that signs assertions, whatever with', () => {
    expect(methodOf({ auth: 'private_key_jwt', signingAlg: 'ES256' }).kind).toBe('private-key-jwt');
    expect(methodOf({ auth: 'private_key_jwt', signingAlg: 'any' }).kind).toBe('private-key-jwt');
  });
});

describe('authIn', () => {
  it('says with what assertions are signed, and RS256 where the server takes whatever there is', () => {
    expect(authIn({ auth: 'private_key_jwt', signingAlg: 'ES256' })).toEqual(ES256);
    expect(authIn({ auth: 'private_key_jwt', signingAlg: 'any' })).toEqual({ private_key_jwt: { alg: 'RS256' } });
    expect(authIn({ auth: 'any' })).toBeUndefined();
  });
});

describe('needsOther', () => {
  it.each([
    [{ auth: 'client_secret_basic' }, 'client_secret_post', false],
    [{ auth: 'any' }, 'client_secret_basic', false],
    [{ auth: 'any' }, ES256, true],
    [{ auth: 'private_key_jwt', signingAlg: 'ES256' }, 'client_secret_basic', true],
    [{ auth: 'private_key_jwt', signingAlg: 'RS256' }, ES256, true],
    [{ auth: 'private_key_jwt', signingAlg: 'ES256' }, ES256, false],
  ] as const)('of a client with %o that is to have %o: %s', (fields, auth, expected) => {
    expect(needsOther(fields, auth)).toBe(expected);
  });
});

describe('credentialIn', () => {
  it('finds the credential of a payload, of whatever method, and none where there is none', () => {
    const { present } = credentialIn({ client_secret: secret('s').secret }) ?? {};
    expect(present?.kind === 'client-secret' && present.secret.reveal()).toBe('s');
    const held = credentialIn({ private_key: KEY.privateKey, key_id: KEY.keyId, key_alg: KEY.alg });
    expect(held?.present).toEqual(KEY);
    expect(credentialIn({})).toBeUndefined();
    expect(credentialIn({ client_secret_next: secret('s').secret })).toBeUndefined();
  });
});

describe('toPayload', () => {
  it('leaves nothing of another method in the place of a credential', () => {
    expect(toPayload({ present: KEY })).toMatchObject({
      client_secret: null,
      key_id: KEY.keyId,
      private_key_next: null,
    });
    expect(toPayload({ present: secret('s') })).toMatchObject({ private_key: null, key_id: null, key_alg: null });
    expect(toPayload({ present: secret('s') })).not.toHaveProperty('private_key_previous');
    expect(toPayload({ present: secret('s'), previous: KEY })).toMatchObject({ key_id_previous: KEY.keyId });
  });
});

describe('isSameCredential', () => {
  it('goes by the value', async () => {
    expect(isSameCredential(secret('s'), secret('s'))).toBe(true);
    expect(isSameCredential(secret('s'), secret('t'))).toBe(false);
    expect(isSameCredential(KEY, { ...KEY })).toBe(true);
    expect(isSameCredential(KEY, { ...(await makeKey('ES256')), keyId: KEY.keyId })).toBe(false);
    expect(isSameCredential(KEY, secret('s'))).toBe(false);
  });
});
