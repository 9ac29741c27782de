import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testStore } from '../../../test/contract/store/store-contract.ts';
import { documentOf, failureOf, freshPath, markOf } from '../../../test/contract/store/store-subject.ts';
import type { StoreSubject } from '../../../test/contract/store/store-subject.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { FileStoreSettings } from './settings.ts';
import { openFileStore } from './index.ts';
import { secretIn } from '../../../test/support/stored-secrets.ts';

let settings: FileStoreSettings;
let identity: string;

beforeAll(async () => {
  identity = await generateX25519Identity();
  const path = join(await mkdtemp(join(tmpdir(), 'grantry-store-')), 'not-yet', 'secrets');
  settings = { kind: 'file', path, recipients: [], identity: new Secret(identity) };
});
afterAll(() => rm(join(settings.path, '..', '..'), { recursive: true }));

async function decrypt(file: string, key = identity): Promise<Record<string, unknown>> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  const data: unknown = JSON.parse(await decrypter.decrypt(await readFile(file), 'text'));
  return typeof data === 'object' ? { ...data } : {};
}

/** Every file of the store with its content. */
async function allFiles(): Promise<{ file: string; content: string }[]> {
  const names = await readdir(settings.path, { recursive: true }).catch(() => []);
  const files = names.map((name) => join(settings.path, name));
  const found = [];
  for (const file of files) {
    if ((await lstat(file)).isFile()) found.push({ file, content: await readFile(file, 'latin1') });
  }
  return found;
}

describe('the encrypted file store', () => {
  let subject: StoreSubject;
  beforeAll(async () => {
    const at = (path: string, suffix: string) => join(settings.path, `${path}${suffix}`);
    subject = {
      store: await openFileStore(settings),
      another: () => openFileStore(settings),
      raw: async (path) => {
        const pairs = await readFile(at(path, '.json'), 'utf8').catch(() => undefined);
        const data = await decrypt(at(path, '.age')).catch(() => undefined);
        return pairs === undefined && data === undefined ? undefined : { data, pairs: JSON.parse(pairs ?? '{}') };
      },
      // Only the visible file: as somebody with `age` on the command line would leave it.
      putForeign: async (path, data, pairs) => {
        await mkdir(join(at(path, ''), '..'), { recursive: true });
        const encrypter = new Encrypter();
        encrypter.addRecipient(await identityToRecipient(identity));
        await writeFile(at(path, '.age'), await encrypter.encrypt(JSON.stringify(data)));
        if (pairs !== undefined) await writeFile(at(path, '.json'), JSON.stringify(pairs));
      },
      deleteLatest: (path) => rm(at(path, '.age')),
      previousSecret: async (path, version) => {
        const file = join(at(path, ''), '..', '.versions', `${path.split('/').at(-1)}.${version}.age`);
        return (await decrypt(file))['client_secret'];
      },
      records: {
        remove: (name) => rm(join(at(`.grantry/${name}`, ''), '..'), { recursive: true }),
        kept: async (name) => {
          const versions = await readdir(join(at(`.grantry/${name}`, ''), '..', '.versions'));
          return versions.filter((file) => file.startsWith(`${name.split('/')[1] ?? ''}.`)).length;
        },
      },
      countRequests: () => undefined,
      leftovers: async () => (await allFiles()).map(({ content }) => content).join('\n'),
    };
  });

  testStore(() => subject);
});

describe('its files', () => {
  test('are for the owner alone, whatever the umask, and no temporary file stays', async () => {
    const before = process.umask(0);
    const store = await openFileStore(settings);
    const path = freshPath('modes');
    await store.mark(path, markOf());
    await store.write(path, documentOf('s-1'), 0);
    await store.write(path, documentOf('s-2'), 1);
    await store.mark(path, markOf('order-service', { state: 'retired' }));
    process.umask(before);
    const folder = join(settings.path, 'modes');
    for (const name of await readdir(folder, { recursive: true })) {
      const stats = await stat(join(folder, name));
      expect([name, (stats.mode & 0o777).toString(8)]).toEqual([name, stats.isDirectory() ? '700' : '600']);
      expect(name).not.toContain('tmp');
    }
    expect(((await stat(settings.path)).mode & 0o777).toString(8)).toBe('700');
  });

  test('open with age itself, the previous version too, and older ones are gone', async () => {
    const store = await openFileStore(settings);
    const path = freshPath('versions');
    for (let version = 0; version < 4; version += 1) await store.write(path, documentOf(`s-${version}`), version);
    const name = path.split('/')[1] ?? '';
    const versions = join(settings.path, 'versions', '.versions');
    expect((await readdir(versions)).toSorted()).toEqual([`${name}.3.age`, `${name}.4.age`]);
    expect(await decrypt(join(settings.path, `${path}.age`))).toMatchObject({ client_secret: 's-3' });
    expect(await decrypt(join(versions, `${name}.3.age`))).toMatchObject({ client_secret: 's-2' });
  });

  test('are put right after a crash between the new version and its visible name', async () => {
    const store = await openFileStore(settings);
    const path = freshPath('crash');
    await store.write(path, documentOf('s-1'), 0);
    const visible = join(settings.path, `${path}.age`);
    const before = await readFile(visible);
    await store.write(path, documentOf('s-2'), 1);
    await rm(visible);
    await writeFile(visible, before);
    expect(secretIn(await store.read(path))).toBe('s-2');
    expect(await decrypt(visible)).toMatchObject({ client_secret: 's-2' });
  });
});

