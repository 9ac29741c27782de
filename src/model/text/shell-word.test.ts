import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellWord } from './shell-word.ts';

test.each([
  ['order-service', 'order-service'],
  ['team/orders:read@v1.2', 'team/orders:read@v1.2'],
  ['', "''"],
  ['a b', "'a b'"],
  ["it's", String.raw`'it'\''s'`],
  ['$(rm -rf /)', "'$(rm -rf /)'"],
])('shellWord: of %j is %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test('shellWord: a shell gives any text back as it was', () => {
  const text = fc.string({ unit: fc.constantFrom('a', "'", '"', '$', '`', '\\', ' ', '\n', '!', ';', '(', '*', 'ä') });
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 20 }), (texts) => {
      const script = `printf '%s\\0' ${texts.map(shellWord).join(' ')}`;
      expect(execFileSync('/bin/sh', ['-c', script]).toString().split('\0').slice(0, -1)).toEqual(texts);
    }),
    { numRuns: 20 },
  );
});
