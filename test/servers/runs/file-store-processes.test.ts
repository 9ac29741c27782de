/** The encrypted file store under several processes at once. They run built code, as users do. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { build } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { openFileStore } from '../../../src/stores/file/index.ts';
import { exitedWith, runNode } from '../../support/process/cli.ts';

const PROCESSES = 4;
const ROUNDS = 6;

/** Adds one to a number in a document, six times, as any careful writer does: read, write, try again when it lost. */
const PROGRAM = `
  const { openFileStore } = await import(process.env.BUILT + '/store.js');
  const { Secret } = await import(process.env.BUILT + '/secret.js');
  const identity = new Secret(process.env.AGE_KEY);
  const store = await openFileStore({ kind: 'file', path: process.env.STORE, recipients: [], identity });
  for (let done = 0; done < ${ROUNDS}; ) {
    const found = await store.read('team/counter');
    const count = String(Number(found?.document.facts.count ?? 0) + 1);
    const document = { clientId: 'c', payload: { client_secret: new Secret('s') }, facts: { count } };
    try {
      await store.write('team/counter', document, found?.version ?? 0);
      done += 1;
    } catch (error) {
      if (error.code !== 'CONFLICT') throw error;
    }
  }
`;

/** The same with a record, as a lock is one. */
const RECORDS_PROGRAM = `
  const { openFileStore } = await import(process.env.BUILT + '/store.js');
  const { Secret } = await import(process.env.BUILT + '/secret.js');
  const identity = new Secret(process.env.AGE_KEY);
  const store = await openFileStore({ kind: 'file', path: process.env.STORE, recipients: [], identity });
  for (let done = 0; done < ${ROUNDS}; ) {
    const { value, version } = await store.readRecord('lock/counter');
    try {
      await store.writeRecord('lock/counter', { count: (value?.count ?? 0) + 1 }, version);
      done += 1;
    } catch (error) {
      if (error.code !== 'CONFLICT') throw error;
    }
  }
`;

let built: string;

beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'grantry-store-'));
  await build({
    input: { store: 'src/stores/file/index.ts', secret: 'src/model/secrets/secret.ts' },
    platform: 'node',
    logLevel: 'silent',
    output: { dir: built, format: 'esm' },
  });
});

afterAll(() => rm(built, { recursive: true, force: true }));

async function runAtOnce(program: string, path: string, identity: string): Promise<void> {
  const env = { BUILT: built, AGE_KEY: identity, STORE: path };
  const runs = Array.from({ length: PROCESSES }, () => runNode(['--input-type=module', '-e', program], { env }));
  for (const result of await Promise.all(runs)) exitedWith(0, result);
}

test('several processes lose no update of a record', async () => {
  const path = await mkdtemp(join(tmpdir(), 'grantry-processes-'));
  const identity = await generateX25519Identity();
  await runAtOnce(RECORDS_PROGRAM, path, identity);
  const store = await openFileStore({ kind: 'file', path, recipients: [], identity: new Secret(identity) });
  expect(await store.readRecord('lock/counter')).toMatchObject({ value: { count: 24 }, version: 24 });
  const files = await readdir(join(path, '.grantry/lock'), { recursive: true });
  expect(files.toSorted()).toEqual([
    '.versions',
    '.versions/counter.23.json',
    '.versions/counter.24.json',
    'counter.json',
  ]);
  await rm(path, { recursive: true });
});

test('several processes lose no update and leave no temporary file', async () => {
  const path = await mkdtemp(join(tmpdir(), 'grantry-processes-'));
  const identity = await generateX25519Identity();
  await runAtOnce(PROGRAM, path, identity);
  const store = await openFileStore({ kind: 'file', path, recipients: [], identity: new Secret(identity) });
  const found = await store.read('team/counter');
  expect([found?.version, found?.document.facts['count']]).toEqual([24, '24']);
  expect((await readdir(path, { recursive: true })).toSorted()).toEqual([
    'team',
    'team/.versions',
    'team/.versions/counter.23.age',
    'team/.versions/counter.24.age',
    'team/counter.age',
  ]);
  await rm(path, { recursive: true });
});
