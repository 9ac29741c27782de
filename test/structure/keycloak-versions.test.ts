import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { TRAITS, hasTrait } from '../../src/providers/keycloak/versions/traits.ts';
import type { TraitName } from '../../src/providers/keycloak/versions/traits.ts';

const FILE = fileURLToPath(new URL('../../docs/keycloak.md', import.meta.url));
const WORKFLOW = fileURLToPath(new URL('../../.github/workflows/ci.yml', import.meta.url));
const VERSIONS = z
  .array(z.string())
  .parse(
    JSON.parse(
      readFileSync(fileURLToPath(new URL('../../scripts/images/keycloak-versions.json', import.meta.url)), 'utf8'),
    ),
  );

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function versionTable(): string {
  const names = Object.keys(TRAITS).filter((key): key is TraitName => key in TRAITS);
  return [
    row(['', ...VERSIONS, 'from', 'where not']),
    row(['', ...VERSIONS, '', ''].map(() => '---')),
    ...names.map((name) => {
      const { label, since, otherwise } = TRAITS[name];
      return row([label, ...VERSIONS.map((version) => (hasTrait(name, version) ? 'yes' : 'no')), since, otherwise]);
    }),
  ].join('\n');
}

/** What stands between two markers, with the blanks that a formatter adds taken out. */
function plain(table: string): string {
  return table.trim().replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---').replaceAll('|  |', '| |');
}

it('docs/keycloak.md: the table of versions is what the tests on them hold true (UPDATE_DOCS=1 writes it anew)', () => {
  const table = versionTable();
  if (process.env['UPDATE_DOCS'] === '1') {
    const text = readFileSync(FILE, 'utf8');
    writeFileSync(FILE, text.replace(/(<!-- versions -->\n)[^]*?(\n<!-- end -->)/, `$1\n${table}\n$2`));
  }
  const [, found = ''] = /<!-- versions -->\n([^]*?)\n<!-- end -->/.exec(readFileSync(FILE, 'utf8')) ?? [];
  expect(plain(found)).toBe(plain(table));
});

it('the CI workflow: has each version that npm test leaves out', () => {
  const [, listed = ''] = /version: \[(.+)\]/.exec(readFileSync(WORKFLOW, 'utf8')) ?? [];
  expect(listed.split(', ').map((each) => each.slice(1, -1))).toEqual(VERSIONS.slice(1, -1));
});
