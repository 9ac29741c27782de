import { describe, expect, test } from 'vitest';
import { printableJson } from './json.ts';

describe('printableJson', () => {
  test('lays four levels out, and one line each below them', () => {
    const value = {
      list: [{ fields: [{ path: ['a', 'b'], before: undefined }], empty: [], none: {} }],
      gone: undefined,
    };
    expect(printableJson(value)).toBe(`{
  "list": [
    {
      "fields": [
        {"path":["a","b"]}
      ],
      "empty": [],
      "none": {}
    }
  ]
}`);
  });

  test('holds no character that a terminal acts on, and parses back', () => {
    const value = {
      'key\u009B': ['\u001B[0m\u007F\u202E\u{E0041}\uD800', { deep: { deeper: { deepest: '\u2028' } } }],
    };
    const text = printableJson(value);
    expect(text).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(text)).toEqual(value);
  });
});
