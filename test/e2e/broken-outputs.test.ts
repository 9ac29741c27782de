/** Readers that end, disks that are full, terminals that are closed: what is said may be lost, the work is not. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CLI, exitedWith, startProgram } from '../support/process/cli.ts';
import type { CliResult, RunningCli } from '../support/process/cli.ts';
import { Site } from '../support/process/site.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const record = z.looseObject({ released_at: z.string() });

let site: Site;
let names: string[];
let round = 0;

beforeAll(async () => (site = await Site.open()));
afterAll(() => site.close());

/** Each round declares clients of its own; those of the round before are to be deleted. */
beforeEach(() => {
  round += 1;
  names = Array.from({ length: 8 }, (_, index) => `r${round}-${index}`);
  const clients = names.map((name) => clientYaml(name, 'access: [{api: stock, scopes: [stock:read]}]'));
  const guards = { maxDeletes: 99, maxDeletePercent: 100 };
  site.declare(yaml(apiYaml('stock', ['stock:read']), ...clients), { guards });
  site.reset();
});

async function isLockFree(): Promise<boolean> {
  const { body } = await site.vault.request('GET', `${site.vault.mount}/data/m2m/.grantry/lock/acme`);
  return record.parse(body?.data?.['data']).released_at !== '';
}

async function expectDone(): Promise<void> {
  expect(await isLockFree()).toBe(true);
  exitedWith(0, await site.run('plan -t dev --detailed-exitcode --check-store'));
}

/** What was cut off goes on in the next run, which need not wait for a lock. */
async function expectConverges(): Promise<void> {
  expect(await isLockFree()).toBe(true);
  exitedWith(0, await site.run('apply -t dev --auto-approve'));
  await expectDone();
}

/** As a shell runs it; `output` is what it does with the outputs. */
function inShell(args: string, output: string): Promise<CliResult> {
  const program = ['-c', `exec "$0" "$@" ${output}`, process.execPath, CLI, ...args.split(' ')];
  return startProgram('sh', program, { cwd: site.folder, env: site.env }).done;
}

/** The readers of both outputs end, as those of \`2>&1 | head\` do. */
function endReaders({ child }: RunningCli): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

async function untilWriting(): Promise<void> {
  await vi.waitFor(() => expect(site.keycloak.writes().length).toBeGreaterThan(1), { timeout: 30_000, interval: 5 });
}

function isWrite({ method }: { readonly method: string }): boolean {
  return method === 'POST' || method === 'PUT';
}

async function clientsThere(): Promise<string[]> {
  const clients = await site.realm.admin.clients.find({ max: 1000 });
  return clients.flatMap(({ clientId = '' }) => (/^r\d+-/.test(clientId) ? [clientId] : []));
}

