import { expect, it } from 'vitest';
import { authSchema } from '../auth.ts';

it.each([
  ['private_key_jwt', 'RS256'],
  [{ private_key_jwt: {} }, 'RS256'],
  [{ private_key_jwt: { alg: 'EdDSA' } }, 'EdDSA'],
])('authSchema: %o is signed with %s', (written, alg) => {
  expect(authSchema.parse(written)).toEqual({ private_key_jwt: { alg } });
});

it.each([{ private_key_jwt: { alg: 'HS256' } }, { private_key_jwt: {}, more: 1 }, {}, 'private_key', 7])(
  'authSchema: refuses %o',
  (written) => {
    expect(authSchema.safeParse(written).success).toBe(false);
  },
);
