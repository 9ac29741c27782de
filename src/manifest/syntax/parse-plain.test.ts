import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnyFile } from './parse-any.ts';
import { parsePlain } from './parse-plain.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 3000) };

/** What documents are made of, right and wrong, and where the readings of YAML differ. */
const TOKENS = [
  'a: 1',
  'kind: Api',
  'name: x',
  'b:',
  'c: {d: e, f: [g, "h", 1]}',
  '- a',
  '- b: 2',
  '-',
  '- - x',
  '  ',
  '    ',
  '\n',
  '\n\n',
  '---',
  '---\n',
  '...\n',
  '# note',
  ' # note',
  '"quoted"',
  "'single'",
  "'it''s'",
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ',',
  ': ',
  ':',
  'true',
  'no',
  'on',
  'null',
  '~',
  '0o17',
  '0x1F',
  '0b11',
  '1_000',
  '012',
  '+1',
  '-0',
  '1e3',
  '.5',
  '.inf',
  '.nan',
  '1:30',
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  '99999999999999999999',
  '1.0',
  'yes: no',
  '? a',
  '&x',
  '*x',
  '!t',
  '<<: {a: 1}',
  '|',
  '>',
  'a: b: c',
  'a : b',
  '"k": v',
  '5: v',
  '~: v',
  'constructor: y',
  '__proto__: z',
  'toString: {a: 1}',
  'text with # no comment',
  'x#y',
  'scopes: [a:read, b:write]',
  'url: http://localhost:8080',
  'secret: "${env:NAME}"',
  'multi',
  'line',
  '\t',
  '\r\n',
  '%YAML 1.1',
  'é',
];

/** Exactly what the other parser gives, where it gives anything. */
function expectSame(text: string): boolean {
  const file = { name: 'f.yaml', text };
  const plain = parsePlain(file);
  if (plain === undefined) return false;
  expect({ documents: plain, problems: [] }).toEqual(parseAnyFile(file));
  return true;
}

/** What is not read by the fast reader is read all the same, and slowly. */
it.each(['apis', 'clients'])('all %s of the example are plain', (kind) => {
  const folder = new URL(`../../../manifests/${kind}/`, import.meta.url);
  const texts = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  expect(texts.length).toBeGreaterThan(1);
  expect(texts.filter((text) => !expectSame(text))).toEqual([]);
});

describe('a plain file is read as by the parser that reads every file', () => {
  it('put together of tokens', () => {
    let read = 0;
    const indented = fc
      .tuple(fc.constantFrom('', '', '  ', '    ', '- '), fc.array(fc.constantFrom(...TOKENS), { maxLength: 3 }))
      .map(([indent, tokens]) => indent + tokens.join(''));
    const texts = fc.oneof(
      fc.array(fc.constantFrom(...TOKENS), { maxLength: 14 }).map((tokens) => tokens.join('')),
      fc.array(indented, { maxLength: 10 }).map((lines) => lines.join('\n')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (expectSame(text)) read += 1;
      }),
      RUNS,
    );
    // It would be the same of a parser that reads nothing.
    expect(read).toBeGreaterThan(RUNS.numRuns / 50);
  });

  it('written as people write them', () => {
    const word = fc.constantFrom(
      'orders',
      'a-b',
      'no',
      'x y',
      '12',
      'true',
      'stock:read',
      "'q'",
      '"q"',
      '1.5',
      '',
      'http://a/b',
      'a, b',
    );
    const key = fc.constantFrom('kind', 'name', 'metadata', 'spec', 'access', 'labels', 'on', '1', 'x-y');
    const value: fc.Arbitrary<string[]> = fc.letrec<{ node: string[]; map: string[]; list: string[] }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        word.map((text) => [text]),
        word.map((text) => [`[${text}, b]`]),
        tie('map'),
        tie('list'),
      ),
      map: fc
        .array(fc.tuple(key, tie('node')), { minLength: 1, maxLength: 3 })
        .map((pairs) =>
          pairs.flatMap(([name, lines]) =>
            lines.length === 1 && !/^(- |[\w-]+: ?)/.test(lines[0] ?? '')
              ? [`${name}: ${lines[0]}`]
              : [`${name}:`, ...lines.map((line) => `  ${line}`)],
          ),
        ),
      list: fc
        .array(tie('node'), { minLength: 1, maxLength: 3 })
        .map((items) => items.flatMap(([first = '', ...rest]) => [`- ${first}`, ...rest.map((line) => `  ${line}`)])),
    })).map;
    const text = fc
      .array(value, { minLength: 1, maxLength: 3 })
      .map((documents) => documents.map((lines) => `${lines.join('\n')}\n`).join('---\n'));
    fc.assert(
      fc.property(text, (each) => void expectSame(each)),
      RUNS,
    );
  });
});