function isCreation({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === 'POST' && path.endsWith('/clients');
}

describe('a reader that ends', () => {
  it('does not stop an apply', async () => {
    const running = site.start('apply -t dev --auto-approve --parallelism 2');
    await untilWriting();
    endReaders(running);
    expect((await running.done).code).toBe(0);
    await expectDone();
  });

  it('before anything is written does not either', async () => {
    const running = site.start('apply -t dev --auto-approve');
    endReaders(running);
    expect((await running.done).code).toBe(0);
    await expectDone();
  });

  it('does not make an apply that fails one that went well', async () => {
    site.keycloak.inject({ match: isCreation, fault: { kind: 'status', status: 400, body: '{}' } });
    const running = site.start('apply -t dev --auto-approve --no-proof');
    endReaders(running);
    expect((await running.done).code).toBe(1);
    await expectConverges();
  });

  it('does not stop a rotation', async () => {
    exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof'));
    site.reset();
    const running = site.start('rotate -t dev --all --auto-approve --parallelism 2');
    await untilWriting();
    endReaders(running);
    expect((await running.done).code).toBe(0);
    await expectDone();
    const { stdout } = exitedWith(0, await site.run('status -t dev --format json'));
    expect(stdout).not.toContain('half-done');
  });

  it('of the audit log on standard error stops it: nothing begins without its line', async () => {
    const running = site.start('apply -t dev --auto-approve --parallelism 1 --audit-log -');
    await untilWriting();
    running.child.stderr?.destroy();
    const { code, stdout } = await running.done;
    expect(code).toBe(1);
    expect(stdout).toContain('stopped before it began');
    await expectConverges();
  });
});

describe('a disk that is full', () => {
  it('under the report fails a run that did its work', async () => {
    const { code, stderr } = await inShell('apply -t dev --auto-approve', '>/dev/full');
    expect([code, stderr.split('\n').at(-2)]).toEqual([1, 'error: standard output cannot be written (ENOSPC)']);
    await expectDone();
  });

  it('under what is reported on the way stops an apply after the change in hand', async () => {
    const { code, stdout } = await inShell('apply -t dev --auto-approve --no-proof', '2>/dev/full');
    expect(code).toBe(1);
    expect(stdout).toContain('stopped before it began');
    await expectConverges();
  });

  it('under a plan fails it, though changes are pending', async () => {
    expect((await inShell('plan -t dev --detailed-exitcode', '>/dev/full')).code).toBe(1);
  });
});

describe('an audit log that cannot go on', () => {
  /** The size of files is limited, as a disk is; the limit is in blocks of 512 bytes. */
  it('stops an apply: what runs ends, then the lock is released, and nothing begins without its line', async () => {
    const before = await clientsThere();
    const shell = `ulimit -f 8; exec "$0" "$@"`;
    const args = 'apply -t dev --auto-approve --no-proof --parallelism 4 --audit-log audit.jsonl'.split(' ');
    const program = ['-c', shell, process.execPath, CLI, ...args];
    const { code, stdout, stderr } = await startProgram('sh', program, { cwd: site.folder, env: site.env }).done;
    expect([code, stderr]).toEqual([1, expect.stringContaining('the audit log audit.jsonl cannot be written (EFBIG)')]);
    expect(stdout).toContain('stopped before it began');
    const log = readFileSync(join(site.folder, 'audit.jsonl'), 'utf8');
    const begun = [...log.matchAll(/"event":"begun".*"address":"Client\/(r\d+-\d)"/g)].map(([, name]) => name);
    const after = await clientsThere();
    const gone = before.filter((name) => !after.includes(name));
    const made = after.filter((name) => !before.includes(name));
    expect(gone.length + made.length).toBeGreaterThan(0);
    expect(begun).toEqual(expect.arrayContaining([...gone, ...made]));
    const [release] = site.store
      .writes()
      .filter(({ path }) => path.includes('/lock/'))
      .slice(-1);
    const late = site.writes().filter(({ receivedAt }) => receivedAt > (release?.receivedAt ?? 0));
    expect(late).toEqual([]);
    rmSync(join(site.folder, 'audit.jsonl'));
    await expectConverges();
  });

  it('from the first line on lets nothing begin', async () => {
    for (const command of ['apply -t dev', 'rotate -t dev --all']) {
      const { code, stderr } = await site.runInVain(`${command} --auto-approve --audit-log /dev/full`);
      expect([code, stderr]).toEqual([1, expect.stringContaining('/dev/full cannot be written (ENOSPC)')]);
      exitedWith(0, await site.run('apply -t dev --auto-approve --no-proof'));
    }
  });
});

it('a terminal that is closed lets the change in hand end', async () => {
  site.keycloak.inject({ match: isWrite, times: 999, fault: { kind: 'delay', ms: 100 } });
  const running = site.start('apply -t dev --auto-approve --no-proof --parallelism 2');
  await untilWriting();
  running.child.kill('SIGHUP');
  running.child.kill('SIGHUP');
  const { code, stdout } = await running.done;
  expect(code).toBe(1);
  expect(stdout).toContain('stopped before it began');
  site.reset();
  await expectConverges();
});
