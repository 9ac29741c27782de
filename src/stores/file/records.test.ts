import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failureOf } from '../../../test/contract/store/store-subject.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Store } from '../store.ts';
import { openFileStore } from './index.ts';

let path: string;
let store: Store;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'grantry-records-'));
  const identity = new Secret(await generateX25519Identity());
  store = await openFileStore({ kind: 'file', path, recipients: [], identity });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(path, { recursive: true });
});

describe('a record in files', () => {
  test('is plain JSON for people, for the owner alone, and reading one that is not there makes no file', async () => {
    await store.readRecord('lock/acme');
    expect(await readdir(path)).toEqual([]);
    await store.writeRecord('lock/acme', { holder: 'x' }, 0);
    await store.writeRecord('lock/acme', { holder: 'y' }, 1);
    await store.readRecord('lock/acme');
    const file = join(path, '.grantry/lock/acme.json');
    expect(await readFile(file, 'utf8')).toBe('{\n  "holder": "y"\n}\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(path, { recursive: true })).toSorted()).toEqual([
      '.grantry',
      '.grantry/lock',
      '.grantry/lock/.versions',
      '.grantry/lock/.versions/acme.1.json',
      '.grantry/lock/.versions/acme.2.json',
      '.grantry/lock/acme.json',
    ]);
  });

  test('is put right after a crash between the new version and its visible name', async () => {
    await store.writeRecord('lock/acme', { n: 1 }, 0);
    const visible = join(path, '.grantry/lock/acme.json');
    const before = await readFile(visible);
    await store.writeRecord('lock/acme', { n: 2 }, 1);
    await rm(visible);
    await writeFile(visible, before);
    expect(await store.readRecord('lock/acme')).toMatchObject({ value: { n: 2 }, version: 2 });
    await rm(visible);
    // Even the very first: a lock that is being taken is never no lock.
    expect(await store.readRecord('lock/acme')).toMatchObject({ value: { n: 2 }, version: 2 });
    expect(await readFile(visible, 'utf8')).toContain('2');
  });

  test.each(['{"a": 1', '[1]', '"text"'])('that holds %s is named', async (content) => {
    await store.writeRecord('lock/acme', { n: 1 }, 0);
    const file = join(path, '.grantry/lock/acme.json');
    await writeFile(file, content);
    await writeFile(join(path, '.grantry/lock/.versions/acme.1.json'), content);
    expect(await failureOf(store.readRecord('lock/acme'))).toMatchObject({
      code: 'FAILED',
      message: expect.stringContaining(file),
    });
  });

  test('goes by the clock of the file system, not by that of the process', async () => {
    await store.writeRecord('lock/acme', { n: 1 }, 0);
    const real = Date.now();
    vi.useFakeTimers({ now: real - 7_200_000, toFake: ['Date'] });
    const { now } = await store.readRecord('lock/acme');
    const written = await store.writeRecord('lock/acme', { n: 2 }, 1);
    expect(Math.abs(now - real)).toBeLessThan(60_000);
    expect(Math.abs(written.now - real)).toBeLessThan(60_000);
  });

  test('does not follow symbolic links', async () => {
    await symlink(tmpdir(), join(path, '.grantry'));
    expect(await failureOf(store.writeRecord('lock/acme', {}, 0))).toMatchObject({ code: 'NOT_ALLOWED' });
  });
});
