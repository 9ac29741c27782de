/** What the rules find beside the cases of test/golden/manifests: of each manifest the rules and lines of all findings. */
import { describe, expect, it } from 'vitest';
import { checkSources } from '../../test/support/check-sources.ts';

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
    const at = (path: string): string => `${head('Client', 'orders')}  credential: {path: ${path}}\n`;
    expect(findings(at('a'), at('a/b')).map((finding) => finding.replace(/:.*/, ''))).toEqual(['duplicate-name']);
  });
});