describe('bad input', () => {
  test('a wrong identity, a wrong recipient and an identity that is not among the recipients', async () => {
    const store = await openFileStore(settings);
    const path = freshPath('keys');
    await store.write(path, documentOf('s-1'), 0);
    const other = await generateX25519Identity();
    const stranger = await openFileStore({ ...settings, identity: new Secret(other) });
    for (const call of [stranger.read(path), stranger.write(path, documentOf('s'), 1)]) {
      expect(await failureOf(call)).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining(path) });
    }
    const recipients = [await identityToRecipient(other)];
    for (const wrong of [
      { recipients },
      { identity: new Secret('AGE-SECRET-KEY-1CANARY') },
      { recipients: ['age1x'] },
    ]) {
      const failure = await failureOf(openFileStore({ ...settings, ...wrong }));
      expect(failure).toMatchObject({ code: 'INVALID_INPUT' });
      expect(String(failure)).not.toContain('CANARY');
    }
  });

  test('several recipients can each read', async () => {
    const other = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity), await identityToRecipient(other)];
    const path = freshPath('recipients');
    await (await openFileStore({ ...settings, recipients })).write(path, documentOf('s-1'), 0);
    expect(await decrypt(join(settings.path, `${path}.age`), other)).toMatchObject({ client_secret: 's-1' });
  });

  test.each(['truncated', 'junk', 'empty', 'no JSON'])('a %s file is named, and a write repairs it', async (kind) => {
    const store = await openFileStore(settings);
    const path = freshPath('damaged');
    await store.write(path, documentOf('s-1'), 0);
    const file = join(settings.path, `${path}.age`);
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    if (kind === 'truncated') await truncate(file, (await stat(file)).size - 3);
    if (kind === 'junk') await writeFile(file, Buffer.from([0, 159, 146, 150]));
    if (kind === 'empty') await truncate(file);
    if (kind === 'no JSON') await writeFile(file, await encrypter.encrypt('canary { not JSON'));
    const failure = await failureOf(store.read(path));
    expect(failure).toMatchObject({ code: 'FAILED', message: expect.stringContaining(file) });
    expect(String(failure)).not.toContain('canary');
    expect(await store.write(path, documentOf('s-2'), 1)).toBe(2);
    expect(secretIn(await store.read(path))).toBe('s-2');
  });

  test('a damaged mark is named', async () => {
    const store = await openFileStore(settings);
    const path = freshPath('damaged');
    await store.mark(path, markOf());
    await writeFile(join(settings.path, `${path}.json`), '{"a": 1');
    expect(await failureOf(store.inspect(path))).toMatchObject({ code: 'FAILED' });
  });

  test('symbolic links in the way are refused, and what they point to is not touched', async () => {
    const store = await openFileStore(settings);
    const outside = await mkdtemp(join(tmpdir(), 'grantry-outside-'));
    await writeFile(join(outside, 'target.age'), 'untouched');
    await mkdir(join(settings.path, 'links'), { recursive: true });
    await symlink(outside, join(settings.path, 'links', 'folder'));
    for (const suffix of ['age', 'json']) {
      await symlink(join(outside, 'target.age'), join(settings.path, 'links', `file.${suffix}`));
    }
    await symlink(outside, join(settings.path, '.versions'));
    const calls = ['links/folder/x', 'links/file'].flatMap((path) => [
      () => store.mark(path, markOf()),
      () => store.write(path, documentOf('s'), 0),
      () => store.read(path),
    ]);
    for (const call of [...calls, () => store.write('top', documentOf('s'), 0)]) {
      expect(await failureOf(call())).toMatchObject({ code: 'NOT_ALLOWED' });
    }
    expect(await readdir(outside)).toEqual(['target.age']);
    expect(await readFile(join(outside, 'target.age'), 'utf8')).toBe('untouched');
    await rm(join(settings.path, '.versions'));
    await rm(outside, { recursive: true });
  });

  test('a file where a folder should be, and the folder of versions as a name', async () => {
    const store = await openFileStore(settings);
    await writeFile(join(settings.path, 'blocked'), '');
    expect(await failureOf(store.write('blocked/x', documentOf('s'), 0))).toMatchObject({ code: 'UNREACHABLE' });
    expect(await failureOf(store.write('.versions/x', documentOf('s'), 0))).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

test('the file store: names places as the Target does, whatever the checkout and the working directory', async () => {
  const store = await openFileStore({ ...settings, shownPath: '.grantry/secrets' });
  expect(store.locate('team/orders')).toBe(join('.grantry', 'secrets', 'team', 'orders.age'));
  expect(store.describe()).toBe(`encrypted files in ${join('.grantry', 'secrets')}`);
});
