import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeMemory } from '../../../test/support/bench/memory-description.ts';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { runCommandLine } from '../../cli/command-line/program.ts';
import { GrantryError } from '../../model/errors.ts';
import { MemoryProvider } from '../../providers/memory/index.ts';
import { outputSchema } from '../../report/views/output-schema.ts';
import { STORES } from '../../stores/registry.ts';
import { COMMANDS } from '../index.ts';

const target = (name: string, more = ''): string => `apiVersion: grantry/v1
kind: Target
metadata: { name: ${name} }
spec:
  stack: acme
  rotate: { overlap: 0s }
  provider: { memory: {} }
  store: { file: { path: .grantry/${name}, identity: "\${env:NOT_SET}" } }
${more}`;

const KEY = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';

let cwd: string;
let provider: MemoryProvider;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'grantry-import-')));
  mkdirSync(join(cwd, 'manifests'));
  put('manifests/target.yaml', target('dev'));
  provider = new MemoryProvider();
  provider.plant(
    'Api',
    { audience: 'https://stock.test', scopes: { 'stock:read': { description: 'Read' } } },
    'Stock API',
  );
  const access = { 'Stock API': { scopes: ['stock:read'], onRequest: [] } };
  provider.plant('Client', { clientId: 'Order Service', access }).noted = { facts: { 'attributes.team': 'Team A' } };
});
afterEach(() => rmSync(cwd, { recursive: true }));

function put(path: string, text: string): void {
  writeFileSync(join(cwd, path), text);
}

function look(path: string): string {
  return readFileSync(join(cwd, path), 'utf8');
}

/** Runs a command line as main.ts does, with the provider in memory. */
async function run(line: string, env: Record<string, string> = {}) {
  const { io, written } = captureIo({ cwd, env, backends: { providers: [describeMemory(provider)], stores: STORES } });
  const ending: unknown = await runCommandLine(COMMANDS, line.split(' '), io).catch((thrown: unknown) => thrown);
  return { ...written, ending };
}

async function refusalOf(line: string): Promise<unknown> {
  const { ending } = await run(line);
  return ending instanceof GrantryError ? ending.message : ending;
}

