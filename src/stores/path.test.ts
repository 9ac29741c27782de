import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkStorePath, recordPath, toPathPart } from './path.ts';

test('the name of a stack is a part of a path, as it is where it can be', () => {
  expect(toPathPart('acme-platform_2.x')).toBe('acme-platform_2.x');
  expect(toPathPart('..')).toBe('~2e.');
  expect(toPathPart('a/b ü~')).toBe('a~2fb~20~c3~bc~7e');
  expect(toPathPart('x'.repeat(121))).toMatch(/^~~[0-9a-f]{64}$/);
  expect(recordPath('lock/acme')).toBe('.grantry/lock/acme');
});

test('every text gives a part of its own that a store takes', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(checkStorePath(toPathPart(a))).not.toContain('/');
      expect(toPathPart(a) === toPathPart(b)).toBe(a === b);
    }),
  );
});
