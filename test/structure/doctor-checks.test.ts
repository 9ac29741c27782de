import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PURPOSES } from '../../src/model/check.ts';
import { AUTH0_CHECKS } from '../../src/providers/auth0/doctor/checks.ts';
import type { ServerCheck } from '../../src/providers/checks.ts';
import { KEYCLOAK_CHECKS } from '../../src/providers/keycloak/doctor/checks.ts';

const FILE = fileURLToPath(new URL('../../docs/doctor.md', import.meta.url));

type Described = Pick<ServerCheck<never>, 'id' | 'title' | 'purposes'>;

function tableOf(checks: readonly Described[]): string {
  const rows = checks.map(({ id, title, purposes }) => [
    `\`${id}\``,
    title,
    purposes.length === PURPOSES.length ? 'everything' : purposes.join(', '),
  ]);
  return [['id', 'what is true where it is fine', 'for'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Without the blanks that a formatter adds. */
function tableIn(text: string, marker: string): string {
  const [, table = ''] = new RegExp(`<!-- ${marker} -->\\n([^]*?)\\n<!-- end -->`).exec(text) ?? [];
  return table.trim().replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---');
}

it.each([
  { marker: 'keycloak-checks', checks: KEYCLOAK_CHECKS },
  { marker: 'auth0-checks', checks: AUTH0_CHECKS },
])('docs/doctor.md: $marker are those that there are (UPDATE_DOCS=1 writes them anew)', ({ marker, checks }) => {
  const table = tableOf(checks);
  if (process.env['UPDATE_DOCS'] === '1') {
    const lines = new RegExp(`(<!-- ${marker} -->\\n)[^]*?(\\n<!-- end -->)`);
    writeFileSync(FILE, readFileSync(FILE, 'utf8').replace(lines, `$1\n${table}\n$2`));
  }
  expect(tableIn(readFileSync(FILE, 'utf8'), marker)).toBe(table);
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});
