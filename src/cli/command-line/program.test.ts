import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrantryError, exitCodeOf } from '../../model/errors.ts';
import { readSavedPlan } from '../../engine/plan/saved/read-plan.ts';
import { outputSchema } from '../../report/views/output-schema.ts';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { GitFolder } from '../../../test/support/process/git-folder.ts';
import { listenOnLoopback } from '../../../test/support/servers/listening.ts';
import { COMMANDS } from '../../commands/index.ts';
import { runCommandLine } from './program.ts';

let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'grantry-program-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

async function grantry(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return grantryWith({}, ...args);
}

/** What is thrown is reported as main.ts reports it. */
async function grantryWith(
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { io, written } = captureIo({ env, cwd });
  const code = await runCommandLine(COMMANDS, args, io).catch((error: unknown) => {
    if (!(error instanceof GrantryError)) throw error;
    written.stderr += `error: ${error.message}\n`;
    return exitCodeOf(error.code);
  });
  return { code, ...written };
}

function write(name: string, text: string): void {
  mkdirSync(join(cwd, name, '..'), { recursive: true });
  writeFileSync(join(cwd, name), text);
}

describe('the command line', () => {
  it('prints its help', async () => {
    const { code, stdout, stderr } = await grantry('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: grantry .*\n[^]*validate/);
  });

  it.each([
    [[], 'Usage: grantry'],
    [['validat'], "error: unknown command 'validat'\n(Did you mean validate?)"],
    [['validate', '--foo'], "error: unknown option '--foo'\nTry: grantry validate --help"],
    [['plan', '--foo'], "error: unknown option '--foo'\nTry: grantry plan --help"],
    [['validate', 'x'], 'error: too many arguments'],
    [['validate', '--format', 'xml'], 'Allowed choices are text, json, markdown'],
    [['--manifests', 'x', 'validate'], 'Options of a command stand after its name'],
  ])('%j is a usage error', async (args, message) => {
    const { code, stdout, stderr } = await grantry(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('the examples of a command', () => {
  it.each(COMMANDS.flatMap(({ name, examples }) => (name === 'demo' ? [] : examples)))('%s', async (example) => {
    const [first, ...args] = example.replace(/ > .*/, '').replaceAll("'", '').split(' ');
    const { stderr } = await grantry(...args);
    expect(first).toBe('grantry');
    // There are no manifests here; but nothing is wrong with the line itself.
    expect(stderr).not.toMatch(/Try: grantry|option|argument/);
  });
});

const CLIENT = 'apiVersion: grantry/v1\nkind: Client\nmetadata: {name: a}\nspec: {}\n';

function targetOf(realm: string): string {
  return `apiVersion: grantry/v1
kind: Target
metadata: {name: ${realm}}
spec:
  stack: acme
  provider: {keycloak: {url: "http://localhost", realm: ${realm}, auth: {clientId: a, clientSecret: "\${env:A}"}}}
  store: {file: {path: x, identity: "\${env:B}"}}
`;
}

describe('a command that fails', () => {
  it('writes its error as one JSON document, with the findings in it', async () => {
    write('manifests/a.yaml', `${CLIENT.replace('spec: {}', 'spec: {acess: []}')}---\n${targetOf('dev')}`);
    const { code, stdout, stderr } = await grantry('plan', '-t', 'dev', '--format', 'json');
    expect(code).toBe(1);
    expect(stderr).toContain('error: there is an error in the manifests');
    expect(JSON.parse(stdout)).toEqual({
      formatVersion: 1,
      kind: 'error',
      code: 'INVALID_INPUT',
      message: 'there is an error in the manifests: nothing was changed',
      hint: 'Check again with: grantry validate',
      exitCode: 1,
      findings: [expect.objectContaining({ rule: 'unknown-key', file: 'manifests/a.yaml', line: 4, column: 8 })],
    });
  });

  it('does so for a usage error, too', async () => {
    const { code, stdout } = await grantry('plan', '--format=json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'error',
      code: 'INVALID_INPUT',
      message: expect.stringContaining("required option '-t, --target <name>' not specified"),
    });
  });

  it('writes it as Markdown, and nothing on standard output as text', async () => {
    const markdown = await grantry('plan', '-t', 'nope', '--format', 'markdown');
    expect(markdown.stdout).toMatch(/^### grantry failed\n\n```text\n/);
    write('manifests/wrong.yaml', 'apiVersion: grantry/v1\nkind: Cleint\nmetadata: { name: a }\n');
    const wrong = await grantry('plan', '-t', 'nope', '--format', 'markdown');
    expect(wrong.stdout).toMatch(
      /^### grantry failed\n\n```text\n[^`]*```\n\n- `manifests\/wrong.yaml:2:7` `kind must be .*`\n$/,
    );
    await expect(grantry('plan', '-t', 'nope')).resolves.toMatchObject({ code: 1, stdout: '' });
  });

  it('refuses a file for several targets before it reads anything', async () => {
    write('manifests/a.yaml', `${targetOf('dev')}---\n${targetOf('prod')}`);
    const env = { A: 'a', B: await generateX25519Identity() };
    const plan = await grantryWith(env, 'plan', '-t', '*', '--out', 'plan.json');
    expect(plan).toMatchObject({ code: 1, stdout: '' });
    expect(plan.stderr).toContain('a file holds the plan of one target, and 2 are selected: dev, prod');
    expect(existsSync(join(cwd, 'plan.json'))).toBe(false);
  });
});

function planDev(...args: string[]): ReturnType<typeof grantryWith> {
  const env = { PATH: process.env['PATH'] ?? '', A: 'a', B: 'b' };
  return grantryWith(env, 'plan', '-t', 'dev', '--detailed-exitcode', ...args);
}

describe('plan --changed-since', () => {
  it('asks no server where nothing changed: it says so, in every format, and saves a plan that says so', async () => {
    rmSync(cwd, { recursive: true });
    const folder = new GitFolder();
    cwd = folder.path;
    const asked: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(500).end();
    });
    const { url, close } = await listenOnLoopback(server);
    const vault = `vault: {address: "${url}", mount: secret, prefix: m2m, auth: {token: "\${env:B}"}}`;
    const target = targetOf('dev')
      .replace('http://localhost', url)
      .replace(/file: \{.*?"\}/, vault);
    write('manifests/a.yaml', `${CLIENT.replace('name: a', 'name: a, owner: o, description: d')}---\n${target}`);
    const id = folder.commit();
    const text = await planDev('--changed-since', 'main', '--out', 'plan.json');
    expect(text).toEqual({
      code: 0,
      stdout: `dev: nothing to look at.\nNothing changed since main (${id.slice(0, 12)}).\n`,
      stderr: '',
    });
    expect(readSavedPlan(readFileSync(join(cwd, 'plan.json'), 'utf8'), 'plan.json')).toMatchObject({ changes: [] });
    const markdown = await planDev('--changed-since', id, '--only', 'Client/a', '--format', 'markdown');
    expect(markdown.stdout).toBe(
      `### \`dev\`: nothing to look at\n\nNothing that matches --only changed since \`${id.slice(0, 12)}\`.\n\n` +
        `\`Keycloak ${url} realm dev\`, \`Vault secret/m2m\`, stack \`acme\`\n`,
    );
    const json = await planDev('--changed-since', 'main', '--format', 'json');
    expect(outputSchema.parse(JSON.parse(json.stdout))).toMatchObject({
      kind: 'plan',
      store: 'Vault secret/m2m',
      selection: { only: [], changedSince: { ref: 'main', commit: id }, addresses: [] },
    });
    const nowhere = await planDev('--changed-since', 'main', '--out', 'nowhere/plan.json');
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
    expect(nowhere.stderr).toMatch(/error: the plan cannot be written to .*plan\.json \(ENOENT\)/);
    expect(asked).toEqual([]);
    // The server of this test is there to be asked.
    expect((await planDev('--only', 'Client/a')).code).toBe(4);
    expect(asked).not.toEqual([]);
    await close();
  });
});

describe('verify', () => {
  it('needs no account at the provider, and reports all targets in one JSON document', async () => {
    const server = createServer(({ url = '' }, response) => {
      const issuer = `http://localhost/realms/dev`;
      const metadata = { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` };
      response.writeHead(url.includes('/dev/') ? 200 : 404).end(JSON.stringify(metadata));
    });
    const { url, close } = await listenOnLoopback(server);
    const targets = `${targetOf('dev')}---\n${targetOf('gone')}`;
    write('manifests/a.yaml', targets.replaceAll('http://localhost', url).replace('path: x', 'path: y'));
    const env = { B: await generateX25519Identity() };
    const one = await grantryWith(env, 'verify', '-t', 'dev', '--format', 'json');
    expect(JSON.parse(one.stdout)).toMatchObject({ formatVersion: 1, kind: 'verify', target: 'dev' });
    const glob = await grantryWith(env, 'verify', '-t', 'd*', '--format', 'json');
    expect(JSON.parse(glob.stdout)).toEqual({
      formatVersion: 1,
      kind: 'targets',
      exitCodes: { dev: 0 },
      targets: [JSON.parse(one.stdout)],
    });
    const { code, stdout, stderr } = await grantryWith(env, 'verify', '-t', '*', '--format', 'json');
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(/^gone: error: .* has no realm gone/) });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'targets',
      targets: [
        { kind: 'verify', target: 'dev' },
        { kind: 'error', target: 'gone', code: 'NOT_ALLOWED', exitCode: 4 },
      ],
    });
    await close();
  });

  it('works on several targets at once, and reports them in the order of their names, whichever is away', async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const server = createServer(({ url = '' }, response) => {
      const realm = /realms\/([a-z]+)\//.exec(url)?.[1] ?? '';
      asked.push(realm);
      const issuer = `http://localhost/realms/${realm}`;
      const metadata = { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` };
      // The first one gets no answer before all were asked.
      answers.push(() => response.writeHead(realm === 'beta' ? 404 : 200).end(JSON.stringify(metadata)));
      if (answers.length === 3) for (const answer of answers.toReversed()) answer();
    });
    const { url, close } = await listenOnLoopback(server);
    const targets = ['alpha', 'beta', 'gamma'].map((name) => targetOf(name).replace('path: x', `path: ${name}`));
    write('manifests/a.yaml', targets.join('---\n').replaceAll('http://localhost', url));
    const { code, stdout, stderr } = await grantryWith({ B: await generateX25519Identity() }, 'verify', '-t', '*');
    await close();
    expect(asked.toSorted()).toEqual(['alpha', 'beta', 'gamma']);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^beta: error: .* has no realm beta\n.*\n$/);
    expect(stdout).toMatch(
      /^alpha: [^]*\n\ngamma: [^]*\n\n3 targets: 1 unreachable or not allowed in \(beta\), 2 done\.\n$/,
    );
  });
});

describe('validate', () => {
  it('exits with 0 for valid manifests', async () => {
    write('manifests/a.yaml', CLIENT);
    await expect(grantry('validate')).resolves.toEqual({
      code: 0,
      stdout: '0 Apis, 1 Client and 0 Targets in 1 file is valid.\n',
      stderr: '',
    });
  });

  it('exits with 1 and prints every finding on stdout', async () => {
    write('x/a.yaml', CLIENT.replace('spec: {}', 'spec: {acess: []}'));
    write('y.yaml', CLIENT.replace('name: a', 'nam: a'));
    const { code, stdout } = await grantry('validate', '--manifests', 'x', '--manifests', 'y.yaml');
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => /^[xy]/.test(line))).toEqual([
      'x/a.yaml:4:8: unknown key "acess" in spec; did you mean "access"?',
      'y.yaml:3:12: unknown key "nam" in metadata; did you mean "name"?',
    ]);
  });

  it('writes JSON with positions', async () => {
    write('manifests/a.yaml', CLIENT.replace('spec: {}', 'spec: {acess: []}'));
    const { stdout } = await grantry('validate', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      formatVersion: 1,
      valid: false,
      findings: [{ severity: 'error', rule: 'unknown-key', file: 'manifests/a.yaml', line: 4, column: 8 }],
    });
  });

  it('takes Targets from --targets only, and does not look at others', async () => {
    write('manifests/a.yaml', CLIENT.replace('spec: {}', 'spec: {targets: [dev, new, nope]}'));
    write('manifests/t.yaml', targetOf('new').replace('http://localhost', 'http://evil.example.com'));
    write('base/t.yaml', `${targetOf('dev')}---\n${CLIENT.replace('spec', 'specc')}`);
    const { stdout } = await grantry('validate', '--targets', 'base');
    expect(stdout.split('\n').filter((line) => /^\w+\//.test(line))).toEqual([
      'manifests/a.yaml:4:28: there is no Target "nope"',
    ]);
  });
});

describe('schema', () => {
  it('prints the published schema', async () => {
    const { code, stdout } = await grantry('schema');
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(new URL('../../../schema/manifest.schema.json', import.meta.url), 'utf8'));
  });
});

describe('init', () => {
  it('writes manifests that are valid, and a key that only its owner can read and git ignores', async () => {
    const { code, stdout } = await grantry('init');
    expect(code).toBe(0);
    const key = readFileSync(join(cwd, '.grantry/age-key.txt'), 'utf8');
    expect(key).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]+$/m);
    expect(stdout).not.toContain('AGE-SECRET-KEY-1');
    expect(statSync(join(cwd, '.grantry/age-key.txt')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('.grantry/\n');
    await expect(grantry('validate')).resolves.toMatchObject({ code: 0 });
  });

  it('keeps what is there', async () => {
    write('.gitignore', 'dist');
    write('manifests/mine.yaml', CLIENT);
    write('.grantry/age-key.txt', 'mine');
    const { stdout } = await grantry('init');
    expect(stdout).toMatch(/kept +manifests\/ /);
    expect(readFileSync(join(cwd, '.grantry/age-key.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8')).toBe('dist\n.grantry/\n');
    await expect(grantry('validate')).resolves.toMatchObject({ code: 0 });
  });
});
