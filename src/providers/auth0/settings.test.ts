import { expect, it } from 'vitest';
import { checkDomain } from './settings.ts';

it('checkDomain takes hosts only', () => {
  expect(checkDomain('acme.eu.auth0.com')).toBeUndefined();
  expect(checkDomain('localhost:3000')).toBeUndefined();
  expect(checkDomain('https://acme.eu.auth0.com')).toEqual(expect.any(String));
  expect(checkDomain('a b')).toEqual(expect.any(String));
});
