/** What the command line loads before it does anything: every library is time that each call of CI pays for. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, runNode } from '../support/process/cli.ts';

/** Libraries that talk to servers or to stores. */
const HEAVY = [
  '@keycloak/keycloak-admin-client',
  'age-encryption',
  'auth0',
  'jose',
  'oauth4webapi',
  'p-limit',
  'undici',
  'write-file-atomic',
];

const MANIFESTS = fileURLToPath(new URL('../../manifests', import.meta.url));

/** Above each module in the bundle. */
const SOURCE = /^\/\/(?:#region)? ((?:src|node_modules)\/\S+)$/gm;

/** Runs in Node's loader thread, whose console is not that of the program. */
const HOOKS = `
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(2, 'loads ' + url + '\\n');
  return next(url, context);
}`;
const REGISTER = `
import { register } from 'node:module';
register(${JSON.stringify(moduleUrl(HOOKS))});`;

function moduleUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** The packages of which a run of the built command line loaded modules, sorted; the bundle says whose each part is. */
async function packagesOf(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const { stderr } = await runNode(['--import', moduleUrl(REGISTER), CLI, ...args], { env });
  const urls = [...stderr.matchAll(/^loads (file:.+)$/gm)].map(([, url]) => url ?? '');
  expect(urls.every((url) => url.includes('/dist/'))).toBe(true);
  const sources = urls.flatMap((url) => [...readFileSync(fileURLToPath(url), 'utf8').matchAll(SOURCE)]);
  const paths = sources.map(([, path]) => path ?? '');
  expect(paths).toContain('src/main.ts');
  const names = paths.flatMap((path) => /.*node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}

describe('the modules that are loaded', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'grantry-startup-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are none of other packages for --version', async () => {
    expect(await packagesOf(['--version'])).toEqual([]);
  });

  it('are only the command-line library for --help', async () => {
    expect(await packagesOf(['--help'])).toEqual(['commander']);
    expect(await packagesOf(['plan', '--help'])).toEqual(['commander']);
  });

  it('are none that talk to servers or stores for validate', async () => {
    const packages = await packagesOf(['validate', '--manifests', MANIFESTS]);
    expect(packages).toEqual(expect.arrayContaining(['commander', 'yaml', 'zod']));
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual([]);
  });

  it('are none that talk to servers or stores for schema', async () => {
    expect((await packagesOf(['schema'])).filter((name) => HEAVY.includes(name))).toEqual([]);
  });

  it('are those of the provider and the store that a target names, and no others', async () => {
    const target = join(folder, 'target.yaml');
    writeFileSync(
      target,
      `
apiVersion: grantry/v1
kind: Target
metadata: {name: nowhere}
spec:
  stack: acme
  provider:
    keycloak: {url: "http://localhost:1", realm: acme, auth: {clientId: grantry, clientSecret: "\${env:SECRET}"}}
  store:
    vault: {address: "http://localhost:1", mount: secret, auth: {token: "\${env:SECRET}"}}
`,
    );
    const packages = await packagesOf(['plan', '-t', 'nowhere', '--manifests', target], { SECRET: 'not-needed' });
    expect(packages.filter((name) => HEAVY.includes(name))).toEqual(['oauth4webapi', 'p-limit', 'undici']);
  });

  it('are nowhere the half of the admin client that is generated, and what only that needs', () => {
    const chunks = fileURLToPath(new URL('chunks/', pathToFileURL(CLI)));
    const sources = readdirSync(chunks).flatMap((name) =>
      [...readFileSync(join(chunks, name), 'utf8').matchAll(SOURCE)].map(([, path]) => path ?? ''),
    );
    expect(sources.some((path) => path.includes('/@keycloak/keycloak-admin-client/'))).toBe(true);
    expect(sources.filter((path) => /\/@(microsoft|opentelemetry)\//.test(path))).toEqual([]);
  });
});
