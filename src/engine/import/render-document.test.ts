import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderDocument } from './render-document.ts';

const ORDERS = {
  apiVersion: 'grantry/v1',
  kind: 'Client',
  metadata: { name: 'orders', owner: 'yes', description: 'Takes orders: all of them' },
  spec: {
    clientId: '0x1f',
    access: [{ api: 'stock', scopes: ['stock:read', 'null'], onRequest: ['a,b'] }],
    targets: ['dev'],
  },
};

describe('renderDocument', () => {
  it('formats a document as the examples are, with comments above it', () => {
    expect(renderDocument(ORDERS, ['imported 2026-12-01', ''])).toBe(`# imported 2026-12-01
#
apiVersion: grantry/v1
kind: Client
metadata:
  name: orders
  owner: "yes"
  description: "Takes orders: all of them"
spec:
  clientId: "0x1f"
  access:
    - api: stock
      scopes: [stock:read, "null"]
      onRequest: ["a,b"]
  targets: [dev]
`);
  });

  it('gives each scope of an Api a line', () => {
    expect(renderDocument({ spec: { scopes: { 'a:r': 'Read', '*': '' } } })).toBe(
      'spec:\n  scopes:\n    a:r: Read\n    "*": ""\n',
    );
  });

  it('writes what cannot be seen as escapes, in keys too', () => {
    const text = renderDocument({ '\u202Ekey': 'a\u200Bb', rest: '\u{E0041}\u00A0' });
    expect(text).toBe('"\\u202ekey": "a\\u200bb"\nrest: "\\U000e0041\\u00a0"\n');
  });

  it('writes text of several lines in one, where it is safe in a list too', () => {
    expect(renderDocument({ description: 'one\ntwo', scopes: [':\na'] })).toBe(
      'description: "one\\ntwo"\nscopes: [":\\na"]\n',
    );
  });

  it('loses nothing of any text, as a key and as a value', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('\n', '\r', '\t', ' ', 'a', '#', ':', '-', '"', "'", '\\', '\u0085', '\uFEFF'),
      }),
      fc.constantFrom(
        'yes',
        'null',
        '~',
        '1e3',
        '0o7',
        '.inf',
        '---',
        '...',
        '<<',
        '=',
        '!tag',
        '&a',
        '*a',
        '12:30:45',
      ),
    );
    const lists = fc.record({
      scopes: fc.array(text),
      map: fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        text,
      ),
    });
    fc.assert(
      fc.property(lists, (value) => {
        const yaml = renderDocument(value, [value.scopes.join(' ')]);
        expect(parse(yaml, { version: '1.2', schema: 'core' })).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });
});