describe('import', () => {
  it('writes manifests which validate takes, and which a plan adopts without a changed field', async () => {
    const before = JSON.stringify(provider.objects);
    const { ending, stdout } = await run('import -t dev --owner-from attributes.team');
    expect(ending).toBe(0);
    expect(stdout).toContain('1 client and 1 Api imported into 2 files.');
    expect(JSON.stringify(provider.objects)).toBe(before);
    expect(await run('validate')).toMatchObject({ ending: 0 });
    const adopt = 'plan -t dev --adopt Client/* --adopt Api/* --format json';
    const plan: unknown = JSON.parse((await run(adopt, { NOT_SET: KEY })).stdout);
    expect(plan).toMatchObject({
      conflicts: [],
      changes: [
        { op: 'adopt', address: 'Api/stock-api' },
        { op: 'adopt', address: 'Client/order-service' },
      ],
    });
  });

  it('needs nothing of the store, and opens it not', async () => {
    expect(await run('import -t dev')).toMatchObject({ ending: 0, stderr: '' });
    expect(readdirSync(cwd)).toEqual(['manifests']);
  });

  it('writes nothing the second time, and leaves files of others as they are', async () => {
    put('manifests/unknown.yaml', '# mine\n');
    put('manifests/team-a.yaml', 'apiVersion: grantry/v1\nkind: Client\nmetadata: { name: mine }\nspec: {}\n');
    await run('import -t dev --owner-from attributes.team');
    const files = readdirSync(join(cwd, 'manifests'));
    expect(files).toEqual(expect.arrayContaining(['team-a-2.yaml', 'unknown-2.yaml']));
    expect(look('manifests/unknown.yaml')).toBe('# mine\n');
    const texts = files.map((file) => look(`manifests/${file}`));
    expect((await run('import -t dev --owner-from attributes.team')).stdout).toContain('Nothing to import.');
    expect(files.map((file) => look(`manifests/${file}`))).toEqual(texts);
    expect(readdirSync(join(cwd, 'manifests'))).toEqual(files);
  });

  it('goes round a folder that has the name of a file of its own', async () => {
    mkdirSync(join(cwd, 'manifests/unknown.yaml'));
    expect((await run('import -t dev')).ending).toBe(0);
    expect(look('manifests/unknown-2.yaml')).toContain('name: stock-api');
  });

  it('adds to its own files what came to be since, and changes nothing above', async () => {
    await run('import -t dev --split one');
    const before = look('manifests/imported.yaml');
    provider.plant('Client', { clientId: 'audit' });
    await run('import -t dev --split one');
    expect(look('manifests/imported.yaml').startsWith(before)).toBe(true);
    expect(look('manifests/imported.yaml')).toContain('name: audit');
  });

  it('declares for one of several Targets alone what is there', async () => {
    put('manifests/other.yaml', target('prod').replace('stack: acme', 'stack: acme-prod'));
    await run('import -t dev --split one');
    expect(look('manifests/imported.yaml').match(/targets: \[dev\]/g)).toHaveLength(2);
    await run('import -t prod --split one');
    expect(look('manifests/imported.yaml')).toMatch(
      /# Client\/order-service has this client_id in other Targets[^]*targets: \[prod\]/,
    );
  });

  it('knows what it wrote to a folder that is none of the manifests', async () => {
    await run(`import -t dev --split one --out ${join(cwd, 'review')}`);
    const before = look('review/imported.yaml');
    expect((await run('import -t dev --split one --out ./review')).stdout).toContain('Nothing to import.');
    provider.plant('Client', { clientId: 'audit' });
    await run(`import -t dev --split one --out ${join(cwd, 'review')} --manifests ${join(cwd, 'manifests')}`);
    expect(look('review/imported.yaml').startsWith(before)).toBe(true);
  });

  it('takes Targets from where they are trusted, as every command does', async () => {
    mkdirSync(join(cwd, 'trusted'));
    put('trusted/target.yaml', target('dev', '  ignore: [{ client: Order*, reason: is trusted }]\n'));
    const { stdout } = await run('import -t dev --targets trusted');
    expect(stdout).toContain('is trusted');
  });

  it('writes one JSON document that the schema describes', async () => {
    provider.plant('Client', { clientId: 'labelled', labels: { tier: 'a' } });
    const document: unknown = JSON.parse((await run('import -t dev --format json')).stdout);
    expect(outputSchema.safeParse(document).error).toBeUndefined();
    expect(document).toMatchObject({
      kind: 'import',
      summary: { imported: 2, leftOut: 1, declared: 0, ignored: 0, shadow: 2, files: 1 },
      files: [{ path: 'manifests/unknown.yaml', new: true, documents: 2 }],
    });
  });

  it('refuses more than one target, a link in the way, and a file in place of a folder', async () => {
    put('manifests/other.yaml', target('prod').replace('stack: acme', 'stack: acme-prod'));
    expect(await refusalOf('import -t *')).toContain('import reads one target');
    expect(await refusalOf('import -t dev --manifests manifests/target.yaml')).toContain('is a file');
    mkdirSync(join(cwd, 'elsewhere'));
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'link'));
    expect(await refusalOf('import -t dev --out link/deep')).toContain('is a symbolic link');
    expect(readdirSync(join(cwd, 'elsewhere'))).toEqual([]);
  });

  it('replaces no link that has the name of a file of its own', async () => {
    put('mine.yaml', target('mine'));
    mkdirSync(join(cwd, 'out'));
    symlinkSync(join(cwd, 'mine.yaml'), join(cwd, 'out/imported.yaml'));
    await run('import -t dev --split one --out out --manifests manifests');
    expect(look('mine.yaml')).toBe(target('mine'));
  });
});

describe('import --check', () => {
  it('fails while a client is neither declared nor ignored, and writes nothing', async () => {
    provider.plant('Client', { clientId: 'old-job' });
    expect(await run('import -t dev --check')).toMatchObject({
      ending: 1,
      stdout: expect.stringContaining('2 clients that no manifest declares.'),
    });
    expect(readdirSync(join(cwd, 'manifests'))).toEqual(['target.yaml']);
    put('manifests/target.yaml', target('dev', '  ignore: [{ client: old-*, reason: goes in May }]\n'));
    await run('import -t dev');
    const { ending, stdout } = await run('import -t dev --check');
    expect(ending).toBe(0);
    expect(stdout).toMatch(/old-job +goes in May\n/);
    expect(stdout).toContain('Every client is declared or ignored.');
  });

  it('names an entry that ignores nothing, and takes none without a reason', async () => {
    put('manifests/target.yaml', target('dev', '  ignore: [{ client: gone, reason: x }]\n'));
    expect((await run('import -t dev --check')).stdout).toContain('names gone');
    expect((await run('import -t dev --check --select Order*')).stdout).not.toContain('names gone');
    put('manifests/target.yaml', target('dev', '  ignore: [{ client: gone }]\n'));
    expect((await run('validate')).stdout).toContain('spec.ignore[0].reason is missing');
  });
});
