import { describe, expect, test } from 'vitest';
import { codeElement, codeSpan, fencedBlock, printable } from './escape.ts';

const utf8 = { unicode: true };
const ascii = { unicode: false };

describe('printable', () => {
  test.each([
    ['plain text stays', 'plain text stays'],
    ['Grüße, 日本語, 🙂', 'Grüße, 日本語, 🙂'],
    ['\u001B[31mred', '\\u{1b}[31mred'],
    ['\u009B31m', '\\u{9b}31m'],
    ['a\nb\r\nc\td', 'a\\nb\\r\\nc\\td'],
    ['\u202Egnp.exe', '\\u{202e}gnp.exe'],
    ['zero\u200Bwidth', 'zero\\u{200b}width'],
    ['soft\u00ADhyphen', 'soft\\u{ad}hyphen'],
    ['no\u00A0break', 'no\\u{a0}break'],
    ['tag\u{E0041}', 'tag\\u{e0041}'],
    ['half \uD800 pair', 'half \\u{d800} pair'],
    ['line\u2028end', 'line\\u{2028}end'],
    ['filler\u3164', 'filler\\u{3164}'],
  ])('%j', (text, shown) => {
    expect(printable(text, utf8)).toBe(shown);
  });

  test('leaves nothing but ASCII where the terminal is not UTF-8', () => {
    expect(printable('Grüße 🙂', ascii)).toBe('Gr\\u{fc}\\u{df}e \\u{1f642}');
  });
});

describe('code in Markdown', () => {
  test.each([
    ['plain', '`plain`'],
    ['a `tick`', '`` a `tick` ``'],
    ['``two``', '``` ``two`` ```'],
    ['', '`  `'],
    ['a\n# b', '`a\\n# b`'],
    ['<b>@x</b>', '`<b>@x</b>`'],
  ])('a span around %j', (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });

  test('an element escapes what HTML reads', () => {
    expect(codeElement('</code>&lt;`x`')).toBe('<code>&lt;/code&gt;&amp;lt;`x`</code>');
  });

  test('a fence is longer than any run of ticks inside', () => {
    expect(fencedBlock('diff', ['+ a', '- ````'])).toBe('`````diff\n+ a\n- ````\n`````');
    expect(fencedBlock('text', [])).toBe('```text\n\n```');
  });
});
