import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSources } from '../support/check-sources.ts';
import { resolveTargets } from '../../src/manifest/resolve/resolve.ts';
import type { SourceFile } from '../../src/manifest/types.ts';
import { makeStyle, renderValidation } from '../../src/report/index.ts';

/** More with LAW_RUNS, for a longer look. */
const RUNS = Number(process.env['LAW_RUNS'] ?? 300);
const TIMEOUT = 5_000 + RUNS * 50;

const STYLE = makeStyle({ color: false, unicode: true });

function print(files: readonly SourceFile[]): string {
  const { findings } = checkSources(files);
  const report = { files: files.length, apis: 0, clients: 0, targets: 0, findings };
  const formats = ['text', 'json', 'markdown'] as const;
  return formats.map((format) => renderValidation(report, { format, style: STYLE })).join('\n');
}

describe('the order of input files', () => {
  const ENV = { KEYCLOAK: 'k', AGE: 'AGE-SECRET-KEY-1QQ' };
  const target = `apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider: {keycloak: {url: "http://localhost:8080", realm: acme, auth: {clientId: a, clientSecret: "\${env:KEYCLOAK}"}}}
  store: {file: {path: x, identity: "\${env:AGE}"}}
`;
  const apis = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 6 });
  const clients = fc.uniqueArray(fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), seed: fc.nat() }), {
    maxLength: 12,
    selector: (client) => client.name,
  });

  it('does not change what is desired', () => {
    fc.assert(
      fc.property(apis, clients, fc.infiniteStream(fc.nat()), (apiNames, clientList, order) => {
        const sources = [
          { name: 'target.yaml', text: target },
          ...apiNames.map((name) => ({ name: `api-${name}.yaml`, text: apiOf(name) })),
          ...clientList.map((client) => ({ name: `${client.name}.yaml`, text: clientOf(client, apiNames) })),
        ];
        const shuffled = sources
          .map((source) => ({ source, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ source }) => source);
        const one = checkSources(sources);
        expect(one.findings).toEqual([]);
        const surroundings = { env: ENV, cwd: '/' };
        expect(resolveTargets(checkSources(shuffled), ['dev'], surroundings)).toEqual(
          resolveTargets(one, ['dev'], surroundings),
        );
      }),
    );
  });
});

function apiOf(name: string): string {
  return `apiVersion: grantry/v1\nkind: Api\nmetadata: {name: ${name}}\nspec: {audience: ${name}, scopes: {"${name}:r": x, "${name}:w": y}}\n`;
}

function clientOf(client: { name: string; seed: number }, apis: readonly string[]): string {
  const used = apis.filter((_, index) => ((client.seed >> index) & 1) === 1);
  const access = used.map((api) => `{api: ${api}, scopes: ["${api}:w", "${api}:r"]}`);
  return `apiVersion: grantry/v1\nkind: Client\nmetadata: {name: ${client.name}}\nspec: {access: [${access.join(', ')}]}\n`;
}

/** Ways to write a credential into a manifest; @ stands for it, and every part of it begins with "hunter". */
const SHAPES = [
  'clientSecret: @',
  'clientSecret: "@"',
  "clientSecret: '@'",
  'clientSecret:\n          @',
  'clientSecret: |\n          @\n          @',
  'clientSecret: >-\n\n          @\n\n            @',
  'clientSecret: "@\n          @"',
  'clientSecret: @\n          @',
  'clientSecret: &anchor @',
  'clientSecret: !tag @',
  'clientSecret: *@',
  'clientSecret: @: @',
  'clientSecret: {@: @}',
  'clientSecret: [@, @]',
  'clientSecret:\n        - @\n        - @',
  'clientSecret: "@',
  'clientSecret: [@',
  'clientSecret: {@',
  'clientSecret: @ # @',
  'clientSecret: "\\@"',
  'clientSecret: %@',
  'clientSecret: `@`',
  'clientSecret: "${env:A}@"',
  'clientSecret @',
  'clientSecret=@',
  'clientSecret:@',
  '"clientSecret": @',
  '? clientSecret\n        : @',
  'client_secret: @',
  'clientSecrt: @',
  'password: @\n        username: x',
  'token: @',
  'secretId: {a: @}',
  'identity: @',
  'apiKey: @',
  'foo: @',
  'clientId: x\n        clientSecret: @\n        clientSecret: @',
  '{clientId: x, clientSecret: @}',
  '{clientId: x, clientSecret: "@", relm: 1}',
  '{clientId: x, clientSecret @}',
  '{@}',
  '{clientId: x,\n         clientSecret:\n         "@"}',
  '[clientSecret: @, @]',
  '@',
];

const SECRET = fc.stringMatching(/^hunter[A-Za-z0-9]{0,6}([/+=!-]hunter)?$/);

const targetOf = (shape: string): string => `apiVersion: grantry/v1
kind: Target
metadata:
  name: dev
spec:
  stack: acme
  provider:
    keycloak:
      url: http://localhost:8080
      realm: acme
      auth:
        ${shape}
  store:
    file:
      path: x
      identity: "\${env:AGE}"
`;

const clientWith = (shape: string): string => `apiVersion: grantry/v1
kind: Client
metadata:
  name: dev
spec:
  access: []
  secret:
        ${shape.replace('{', '{ ')}
`;

/** One mistake somewhere: what makes parsers give up, or see something else than was meant. */
const MISTAKE = fc.record({
  at: fc.nat(),
  text: fc.constantFrom(
    ' ',
    '\t',
    '\n',
    ':',
    ': ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    '#',
    ' #',
    '&',
    '*',
    '!',
    '|',
    '-',
    '---\n',
    '%',
    '@',
    '\\',
    '<<: ',
    '? ',
    '\r',
    'x',
  ),
});

describe('what is printed', () => {
  it(
    'never holds a credential that stands in a manifest',
    () => {
      const shape = fc.constantFrom(...SHAPES);
      const document = fc.constantFrom(targetOf, clientWith);
      fc.assert(
        fc.property(shape, SECRET, document, fc.array(MISTAKE, { maxLength: 2 }), (shape, secret, make, mistakes) => {
          // In a Client a key that speaks of nothing secret may be shown with its value.
          const spoken = make === clientWith ? shape.replace('foo', 'myTokenValue') : shape;
          let text = make(spoken).replaceAll('@', secret);
          for (const { at, text: inserted } of mistakes) {
            const place = placeOutsideOfWords(text, at);
            text = text.slice(0, place) + inserted + text.slice(place);
          }
          expect(print([{ name: 'a.yaml', text }])).not.toMatch(/hunter/i);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT,
  );
});

/** Between words: a mistake inside of `clientSecret` or of the credential would make another word of it. */
function placeOutsideOfWords(text: string, at: number): number {
  const places = [...text.matchAll(/(?<![A-Za-z0-9_])|(?![A-Za-z0-9_])/g)].map((match) => match.index);
  return places[at % places.length] ?? 0;
}

describe('reading manifests', () => {
  it(
    'never throws, whatever is in a file',
    () => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.string({ unit: fc.constantFrom(...'ab:-{}[],&*!|>\'"%@`#?\n \t\r.<'.split('')) }),
          ),
          (text) => {
            expect(() => print([{ name: 'a.yaml', text }])).not.toThrow();
          },
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT,
  );
});
