/** The file store for whole runs: a folder of its own. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { TestStore } from './test-store.ts';

const VARIABLE = 'AGE_KEY';

export async function openTestFiles(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'grantry-files-'));
  const identity = await generateX25519Identity();
  const at = (path: string, suffix: string): string => join(folder, `${path}${suffix}`);
  let before = new Map<string, string>();
  return {
    kind: 'file',
    spec: { path: folder, identity: `\${env:${VARIABLE}}` },
    env: { [VARIABLE]: identity },
    requests: () => undefined,
    writes: async () => {
      const now = await digests(folder);
      return [...now].filter(([file, digest]) => before.get(file) !== digest).map(([file]) => file);
    },
    reset: async () => void (before = await digests(folder)),
    read: (path) => decrypt(at(path, '.age'), identity),
    stateOf: async (path) => {
      const pairs: unknown = JSON.parse(await readFile(at(path, '.json'), 'utf8').catch(() => '{}'));
      return typeof pairs === 'object' && pairs !== null && 'grantry_state' in pairs
        ? String(pairs.grantry_state)
        : undefined;
    },
    remove: (path) => rm(at(path, '.age')),
    putForeign: async (path, data) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(await identityToRecipient(identity));
      await mkdir(dirname(at(path, '')), { recursive: true });
      await writeFile(at(path, '.age'), await encrypter.encrypt(JSON.stringify(data)));
    },
    secrets: async () => {
      const files = (await filesIn(folder)).filter((file) => file.endsWith('.age'));
      const documents = await Promise.all(files.map((file) => decrypt(join(folder, file), identity)));
      return documents.map((data) => data?.['client_secret']).filter((secret) => typeof secret === 'string');
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function decrypt(file: string, identity: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) return undefined;
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const data: unknown = JSON.parse(await decrypter.decrypt(content, 'text'));
  return typeof data === 'object' ? { ...data } : undefined;
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const files: string[] = [];
  for (const name of names) if ((await stat(join(folder, name))).isFile()) files.push(name);
  return files;
}

/** Of every file but grantry's own records. */
async function digests(folder: string): Promise<Map<string, string>> {
  const files = (await filesIn(folder)).filter((file) => !file.startsWith('.grantry/'));
  const entries = files.map(async (file): Promise<[string, string]> => {
    return [
      file,
      createHash('sha256')
        .update(await readFile(join(folder, file)))
        .digest('hex'),
    ];
  });
  return new Map(await Promise.all(entries));
}
