import { expect, test } from 'vitest';
import { isSameLogin } from './same-login.ts';
import type { Login } from './same-login.ts';
import { Secret } from './secret.ts';

const LOGIN: Login = { kind: 'token', token: new Secret('one', ['VAULT_TOKEN']) };

test('isSameLogin: equal values from the same variables are one login', () => {
  expect(isSameLogin(LOGIN, { kind: 'token', token: new Secret('one', ['VAULT_TOKEN']) })).toBe(true);
});

test.each<[string, Login]>([
  ['another value', { kind: 'token', token: new Secret('two', ['VAULT_TOKEN']) }],
  ['another variable', { kind: 'token', token: new Secret('one', ['OTHER_TOKEN']) }],
  ['a text in place of the secret', { kind: 'token', token: 'one' }],
  ['another kind', { kind: 'jwt', token: new Secret('one', ['VAULT_TOKEN']) }],
  ['a setting more', { kind: 'token', token: new Secret('one', ['VAULT_TOKEN']), mount: 'jwt' }],
  ['another setting in place of one', { kind: 'token', secret: new Secret('one', ['VAULT_TOKEN']) }],
])('isSameLogin: %s is another login', (_, other) => {
  expect([isSameLogin(LOGIN, other), isSameLogin(other, LOGIN)]).toEqual([false, false]);
});
