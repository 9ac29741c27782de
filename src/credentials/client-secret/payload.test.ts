import { describe, expect, it } from 'vitest';
import { Secret } from '../../model/secret.ts';
import { clientSecret, isGuessableSecret, makeSecret } from './make.ts';
import { fromPayload, toPayload } from './payload.ts';

const [PRESENT, NEXT] = [clientSecret(new Secret('s-1')), clientSecret(new Secret('s-2'))];

describe('the payload of a client secret', () => {
  it('is client_secret alone, and takes away what was to come', () => {
    expect(toPayload({ present: PRESENT })).toEqual({ client_secret: PRESENT.secret, client_secret_next: null });
  });

  it('has the secret to come beside it in a rotation that cannot keep both valid', () => {
    const payload = { client_secret: PRESENT.secret, client_secret_next: NEXT.secret };
    expect(toPayload({ present: PRESENT, next: NEXT })).toEqual(payload);
    expect(fromPayload(payload)).toEqual({ present: PRESENT, next: NEXT });
  });

  it.each([
    ['nothing', {}],
    ['only the secret to come', { client_secret_next: NEXT.secret }],
    ['a text that nobody hides', { client_secret: 's-1' }],
  ])('is not whole with %s', (_, payload) => {
    expect(fromPayload(payload)).toBeUndefined();
  });
});

describe('makeSecret', () => {
  it('makes another secret each time, which nobody guesses and which needs no escaping', () => {
    const [first, second] = [makeSecret(), makeSecret()];
    expect(first.secret.equals(second.secret)).toBe(false);
    expect(first.secret.reveal()).toMatch(/^[\w-]{64}$/);
    expect(isGuessableSecret(first)).toBe(false);
    expect(isGuessableSecret(clientSecret(new Secret('********')))).toBe(true);
  });
});
