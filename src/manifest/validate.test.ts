/** What the rules find beside the cases of test/golden/manifests: of each manifest the rules and lines of all findings. */
import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../cli/backends.ts';
import { checkSources } from '../../test/support/check-sources.ts';
import { chosen } from './backends.ts';

const head = (kind: string, name: string): string =>
  `apiVersion: grantry/v1\nkind: ${kind}\nmetadata: {name: ${name}, owner: o, description: d}\nspec:\n`;
const STOCK = `${head('Api', 'stock')}  audience: https://stock.test\n  scopes:\n    stock:read: Read\n`;

function findings(...documents: readonly string[]): string[] {
  return checkSources([{ name: 'a.yaml', text: documents.join('---\n') }])
    .findings.filter(({ severity }) => severity === 'error')
    .map(({ rule, message }) => `${rule}: ${message}`);
}

describe('a credential in a manifest', () => {
  it.each([
    ['in an override', '  overrides: {prod: {keycloak: {attributes: {my.password: hunter2}}}}\n'],
    ['in a map within one', '  keycloak: {attributes: {mine: {password: hunter2}}}\n'],
    ['in place of spec.credential', '  credential: hunter2\n'],
  ])('is found %s, and not quoted', (_, spec) => {
    const found = findings(`${head('Client', 'orders')}${spec}`);
    expect(found).toContainEqual(expect.stringMatching(/^misplaced-credential: .*looks like a credential|belongs? /));
    expect(found.join()).not.toContain('hunter2');
  });
});

describe('names that mean something to JavaScript', () => {
  it.each(['constructor', 'toString', '__proto__'])('an Api has no scope %s unless it says so', (scope) => {
    const client = `${head('Client', 'orders')}  access: [{api: stock, scopes: [stock:read], onRequest: [${scope}]}]\n`;
    expect(findings(STOCK, client)).toEqual([
      expect.stringContaining(`unknown-scope: Api stock has no scope "${scope}"`),
    ]);
  });
});

describe('an error of one kind', () => {
  it('of the scopes of an Api makes none of a client that asks for another', () => {
    const broken = STOCK.replace('stock:read: Read', '"stock read": Read');
    const client = `${head('Client', 'orders')}  access: [{api: stock, scopes: [stock:write]}]\n`;
    expect(findings(broken, client)).toEqual([expect.stringContaining('bad-name')]);
    expect(findings(STOCK, client)).toEqual([expect.stringContaining('unknown-scope')]);
  });

  it('of two clients of one name makes none of their places in the store', () => {
    const [outer, inner] = ['a', 'a/b'].map((path) => `${head('Client', 'orders')}  credential: {path: ${path}}\n`);
    expect(findings(outer ?? '', inner ?? '').map((finding) => finding.replace(/:.*/, ''))).toEqual(['duplicate-name']);
  });
});

const TARGET = `${head('Target', 'dev').replace(', owner: o, description: d', '')}  stack: acme
  provider: {keycloak: {url: "https://sso.test", realm: a, auth: {clientId: a, clientSecret: "\${env:A}"}}}
  store: {vault: {address: "https://vault.test", mount: secret, prefix: m2m, auth: {token: "\${env:A}"}}}
`;

describe('the place of a store', () => {
  it.each(['mount', 'prefix'])('is no path: %s', (key) => {
    expect(findings(TARGET)).toEqual([]);
    expect(findings(TARGET.replace(new RegExp(`${key}: \\w+`), `${key}: ../other`))).toEqual([
      expect.stringMatching(`^bad-store-path: .*${key} is no path: it contains`),
    ]);
  });
});

describe('a key that is missing, or stands in the wrong place', () => {
  it('is named', () => {
    expect(findings(`${head('Api', 'stock')}  scopes: {"stock:read": Read}\n`)).toEqual([
      'missing-key: spec.audience is missing',
    ]);
  });

  it('belongs into metadata only where it stands in spec itself', () => {
    expect(findings(`${STOCK}  owner: o\n`).join()).toContain('it belongs into metadata');
    const deep = `${head('Client', 'orders')}  credential: {owner: o}\n`;
    expect(findings(deep).join()).toMatch(/^unknown-key: (?!.*belongs into metadata)/);
  });
});

describe('a text that no parser is given, or that it gives up', () => {
  it.each([
    ['brackets', `a: ${'['.repeat(600)}`],
    ['blocks in one line', `a: ${'- '.repeat(200)}b`],
    // The parser gives these up in a way that ends the process.
    [
      'blocks line after line',
      Array.from({ length: 80 }, (_, k) => `${' '.repeat(198 * k)}${'- '.repeat(99)}\n`).join(''),
    ],
    ['a map in a map, thousands of times', Array.from({ length: 2000 }, (_, k) => `${' '.repeat(k)}a:\n`).join('')],
  ])('is nested too deeply: %s', (_, text) => {
    expect(findings(text)).toEqual(['yaml-syntax: cannot be read as YAML: it is nested too deeply']);
  });
});

it('an error that belongs to no document of a file is reported too', () => {
  expect(findings('%YAML 9\n')).toEqual([
    'yaml-syntax: cannot be read as YAML: the line beginning with % is not valid',
  ]);
});

it('chosen: a Target that names no backend is none that the schema let through', () => {
  expect(() => chosen(BACKENDS.stores, {})).toThrow('a Target names no backend that is registered');
});
