import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileText } from '../../../test/support/bench/plan-arbitraries.ts';
import { GrantryError, ownLines } from '../errors.ts';
import { jsonLine, outputText, quoted, withEscapes } from './printable.ts';
import { Secret } from '../secrets/secret.ts';

describe('outputText', () => {
  test.each([
    ['::error::x\n', '\\u{3a}:error::x\n'],
    ['a\n   ::add-mask::b\n', 'a\n   \\u{3a}:add-mask::b\n'],
    ['##[error]x', '#\\u{23}[error]x'.replace('#\\u{23}', '\\u{23}#')],
    ['a ##vso[task.complete]', 'a \\u{23}#vso[task.complete]'],
    ['##TeamCity[x]', '\\u{23}#TeamCity[x]'],
    ['std::string at [::1], ## heading', 'std::string at [::1], ## heading'],
    ['a\tb\u001B[2J\u202E\u200B\r\n', 'a\\tb\\u{1b}[2J\\u{202e}\\u{200b}\\r\n'],
    ['a\u001B[31mb', 'a\\u{1b}[31mb'],
  ])('%j', (text, shown) => {
    expect(outputText(text)).toBe(shown);
  });

  test('leaves colours where grantry paints, and finds a command behind them', () => {
    expect(outputText('\u001B[31m::error::x\u001B[39m\u001B[2J', { color: true })).toBe(
      '\u001B[31m\\u{3a}:error::x\u001B[39m\\u{1b}[2J',
    );
  });

  test('holds no secret', () => {
    void new Secret('canary-in-output');
    expect(outputText('refused: canary-in-output\n')).toBe('refused: ‹hidden›\n');
  });

  test('leaves commands that grantry gives, without the secrets in them', () => {
    void new Secret('canary-in-command');
    expect(outputText('::error::canary-in-command\n', { commands: true })).toBe('::error::‹hidden›\n');
  });

  test('whatever goes in, nothing comes out that a terminal or a runner acts on', () => {
    const property = fc.property(fc.array(hostileText), (texts) => {
      const shown = outputText(texts.join('\n'));
      expect(shown).not.toMatch(/(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      expect(shown).not.toMatch(/^\s*::|##[a-z]*\[/im);
      expect(outputText(shown)).toBe(shown);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('quoted', () => {
  test('is cut behind a secret, not in it', () => {
    void new Secret('canary-of-a-client');
    expect(quoted(`${'x'.repeat(295)}canary-of-a-client`)).toBe(`${'x'.repeat(295)}‹hid…`);
    expect(quoted('x'.repeat(400))).toHaveLength(300);
    expect(quoted('a\nb')).toBe('a\\nb');
    void new Secret('short');
    expect(quoted('a short token')).toBe('a ‹hidden› token');
  });
});

describe('withEscapes', () => {
  test('leaves nothing that cannot be seen but line breaks, and changes nothing else', () => {
    expect(withEscapes('a \n\u202Eb\u{E0041}\u0000 \u00E9', (codePoint) => `<${codePoint.toString(16)}>`)).toBe(
      'a \n<202e>b<e0041><0> \u00E9',
    );
  });
});

describe('jsonLine', () => {
  test('parses to the same value, and holds nothing to act on', () => {
    const property = fc.property(hostileText, (text) => {
      const line = jsonLine({ text });
      expect(JSON.parse(line)).toEqual({ text });
      expect(line).toMatch(/^[^\n]*\n$/);
      expect(outputText(line)).toBe(line);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('hides a secret', () => {
    void new Secret('canary"in json');
    expect(jsonLine({ reason: 'has canary"in json in it' })).toBe('{"reason":"has ‹hidden› in it"}\n');
  });
});

describe('GrantryError', () => {
  test('has the lines that grantry gave it, and no others, whatever it quotes', () => {
    const property = fc.property(fc.array(hostileText, { minLength: 1, maxLength: 4 }), (texts) => {
      const error = new GrantryError('FAILED', texts, { hint: texts });
      for (const shown of [error.message, error.hint ?? '']) {
        expect(ownLines(shown)).toHaveLength(texts.length);
        expect(shown).not.toMatch(/(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('shows no secret, and no endless name', () => {
    void new Secret('canary-quoted-by-a-server');
    const error = new GrantryError('FAILED', `refused: canary-quoted-by-a-server ${'x'.repeat(100_000)}`);
    expect(error.message).toMatch(/^refused: ‹hidden› x{9000,}…$/);
    expect(error.message.length).toBeLessThanOrEqual(10_000);
  });
});
