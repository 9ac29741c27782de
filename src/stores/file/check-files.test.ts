import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentOf } from '../../../test/contract/store/store-subject.ts';
import { desiredAt } from '../../../test/support/stores/desired-at.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../../../test/support/stores/findings.ts';
import type { CheckResult } from '../../model/check.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { openFileStore } from './index.ts';

let above: string;
let path: string;
let identity: string;
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), 'grantry-check-files-'));
  path = join(above, 'deep', 'secrets');
  identity = await generateX25519Identity();
});
afterEach(() => rm(above, { recursive: true }));

async function check(key = identity): Promise<readonly CheckResult[]> {
  const store = await openFileStore({ kind: 'file', path, recipients: [], identity: new Secret(key) });
  return (await store.checks?.(desiredAt(['orders', 'team/stock']))) ?? [];
}

async function deliver(): Promise<void> {
  const store = await openFileStore({ kind: 'file', path, recipients: [], identity: new Secret(identity) });
  for (const each of ['orders', 'team/stock']) await store.write(each, documentOf(`s-${each}`), 0);
}

describe('checkFiles', () => {
  it('has nothing to say of a folder that is still to be made', async () => {
    const results = await check();
    expect(troubles(results)).toEqual({});
    expect(wordsOf(findingOf(results, 'folder'))).toContain('is made when the first document is written');
  });

  it('has nothing to say of what grantry made', async () => {
    await deliver();
    expect(troubles(await check())).toEqual({});
    expect(await check()).toHaveLength(3);
  });

  it('finds a file in the place of the folder', async () => {
    await mkdir(join(above, 'deep'));
    await writeFile(path, '');
    expect(troubles(await check())).toEqual({ folder: 'problem' });
  });

  it('finds a symbolic link in the place of the folder', async () => {
    await mkdir(join(above, 'deep'));
    await mkdir(join(above, 'real'));
    await symlink(join(above, 'real'), path);
    expect(troubles(await check())).toEqual({ folder: 'problem' });
  });

  it.skipIf(process.getuid?.() === 0)('finds a folder that cannot be written to, and mends it', async () => {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o500);
    const results = await check();
    expect(troubles(results)).toEqual({ folder: 'problem' });
    for (const command of commandsOf(results).filter((each) => each.startsWith('chmod'))) {
      execFileSync('sh', ['-c', command]);
    }
    expect(troubles(await check())).toEqual({});
  });

  it.skipIf(process.getuid?.() === 0)('makes a folder that is not there yet, and changes none above it', async () => {
    await chmod(above, 0o500);
    const results = await check();
    await chmod(above, 0o700);
    expect(troubles(results)).toEqual({ folder: 'problem' });
    expect(commandsOf(results)).toEqual([`sudo install -d -m 0700 -o "$(id -u)" ${path}`]);
  });

  it('never changes what stands above the folder', async () => {
    // Even the root of a machine may not go through a file.
    await writeFile(join(above, 'deep'), '', { mode: 0o600 });
    const results = await check();
    expect(troubles(results)).toEqual({ folder: 'problem' });
    expect(commandsOf(results)).toEqual([`sudo install -d -m 0700 -o "$(id -u)" ${path}`]);
  });

  it('finds what others may open, and mends it', async () => {
    await deliver();
    await chmod(path, 0o755);
    await chmod(join(path, 'team', 'stock.age'), 0o644);
    const results = await check();
    expect(troubles(results)).toEqual({ modes: 'risk' });
    for (const command of commandsOf(results)) execFileSync('sh', ['-c', command]);
    expect(troubles(await check())).toEqual({});
  });

  it('finds documents that the identity does not open', async () => {
    await deliver();
    const results = await check(await generateX25519Identity());
    expect(troubles(results)).toEqual({ identity: 'problem' });
    expect(wordsOf(findingOf(results, 'identity'))).toContain('orders.age');
  });

  it.each(['', 'no document', 'age-encryption.org/v1\n--- '])('finds a document that is damaged: %j', async (text) => {
    await deliver();
    await writeFile(join(path, 'orders.age'), text);
    expect(troubles(await check())).toEqual({ identity: 'problem' });
    expect(await readFile(join(path, 'orders.age'), 'utf8')).toBe(text);
  });
});
