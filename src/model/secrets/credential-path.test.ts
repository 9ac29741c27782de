import { expect, test } from 'vitest';
import { describePathProblem, describePlaceProblem, liesIn } from './credential-path.ts';

test.each(['orders', 'team-a/orders', 'a@b=c~d/e.f_g', `${'a'.repeat(128)}/${'b'.repeat(128)}`, '.hidden'])(
  'describePathProblem: nothing is wrong with %s',
  (path) => {
    expect(describePathProblem(path)).toBeUndefined();
  },
);

test.each([
  ['', 'it is empty, or has a slash too many'],
  ['a//b', 'it is empty, or has a slash too many'],
  ['a/', 'it is empty, or has a slash too many'],
  ['./a', 'it contains "."'],
  ['a/../b', 'it contains ".."'],
  [`a/${'b'.repeat(129)}`, 'a part of it has more than 128 characters'],
  [Array.from({ length: 5 }, () => 'a'.repeat(120)).join('/'), 'it has more than 512 characters'],
  ['a b', 'it contains a blank, which is not allowed'],
  ['a*', 'it contains "*", which is not allowed'],
  ['ä', 'it contains "ä", which is not allowed'],
  ['a\u001Bb', 'it contains the character \\u{1b}, which is not allowed'],
])('describePathProblem: %j: %s', (path, problem) => {
  expect(describePathProblem(path)).toContain(problem);
});

test.each(['.grantry', '.grantry/lock', 'a/.GRANTRY/b'])('describePlaceProblem: %s is reserved', (path) => {
  expect(describePathProblem(path)).toBeUndefined();
  expect(describePlaceProblem(path)).toContain('is reserved for grantry itself');
});

test('liesIn: a folder holds itself and what is below it, and no name that begins alike', () => {
  expect(['m2m', 'm2m/a', 'm2m-other', 'm'].map((path) => liesIn(path, 'm2m'))).toEqual([true, true, false, false]);
});
