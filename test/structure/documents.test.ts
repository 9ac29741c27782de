import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { formatDuration } from '../../src/model/text/duration.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import { PROVIDERS } from '../../src/providers/registry.ts';
import { STORES } from '../../src/stores/registry.ts';
import type { StoreCapabilities } from '../../src/stores/store.ts';
import { findKeys } from '../../src/manifest/schema/schema-keys.ts';
import { makeSchemas } from '../../src/manifest/schema/manifest.ts';

/** What the documents call a capability. */
const PROVIDER_LABELS: Readonly<Record<keyof Capabilities, string>> = {
  chosenSecret: 'grantry may choose the secret of a new client, so that the store has it first',
  chosenClientId: 'grantry may choose the client_id',
  secretChangeVisible: 'a secret changed by hand shows in a listing',
  onRequestScopes: 'a granted scope can be kept out of tokens that do not ask for it',
  authMethodEnforced: 'the authentication method that was not declared is refused',
  introspection: 'token introspection (RFC 7662)',
  apiMarks: 'an Api can carry the mark of its stack',
  typedTokens: 'a token can be of the type at+jwt (RFC 9068)',
  senderConstraint: 'a token can be bound to a key of whoever asks for it (DPoP, RFC 9449)',
  constantClaims: 'tokens for an Api can carry constants',
  tokenPerApi: 'a token is for one Api, which the request names',
  federation: 'clients can log in with the token of another issuer',
  secretOverlap: 'the previous secret can stay valid for a while after a rotation',
  tokenRevocation: 'tokens that were issued can be revoked, where they are introspected',
  keyAlgs: 'clients may sign assertions with a key of their own, by',
  secretLag: 'after a change of a secret either one may be accepted for',
};

const STORE_LABELS: Readonly<Record<keyof StoreCapabilities, string>> = {
  previous: 'during an overlap the previous credential is found',
  checkAndSet: 'two writers of one document are kept apart by',
  listing: 'one request of a listing covers',
  remembersDeleted: 'a document that somebody deleted keeps its mark and number',
  reusesPurged: 'a place that was purged can be used again at once',
  maxDocumentBytes: 'largest document',
  recordWritesPerDay: "how often grantry's own records, such as the lock, can be written",
};

/** What the documents call the values of a capability that is no number of seconds and no yes or no. */
const WORDS: Readonly<Record<string, string>> = {
  version: 'by version number',
  label: 'by label',
  document: 'in the document',
  nowhere: 'nowhere',
  store: 'the store',
  lock: 'the lock',
  folder: 'a folder',
  whole: 'the whole store',
};

function cell(value: boolean | number | string | readonly string[]): string {
  if (typeof value === 'object') return value.length === 0 ? 'no' : value.join(', ');
  if (typeof value === 'number') return formatDuration(value);
  return typeof value === 'string' ? (WORDS[value] ?? value) : value ? 'yes' : 'no';
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function capabilityTable(
  labels: Readonly<Record<string, string>>,
  columns: readonly { readonly label: string; readonly cells: Readonly<Record<string, string>> }[],
): string {
  return [
    row(['', ...columns.map(({ label }) => label)]),
    row(['---', ...columns.map(() => '---')]),
    ...Object.entries(labels).map(([key, label]) => row([label, ...columns.map(({ cells }) => cells[key] ?? '')])),
  ].join('\n');
}

function cellsOf(capabilities: Capabilities): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(capabilities).map(([key, value]) => [key, cell(value)]));
}

function storeCellsOf({
  maxDocumentBytes,
  recordWritesPerDay,
  ...others
}: StoreCapabilities): Readonly<Record<string, string>> {
  const cells = Object.entries(others).map(([key, value]): [string, string] => [key, cell(value)]);
  const largest = maxDocumentBytes === undefined ? 'no limit of its own' : `${maxDocumentBytes} bytes`;
  const often = recordWritesPerDay === undefined ? 'at any time' : `${recordWritesPerDay} times a day`;
  return { ...Object.fromEntries(cells), maxDocumentBytes: largest, recordWritesPerDay: often };
}

/** What stands between two markers, with the blanks that a formatter adds taken out. */
function tableIn(text: string): string {
  const [, table = ''] = /<!-- capabilities -->\n([^]*?)\n<!-- end -->/.exec(text) ?? [];
  return table.trim().replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---').replaceAll('|  |', '| |');
}

it.each([
  {
    file: 'providers.md',
    table: capabilityTable(
      PROVIDER_LABELS,
      PROVIDERS.map((provider) => ({ label: provider.label, cells: cellsOf(provider.capabilities()) })),
    ),
  },
  {
    file: 'stores.md',
    table: capabilityTable(
      STORE_LABELS,
      STORES.map(({ label, capabilities }) => ({ label, cells: storeCellsOf(capabilities) })),
    ),
  },
])('docs/$file: the table of capabilities is what the descriptions say (UPDATE_DOCS=1 writes it anew)', (document) => {
  const file = fileURLToPath(new URL(`../../docs/${document.file}`, import.meta.url));
  const text = readFileSync(file, 'utf8');
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(file, text.replace(/(<!-- capabilities -->\n)[^]*?(\n<!-- end -->)/, `$1\n${document.table}\n$2`));
  }
  expect(tableIn(readFileSync(file, 'utf8'))).toBe(document.table.replaceAll('|  |', '| |'));
});

it('no place of one kind of store looks like a place of another: what moved must not look as if it had stayed', () => {
  // The first two kinds there were; the marks of deliveries name their places so.
  const named = STORES.filter(({ kind }) => kind !== 'vault' && kind !== 'file');
  const spec = { address: 'https://a', mount: 'secret', prefix: 'm2m', path: 'm2m', region: 'r', namespace: 'n' };
  const places = named.map((store) => [store.kind, store.locate(spec, 'a/b').split(':')[0]]);
  expect(places).toEqual(named.map(({ kind }) => [kind, kind]));
});

it('every registered kind has a key of its own in the manifest language', () => {
  const kinds = [...PROVIDERS, ...STORES].map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  const { known } = findKeys(makeSchemas({ providers: PROVIDERS, stores: STORES }));
  expect(kinds.filter((kind) => !known.has(kind))).toEqual([]);
});
