import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import type { Leftovers } from './leftovers.ts';
import { PACKAGE_ROOT } from './package-root.ts';
import type { Environment, StartedServers, StartedStore } from './setting.ts';

/** The worked example, which lies beside the program. */
const EXAMPLE = join(PACKAGE_ROOT, 'manifests');

/** The file of the Target that the demo makes. */
export const TARGET_FILE = 'target.yaml';

/** Makes a working directory with a copy of the example; it is removed with the other leftovers. */
export function makeWorkplace(env: Environment, leftovers: Leftovers): string {
  const directory = mkdtempSync(join(env['TMPDIR'] || tmpdir(), 'grantry-demo-'));
  // A server that is ending may still be writing into it.
  const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 200 };
  leftovers.add(`the folder ${directory}`, () => rmSync(directory, removal));
  cpSync(EXAMPLE, join(directory, 'manifests'), { recursive: true });
  return directory;
}

/** For a story that begins without manifests. */
export function removeExample(directory: string): void {
  for (const folder of readdirSync(join(directory, 'manifests'))) {
    rmSync(join(directory, 'manifests', folder), { recursive: true });
  }
}

/** The Target of the example that fits the servers. */
export interface DemoTarget {
  readonly name: string;
  readonly realm: string;
  /** clientId of grantry's own client. */
  readonly clientId: string;
  /** What its `${env:…}` stand for; this record is the only place where they are. */
  readonly env: Environment;
}

/** Variables that the example's Targets name. */
export const SECRET_VARIABLE = 'GRANTRY_KEYCLOAK_SECRET';
const STORE_VARIABLES = { vault: 'VAULT_TOKEN', file: 'GRANTRY_AGE_KEY' } as const;

/** Writes the example's Target of this kind of store with the servers' URLs in it. */
export function writeTarget(
  directory: string,
  { keycloak, store }: StartedServers,
  env: Environment,
  file = TARGET_FILE,
): DemoTarget {
  const document = parseDocument(findTarget(store.kind));
  document.setIn(['spec', 'provider', 'keycloak', 'url'], keycloak.url);
  if (store.kind === 'vault') document.setIn(['spec', 'store', 'vault', 'address'], store.url);
  writeFileSync(join(directory, file), document.toString({ lineWidth: 0 }));
  const text = (...path: string[]): string => String(document.getIn(path));
  return {
    name: text('metadata', 'name'),
    realm: text('spec', 'provider', 'keycloak', 'realm'),
    clientId: text('spec', 'provider', 'keycloak', 'auth', 'clientId'),
    env: { ...withoutProxies(env), [STORE_VARIABLES[store.kind]]: storeCredential(store) },
  };
}

function findTarget(kind: StartedStore['kind']): string {
  const folder = join(EXAMPLE, 'targets');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const found = texts.find((text) => isMap(parseDocument(text).getIn(['spec', 'store', kind])));
  if (found === undefined) throw new Error(`no Target of the example has a ${kind} store`);
  return found;
}

/** Whatever proxy and hosts the user's environment names: the servers are on this machine. */
function withoutProxies(env: Environment): Environment {
  const around = [env['no_proxy'] ?? env['NO_PROXY'] ?? '', '127.0.0.1'].filter((part) => part !== '').join(',');
  return { ...env, no_proxy: around, NO_PROXY: around, GRANTRY_ALLOWED_HOSTS: '127.0.0.1' };
}

function storeCredential(store: StartedStore): string {
  return store.kind === 'vault' ? store.rootToken : store.identity;
}
