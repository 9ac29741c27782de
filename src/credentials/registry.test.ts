import { describe, expect, it } from 'vitest';
import { Secret } from '../model/secrets/secret.ts';
import { credentialIn, isSameCredential, methodOf } from './registry.ts';

const credential = (value: string) => ({ kind: 'client-secret', secret: new Secret(value) }) as const;

describe('methodOf', () => {
  it.each(['client_secret_basic', 'client_secret_post', 'any', 'none', null])(
    'is the client secret for a client whose fields say %s',
    (auth) => {
      expect(methodOf({ auth }).kind).toBe('client-secret');
    },
  );
});

describe('credentialIn', () => {
  it('finds the credential of a payload, and none where there is none', () => {
    expect(credentialIn({ client_secret: credential('s').secret })?.present.secret.reveal()).toBe('s');
    expect(credentialIn({})).toBeUndefined();
  });
});

describe('isSameCredential', () => {
  it('goes by the value', () => {
    expect(isSameCredential(credential('s'), credential('s'))).toBe(true);
    expect(isSameCredential(credential('s'), credential('t'))).toBe(false);
  });
});
