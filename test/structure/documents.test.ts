import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { formatDuration } from '../../src/model/text/duration.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';
import { STORES } from '../../src/stores/registry.ts';
import { findKeys } from '../../src/manifest/schema/schema-keys.ts';
import { makeSchemas } from '../../src/manifest/schema/manifest.ts';

const FILE = fileURLToPath(new URL('../../docs/providers.md', import.meta.url));

/** What the documents call a capability. */
const LABELS: Readonly<Record<keyof Capabilities, string>> = {
  chosenSecret: 'grantry may choose the secret of a new client, so that the store has it first',
  chosenClientId: 'grantry may choose the client_id',
  secretChangeVisible: 'a secret changed by hand shows in a listing',
  onRequestScopes: 'a granted scope can be kept out of tokens that do not ask for it',
  authMethodEnforced: 'the authentication method that was not declared is refused',
  introspection: 'token introspection (RFC 7662)',
  apiMarks: 'an Api can carry the mark of its stack',
  tokenPerApi: 'a token is for one Api, which the request names',
  secretOverlap: 'the previous secret can stay valid for a while after a rotation',
  secretLag: 'after a change of a secret either one may be accepted for',
};

function cell(value: boolean | number): string {
  if (typeof value === 'number') return formatDuration(value);
  return value ? 'yes' : 'no';
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function capabilityTable(): string {
  const all = PROVIDERS.map((provider) => provider.capabilities());
  const keys = Object.keys(LABELS).filter((key): key is keyof Capabilities => key in LABELS);
  return [
    row(['', ...PROVIDERS.map(({ label }) => label)]),
    row(['---', ...PROVIDERS.map(() => '---')]),
    ...keys.map((key) => row([LABELS[key], ...all.map((capabilities) => cell(capabilities[key]))])),
  ].join('\n');
}

/** What stands between two markers, with the blanks that a formatter adds taken out. */
function tableIn(text: string): string {
  const [, table = ''] = /<!-- capabilities -->\n([^]*?)\n<!-- end -->/.exec(text) ?? [];
  return table.trim().replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---').replaceAll('|  |', '| |');
}

it('docs/providers.md: the table of capabilities is what the descriptions say (UPDATE_DOCS=1 writes it anew)', () => {
  const text = readFileSync(FILE, 'utf8');
  const table = capabilityTable();
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(FILE, text.replace(/(<!-- capabilities -->\n)[^]*?(\n<!-- end -->)/, `$1\n${table}\n$2`));
  }
  expect(tableIn(readFileSync(FILE, 'utf8'))).toBe(table.replaceAll('|  |', '| |'));
});

it('every registered kind has a key of its own in the manifest language', () => {
  const kinds = [...PROVIDERS, ...STORES].map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  const { known } = findKeys(makeSchemas({ providers: PROVIDERS, stores: STORES }));
  expect(kinds.filter((kind) => !known.has(kind))).toEqual([]);
});
