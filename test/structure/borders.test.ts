import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../src/cli/backends.ts';
import { findCircles, readSources } from './sources.ts';
import type { Source } from './sources.ts';

const SOURCES = readSources();

/** `src/providers/keycloak/read.ts` lies in `providers/keycloak`, a contract such as `src/providers/provider.ts` in `providers`. */
function folderOf(path: string): string {
  const [, head = '', second = '', ...rest] = path.split('/');
  if (second === '') return 'main';
  return ['providers', 'stores', 'credentials'].includes(head) && rest.length > 0 ? `${head}/${second}` : head;
}

const SHARED = ['model', 'platform'];

/**
 * What a folder may import beside itself. A provider, a store or a method of credentials may import the contract of its
 * kind, and never another one; only a registry may import them all.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ['cli', 'commands', 'model'],
  commands: ['cli', 'engine', 'manifest', 'report', 'demo', ...SHARED],
  cli: ['engine', 'manifest', 'providers', 'stores', 'report', ...SHARED],
  report: ['engine', 'model'],
  engine: ['manifest', 'credentials', 'providers', 'stores', ...SHARED],
  manifest: ['credentials', ...SHARED],
  providers: ['manifest', ...SHARED],
  stores: ['manifest', 'credentials', ...SHARED],
  credentials: ['providers', 'stores', ...SHARED],
  platform: ['model'],
  model: [],
};
const REGISTRIES = new Set([
  'src/providers/registry.ts',
  'src/stores/registry.ts',
  'src/credentials/registry.ts',
  'src/credentials/auth.ts',
]);

function mayImport(from: string, to: string): boolean {
  const [kind = '', one] = from.split('/');
  if (from === to) return true;
  if (one !== undefined) return to === kind || (MAY_IMPORT[kind] ?? []).includes(to);
  return (MAY_IMPORT[from] ?? []).includes(to);
}

function crossings({ path, imports }: Source): string[] {
  const from = folderOf(path);
  const known = REGISTRIES.has(path) ? imports.filter((to) => folderOf(to).split('/')[0] !== from) : imports;
  return known.flatMap((to) => {
    const target = to.startsWith('demo/') ? 'demo' : folderOf(to);
    return mayImport(from, target) ? [] : [`${path} imports ${to}`];
  });
}

describe('the sources', () => {
  it('import only from folders that they may know, types included', () => {
    expect(SOURCES.length).toBeGreaterThan(300);
    expect(SOURCES.flatMap(crossings)).toEqual([]);
  });

  it('import each other in no circle, types included', () => {
    expect(findCircles(SOURCES)).toEqual([]);
  });
});

describe('a product', () => {
  /** Where people are shown what there is: a first set of manifests, the demo and its help, examples in a published schema. */
  const DOCUMENTS = [
    'src/commands/demo.ts',
    'src/commands/run/init.ts',
    'src/commands/run/init-files.ts',
    'src/report/views/parts/schema-parts.ts',
  ];
  /** Vault and Keycloak have a login that is called so, by the token of a pod, and Keycloak a kind of issuer. */
  const OTHER_MEANING: Readonly<Record<string, RegExp>> = {
    kubernetes: /^src\/(?:stores\/vault|providers\/keycloak|platform\/workload)\//,
  };
  /** Of a product that is so much like another that they share one. */
  const FOLDERS: Readonly<Record<string, string>> = { openbao: 'vault' };
  const products = [...BACKENDS.providers, ...BACKENDS.stores].filter(({ kind }) => kind !== 'file');

  it.each(products.map(({ kind }) => kind))('is named in its own folder and in the registry only: %s', (kind) => {
    const own = new RegExp(`^src/(providers|stores)/(${FOLDERS[kind] ?? kind}/|registry\\.ts$)`);
    const elsewhere = SOURCES.filter(({ path }) => !own.test(path) && !DOCUMENTS.includes(path)).filter(
      ({ path }) => OTHER_MEANING[kind]?.test(path) !== true,
    );
    const named = elsewhere.filter(({ text }) => new RegExp(kind, 'i').test(text));
    expect(named.map(({ path }) => path)).toEqual([]);
  });
});

function source(path: string, ...imports: string[]): Source {
  return { path, text: '', imports };
}

describe('the check itself', () => {
  it.each([
    ['src/engine/plan/a.ts', 'src/providers/keycloak/read.ts'],
    ['src/engine/plan/a.ts', 'src/report/index.ts'],
    ['src/providers/keycloak/a.ts', 'src/providers/auth0/read.ts'],
    ['src/providers/keycloak/a.ts', 'src/stores/store.ts'],
    ['src/stores/vault/a.ts', 'src/stores/file/index.ts'],
    ['src/manifest/a.ts', 'src/engine/plan/danger.ts'],
    ['src/manifest/a.ts', 'src/stores/store.ts'],
    ['src/model/a.ts', 'src/platform/clock.ts'],
    ['src/cli/a.ts', 'src/stores/vault/index.ts'],
  ])('sees that %s imports %s', (path, to) => {
    expect(crossings(source(path, to))).toEqual([`${path} imports ${to}`]);
  });

  it('sees a circle over three files', () => {
    const circle = [source('a', 'b'), source('b', 'c'), source('c', 'a'), source('d', 'a')];
    expect(findCircles(circle)).toEqual([['a', 'b', 'c']]);
  });

  it('reads what is imported as a type, over several lines, and later', () => {
    const { imports = [] } = SOURCES.find(({ path }) => path === 'src/stores/vault/description.ts') ?? {};
    expect(imports).toContain('src/stores/vault/index.ts');
    expect(imports).toContain('src/stores/description.ts');
  });
});
