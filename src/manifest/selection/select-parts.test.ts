import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BACKENDS } from '../../cli/backends.ts';
import { loadManifests } from '../load.ts';
import { resolveTargets } from '../resolve/resolve.ts';
import type { TargetPart } from '../../model/plan.ts';
import { GitFolder } from '../../../test/support/process/git-folder.ts';
import { apiYaml, clientYaml, yaml } from '../../../test/support/bench/workbench.ts';
import { selectParts } from './select-parts.ts';
import type { PartOptions } from './select-parts.ts';

const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
const BILLING = apiYaml('billing', ['billing:read']);
const ORDERS = clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]');
const AUDIT = clientYaml('audit', 'access: [{api: billing, scopes: [billing:read]}]');
const ALONE = clientYaml('alone', '');

function target(name = 'dev', spec = ''): string {
  return `
apiVersion: grantry/v1
kind: Target
metadata: {name: ${name}}
spec:
  stack: acme
  rotate: {overlap: 0s}
  provider: {keycloak: {url: "http://localhost", realm: ${name}, auth: {clientId: a, clientSecret: "\${env:A}"}}}
  store: {file: {path: ${name}, identity: "\${env:B}"}}
  ${spec}
`;
}

function issuing(issuers: string): string {
  return target().replace('realm: dev', `realm: dev, issuers: {${issuers}}`);
}

let folder: GitFolder;
beforeEach(() => {
  folder = new GitFolder();
});
afterEach(() => {
  folder.close();
});

const ENV = { A: 'a', B: 'AGE-SECRET-KEY-1QQ' };

function asking(given: Partial<PartOptions>): PartOptions {
  return { only: [], changedSince: undefined, manifests: ['manifests'], targets: undefined, ...given };
}

async function select(
  parsed: Partial<PartOptions>,
  cwd = folder.path,
): Promise<ReadonlyMap<string, TargetPart> | undefined> {
  const options = asking(parsed);
  const manifests = loadManifests({
    backends: BACKENDS,
    manifests: options.manifests,
    targets: options.targets,
    cwd,
    today: '2026-11-30',
  });
  expect(manifests.findings).toEqual([]);
  const states = resolveTargets(manifests, ['*'], { env: ENV, cwd });
  return selectParts(options, { manifests, states }, { env: { ...process.env, ...ENV }, cwd });
}

async function selected(
  parsed: Partial<PartOptions>,
  name = 'dev',
  cwd = folder.path,
): Promise<readonly string[] | undefined> {
  return (await select(parsed, cwd))?.get(name)?.addresses;
}

const since = (changedSince: string): Partial<PartOptions> => ({ changedSince });

function declare(...documents: readonly string[]): void {
  folder.write('manifests/all.yaml', yaml(...documents));
}

function failure(code: string, message: RegExp | string, hint: RegExp | string = ''): object {
  return expect.objectContaining({
    code,
    message: expect.stringMatching(asPattern(message)),
    hint: expect.stringMatching(asPattern(hint)),
  });
}

