import { expect, it } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import { clientSecret, isGuessableSecret, makeSecret } from './make.ts';

it('makeSecret: is made of 64 characters that need no escaping', () => {
  expect(makeSecret().secret.reveal()).toMatch(/^[\w-]{64}$/);
});

it('makeSecret: can be guessed where it is a mask', () => {
  expect(isGuessableSecret(clientSecret(new Secret('********')))).toBe(true);
});
