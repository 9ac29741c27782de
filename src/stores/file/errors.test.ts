import { expect, test } from 'vitest';
import { GrantryError } from '../../model/errors.ts';
import { asFileError } from './errors.ts';

const failed = (code: string): Error => Object.assign(new Error(`${code}: something`), { code });

test.each([
  ['EACCES', 'NOT_ALLOWED'],
  ['EPERM', 'NOT_ALLOWED'],
  ['EROFS', 'NOT_ALLOWED'],
  ['ENOSPC', 'UNREACHABLE'],
  ['EIO', 'UNREACHABLE'],
])('asFileError: %s is %s, and names the file', (code, expected) => {
  expect(asFileError(failed(code), '/store/orders.age')).toMatchObject({
    code: expected,
    message: expect.stringContaining(`/store/orders.age (${code})`),
  });
});

test.each([new GrantryError('FAILED', 'x', {}), new TypeError('a bug')])(
  'asFileError: leaves what is no failed file operation as it is: %s',
  (error) => {
    expect(asFileError(error, '/store/orders.age')).toBe(error);
  },
);