function asPattern(part: RegExp | string): RegExp {
  return typeof part === 'string' ? new RegExp(part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')) : part;
}

it('neither option selects no part', async () => {
  declare(STOCK, ORDERS, target());
  expect(await select({})).toBeUndefined();
});

describe('--only', () => {
  beforeEach(() => declare(STOCK, BILLING, ORDERS, AUDIT, ALONE, target()));

  it.each([
    [['Client/orders'], ['Client/orders']],
    [
      ['Client/a*', 'Api/stock'],
      ['Api/stock', 'Client/alone', 'Client/audit'],
    ],
    [['Client/{orders,alone}'], ['Client/alone', 'Client/orders']],
  ])('%j selects %j', async (only, expected) => {
    expect((await select({ only }))?.get('dev')).toEqual({ only, addresses: expected, undeclared: [] });
  });

  it('names issuers that the Target makes, and not those that must exist', async () => {
    const issuers = 'github: {alias: g, url: "https://token.test"}, other: {alias: o}';
    declare(ORDERS, STOCK, issuing(issuers));
    expect(await selected({ only: ['Issuer/*'] })).toEqual(['Issuer/github']);
    await expect(select({ only: ['Issuer/other'] })).rejects.toThrow('names nothing that the manifests declare');
  });

  it('takes the overlaps of the clients along: without them nothing may be written to these', async () => {
    declare(STOCK, ORDERS, ALONE, target().replace('rotate: {overlap: 0s}', 'rotate: {overlap: 24h}'));
    expect(await selected({ only: ['Client/orders'] })).toEqual(['Client/orders', 'Rotation/24h']);
    expect(await selected({ only: ['Api/stock'] })).toEqual(['Api/stock']);
    expect(await selected({ only: ['Rotation/*'] })).toEqual(['Rotation/24h']);
  });

  it.each([
    [
      'Client/ordres',
      'names nothing that the manifests declare; did you mean "Client/orders"?',
      'it would be a delete',
    ],
    ['Api/b', /declare$/, ''],
    ['Client/x-*', /declare$/, ''],
    ['orders', '--only orders names no address', 'Write it as --only Client/orders.'],
    ['client/orders', 'names no address', 'Write it as --only Client/orders.'],
    ['Rotation/4h', 'names nothing that the manifests declare', 'Plan everything'],
    ['Target/dev', 'names no address', 'Client/billing-*'],
    ['*', 'names no address', 'Client/billing-*'],
  ])('refuses %s', async (pattern, message, hint) => {
    await expect(select({ only: ['Client/orders', pattern] })).rejects.toThrow(failure('INVALID_INPUT', message, hint));
  });

  it('may name what only some of the targets have', async () => {
    declare(clientYaml('both', ''), clientYaml('one', 'targets: [dev]'), target(), target('prod'));
    const parts = await select({ only: ['Client/one'] });
    expect(parts?.get('dev')?.addresses).toEqual(['Client/one']);
    expect(parts?.get('prod')?.addresses).toEqual([]);
  });
});

describe('--changed-since', () => {
  let base: string;
  beforeEach(() => {
    declare(STOCK, BILLING, ORDERS, AUDIT, ALONE, target());
    base = folder.commit();
  });

  it('selects nothing where only layout, comments and places changed', async () => {
    folder.remove('manifests/all.yaml');
    folder.write('manifests/clients.yml', `# moved\n${yaml(AUDIT, ALONE, ORDERS)}`);
    folder.write('manifests/rest.yaml', yaml(target(), BILLING, STOCK.replace('[', '[ ')));
    const part = (await select(since('main')))?.get('dev');
    expect(part).toEqual({ only: [], changedSince: { ref: 'main', commit: base }, addresses: [], undeclared: [] });
  });

  it('selects what is declared otherwise, committed or not, and what is new', async () => {
    declare(STOCK, BILLING, ORDERS.replace('stock:read', 'stock:write'), AUDIT, ALONE, clientYaml('new', ''), target());
    expect(await selected(since(base))).toEqual(['Client/new', 'Client/orders']);
    folder.commit();
    expect(await selected(since(base))).toEqual(['Client/new', 'Client/orders']);
    expect(await selected(since('HEAD'))).toEqual([]);
    expect(await selected(since('HEAD~1'))).toEqual(['Client/new', 'Client/orders']);
  });

  it('selects an Api with its callers', async () => {
    declare(STOCK.replace('About stock:write', 'Other words'), BILLING, ORDERS, AUDIT, ALONE, target());
    expect(await selected(since(base))).toEqual(['Api/stock', 'Client/orders']);
  });

  it('selects the Apis whose introspecting client has another client_id', async () => {
    const introspected = apiYaml('stock', ['stock:read', 'stock:write'], ', introspectedBy: alone');
    declare(introspected, BILLING, ORDERS, AUDIT, ALONE, target());
    const before = folder.commit();
    declare(introspected, BILLING, ORDERS, AUDIT, clientYaml('alone', 'clientId: a2'), target());
    expect(await selected(since(before))).toEqual(['Api/stock', 'Client/alone', 'Client/orders']);
  });

  it('selects what is declared no longer, with the client_id that it had', async () => {
    declare(STOCK, ORDERS, clientYaml('old', 'clientId: old-id'), target());
    const before = folder.commit();
    declare(target());
    const part = (await select(since(before)))?.get('dev');
    expect(part?.addresses).toEqual(['Api/stock', 'Client/old', 'Client/orders']);
    expect(part?.undeclared).toEqual(expect.arrayContaining(['old-id', 'orders']));
  });

  it('selects what left this target only', async () => {
    declare(STOCK, BILLING, ORDERS, AUDIT, clientYaml('alone', 'targets: [prod]'), target(), target('prod'));
    const parts = await select(since(base));
    expect(parts?.get('dev')).toMatchObject({ addresses: ['Client/alone'], undeclared: ['alone'] });
    // A new target has everything still to come.
    expect(parts?.get('prod')?.addresses).toHaveLength(5);
    expect(parts?.get('prod')?.undeclared).toEqual([]);
  });

  it('sees overrides of its own target only', async () => {
    declare(ALONE, target(), target('prod'));
    const before = folder.commit();
    declare(clientYaml('alone', 'overrides: {prod: {auth: client_secret_post}}'), target(), target('prod'));
    expect(await selected(since(before))).toEqual([]);
    expect(await selected(since(before), 'prod')).toEqual(['Client/alone']);
  });

  it.each([
    ['its stack', (text: string) => text.replace('stack: acme', 'stack: other')],
    ['a guard', () => target('dev', 'guards: {maxDeletes: 1}')],
    ['a URL', (text: string) => text.replace('http://localhost', 'http://127.0.0.1')],
  ])('selects everything when the Target changed %s', async (_what, change) => {
    declare(STOCK, BILLING, ORDERS, AUDIT, ALONE, change(target()));
    expect(await selected(since(base))).toHaveLength(5);
  });

  it('selects an issuer that the Target makes no more, and none that it makes as before', async () => {
    const GITHUB = 'github: {alias: g, url: "https://token.test"}';
    declare(STOCK, ORDERS, issuing(`${GITHUB}, gone: {alias: x, url: "https://gone.test"}`));
    const before = folder.commit();
    expect(await selected(since(before))).toEqual([]);
    declare(STOCK, ORDERS, issuing(GITHUB));
    expect(await selected(since(before))).toEqual(['Api/stock', 'Client/orders', 'Issuer/github', 'Issuer/gone']);
  });

  it('but not when the Target says the same in other words', async () => {
    declare(
      STOCK,
      BILLING,
      ORDERS,
      AUDIT,
      ALONE,
      target('dev', 'guards: {maxDeletes: 5}').replace('dev}', 'dev, owner: me}'),
    );
    expect(await selected(since(base))).toEqual([]);
  });

  it('together with --only selects what both do, and nothing that would be a delete', async () => {
    declare(STOCK, BILLING, ORDERS.replace('read', 'write'), clientYaml('new', ''), target());
    expect(await selected(since(base))).toEqual(['Client/alone', 'Client/audit', 'Client/new', 'Client/orders']);
    const part = (await select({ changedSince: base, only: ['Client/*'] }))?.get('dev');
    expect(part).toMatchObject({ addresses: ['Client/new', 'Client/orders'], undeclared: [] });
    expect(await selected({ changedSince: base, only: ['Client/o*', 'Api/stock'] })).toEqual(['Client/orders']);
  });

  it('does not ask that the old manifests are valid: what was not counts as changed, or as removed', async () => {
    const broken = clientYaml('orders', 'acess: []');
    declare(
      STOCK,
      BILLING,
      broken,
      clientYaml('gone', 'clientId: [x]'),
      clientYaml('lost', 'access: [{api: nope, scopes: [x]}]'),
      target(),
    );
    const before = folder.commit();
    declare(STOCK, BILLING, ORDERS, target());
    expect((await select(since(before)))?.get('dev')).toMatchObject({
      addresses: ['Client/gone', 'Client/lost', 'Client/orders'],
      undeclared: ['gone', 'lost'],
    });
  });

  it('refuses old manifests that are no YAML, with their place', async () => {
    folder.write('manifests/bad.yaml', 'a: [1\n');
    const before = folder.commit();
    folder.remove('manifests/bad.yaml');
    await expect(select(since(before))).rejects.toThrow(
      failure(
        'INVALID_INPUT',
        new RegExp(`not known: ${before}:manifests/bad\\.yaml:\\d+:\\d+: cannot be read as YAML`),
        'at which they could be read',
      ),
    );
  });

  it('reads below a folder of the repository, under names of any kind, and only what are manifests there', async () => {
    const name = 'pläne "a"\tb\nc';
    folder.write(`infra/${name}/deep/a.yaml`, ALONE);
    folder.write(`infra/${name}/t.yaml`, target());
    folder.write(`infra/${name}/notes.txt`, 'a: [');
    folder.write(`infra/${name}/.hidden/a.yaml`, 'a: [');
    folder.write(`infra/${name}/node_modules/a.yaml`, 'a: [');
    const before = folder.commit();
    folder.write(`infra/${name}/new.yaml`, clientYaml('new', ''));
    const cwd = `${folder.path}/infra`;
    expect(await selected({ changedSince: before, manifests: [name] }, 'dev', cwd)).toEqual(['Client/new']);
    const files = [`${name}/deep/a.yaml`, `${name}/t.yaml`, `${name}/new.yaml`];
    expect(await selected({ changedSince: before, manifests: files }, 'dev', cwd)).toEqual(['Client/new']);
    expect(await selected({ changedSince: before, manifests: ['manifests'] })).toEqual([]);
  });

  it('takes the root of the repository, too', async () => {
    folder.remove('manifests');
    folder.write('a.yaml', yaml(ALONE, target()));
    const before = folder.commit();
    folder.write('a.yaml', yaml(clientYaml('alone', 'auth: client_secret_post'), target()));
    expect(await selected({ changedSince: before, manifests: ['.'] })).toEqual(['Client/alone']);
  });

  it.each(['../../elsewhere', '../manifests', 'all.yaml'])('refuses a link that lay there, to %s', async (to) => {
    folder.link('manifests/linked', to);
    const before = folder.commit();
    folder.remove('manifests/linked');
    await expect(select(since(before))).rejects.toThrow(
      failure('INVALID_INPUT', /manifests\/linked at .* is a symbolic link: what it held then is not known/),
    );
  });

  it('refuses a repository of its own that lay there', async () => {
    folder.git('update-index', '--add', '--cacheinfo', `160000,${base},manifests/module`);
    folder.git('commit', '--quiet', '--message', 'A module');
    await expect(select(since('HEAD'))).rejects.toThrow(
      failure('INVALID_INPUT', 'manifests/module at HEAD is a repository of its own: what it held then is not known'),
    );
  });

  it('refuses what was no UTF-8 text', async () => {
    folder.write('manifests/bad.yaml', Buffer.from([0x61, 0xff]));
    const before = folder.commit();
    folder.remove('manifests/bad.yaml');
    await expect(select(since(before))).rejects.toThrow(
      failure('INVALID_INPUT', `${before}:manifests/bad.yaml is not UTF-8 text: what it declared then is not known`),
    );
  });

  it.each([
    ['a folder', 'HEAD:manifests'],
    ['a file', 'HEAD:manifests/all.yaml'],
  ])('refuses a repository in which %s of then is gone', async (_, name) => {
    const id = folder.git('rev-parse', name);
    folder.remove(`.git/objects/${id.slice(0, 2)}/${id.slice(2)}`);
    await expect(select(since('HEAD'))).rejects.toThrow(
      failure('INVALID_INPUT', 'git cannot read what lay at HEAD', 'git fsck'),
    );
  });

  it('takes manifests that did not lie there for new', async () => {
    folder.write('later/a.yaml', yaml(ALONE, target()));
    expect(await selected({ changedSince: base, manifests: ['later'] })).toEqual(['Client/alone']);
  });

  it.each([
    ['nope', 'git knows no such commit', 'git rev-parse'],
    ['main:manifests', 'git knows no such commit', ''],
    ['--output=x', 'names no commit', 'such as --changed-since origin/main'],
    ['-h', 'names no commit', ''],
    ['', 'names no commit', ''],
    ['main..HEAD', 'names no commit', ''],
    ['main\u001B[31m', 'names no commit', ''],
  ])('refuses %j', async (ref, message, hint) => {
    await expect(select(since(ref))).rejects.toThrow(failure('INVALID_INPUT', message, hint));
  });

  it('takes any name of a commit', async () => {
    folder.git('tag', '--annotate', '--message', 'A release', 'v1');
    for (const ref of ['v1', 'HEAD', 'HEAD^{/state}', base.slice(0, 10), '@'])
      expect(await selected(since(ref))).toEqual([]);
  });

  it('says what to do where a clone is shallow', async () => {
    folder.commit();
    const clone = new GitFolder({ repository: false });
    clone.git('clone', '--quiet', '--depth', '1', `file://${folder.path}`, 'here');
    await expect(select(since(base), `${clone.path}/here`)).rejects.toThrow(
      failure('INVALID_INPUT', 'git knows no such commit', `git fetch --depth 1 origin ${base}`),
    );
    clone.close();
  });

  it('refuses what lies in no repository, or in two', async () => {
    const outside = new GitFolder({ repository: false });
    outside.write('manifests/a.yaml', yaml(ALONE, target()));
    await expect(select(since('main'), outside.path)).rejects.toThrow(
      failure('INVALID_INPUT', 'manifests lies in no git repository'),
    );
    const other = new GitFolder();
    other.write('m/a.yaml', clientYaml('other', ''));
    other.commit();
    await expect(select({ changedSince: 'main', manifests: ['manifests', `${other.path}/m`] })).rejects.toThrow(
      failure('INVALID_INPUT', 'lie in different git repositories'),
    );
    outside.close();
    other.close();
  });

  it('says so where there is no git', async () => {
    const options = asking({ changedSince: 'main' });
    const manifests = loadManifests({ backends: BACKENDS, ...options, cwd: folder.path, today: '2026-11-30' });
    const states = resolveTargets(manifests, ['*'], { env: ENV, cwd: folder.path });
    const io = { env: { PATH: '/nowhere' }, cwd: folder.path };
    await expect(selectParts(options, { manifests, states }, io)).rejects.toThrow(
      failure('INVALID_INPUT', 'git cannot be run', 'Install git'),
    );
  });

  it('hands git no credential, and nothing that leads it to another repository', async () => {
    const log = `${folder.path}/.environment`;
    const bin = new GitFolder({ repository: false });
    bin.write(
      'git',
      `#!/bin/sh\nenv >> '${log}'\nexec '${execFileSync('which', ['git'], { encoding: 'utf8' }).trim()}' "$@"\n`,
    );
    bin.chmod('git', 0o755);
    const env = {
      ...ENV,
      PATH: `${bin.path}:${process.env['PATH'] ?? ''}`,
      VAULT_TOKEN: 'canary-7Qx2',
      GRANTRY_KEYCLOAK_SECRET: 'canary-7Qx2',
      GIT_DIR: '/elsewhere',
      GIT_SSH_COMMAND: 'canary-7Qx2',
    };
    const options = asking({ changedSince: 'main' });
    const manifests = loadManifests({ backends: BACKENDS, ...options, cwd: folder.path, today: '2026-11-30' });
    const states = resolveTargets(manifests, ['*'], { env: ENV, cwd: folder.path });
    await selectParts(options, { manifests, states }, { env, cwd: folder.path });
    const handed = folder.read('.environment');
    expect(handed).toContain('GIT_OPTIONAL_LOCKS=0');
    expect(handed).not.toMatch(/canary|GIT_DIR=|VAULT_TOKEN/);
    bin.close();
  });

  describe('with --targets', () => {
    it('compares Targets that lie in the same repository', async () => {
      folder.write('base/t.yaml', target());
      const before = folder.commit();
      expect(await selected({ changedSince: before, targets: 'base' })).toEqual([]);
      folder.write('base/t.yaml', target('dev', 'guards: {maxDeletes: 1}'));
      expect(await selected({ changedSince: before, targets: 'base' })).toHaveLength(5);
    });

    it('takes Targets that lie elsewhere, or in a clone inside of this one, for unchanged', async () => {
      const elsewhere = new GitFolder({ repository: false });
      elsewhere.write('t.yaml', target('dev', 'guards: {maxDeletes: 9}'));
      expect(await selected({ changedSince: base, targets: elsewhere.path })).toEqual([]);
      folder.git('clone', '--quiet', '.', '.base');
      folder.write('.base/manifests/all.yaml', target('dev', 'guards: {maxDeletes: 9}'));
      expect(await selected({ changedSince: base, targets: '.base/manifests' })).toEqual([]);
      elsewhere.close();
    });
  });
});
