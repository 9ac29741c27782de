import { beforeEach, expect, it } from 'vitest';
import { desiredAt } from '../../../test/support/stores/desired-at.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { MemoryStore } from '../../stores/memory/index.ts';
import type { StoreMark } from '../../stores/store.ts';
import { confirmStore } from './confirm-store.ts';

const MARK: StoreMark = { stack: 'acme', client: 'orders', owner: 'team', state: 'active', notes: { k: 'v' } };
const DOCUMENT = { clientId: 'orders', payload: { client_secret: new Secret('ours') }, facts: { scopes: 'a' } };

let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});

it('confirmStore: takes what is there as it was written', async () => {
  const confirmed = confirmStore(store);
  await confirmed.mark('orders', MARK);
  expect(await confirmed.write('orders', DOCUMENT, 0)).toBe(1);
  const facts = { scopes: null, rotated_at: 'now' };
  expect(await confirmed.write('orders', { ...DOCUMENT, facts }, 1)).toBe(2);
  expect(await confirmed.writeRecord('ledger/acme', { clients: 1 }, 0)).toMatchObject({ version: 1 });
  await confirmed.purge('orders');
});

it('confirmStore: the checks of a store are those of the store', async () => {
  expect(Object.keys(confirmStore(store))).not.toContain('checks');
  const checked = Object.assign(store, { checks: async () => [] });
  expect(await confirmStore(checked).checks?.(desiredAt([]))).toEqual([]);
});

it.each<[string, Partial<StoreMark> | undefined, RegExp]>([
  ['no mark', undefined, /it has none/],
  ['another stack', { stack: 'theirs' }, /its stack is another one/],
  ['another client', { client: 'other' }, /its client is another one/],
  ['another owner', { owner: 'other' }, /its owner is another one/],
  ['another state', { state: 'retired' }, /its state is another one/],
  ['another note', { notes: { k: 'w' } }, /its k is another one/],
  ['a note that was to go', { notes: { k: 'v', rotation: '{}' } }, /its rotation is another one/],
  ['a note of facts of before', { notes: { k: 'v', fact_issuer: 'other' } }, /its fact_issuer is another one/],
])('confirmStore: %s where a mark was written has failed', async (_, found, words) => {
  const mark = store.mark.bind(store);
  store.mark = async (path) => (found === undefined ? undefined : mark(path, { ...MARK, ...found }));
  await expect(confirmStore(store).mark('orders', MARK)).rejects.toThrow(words);
});

it('confirmStore: notes of facts that found no room are no failure', async () => {
  const mark = store.mark.bind(store);
  store.mark = (path) => mark(path, MARK);
  const noted = { ...MARK, notes: { k: 'v', fact_issuer: 'https://a' } };
  await expect(confirmStore(store).mark('orders', noted)).resolves.toBeUndefined();
});

it('confirmStore: a document that is not there, or of another version, has failed', async () => {
  const write = store.write.bind(store);
  store.write = async (_, __, expected) => expected + 1;
  await expect(confirmStore(store).write('orders', DOCUMENT, 0)).rejects.toThrow(
    'version 1 of memory/orders was written',
  );
  await write('orders', DOCUMENT, 0);
  await expect(confirmStore(store).write('orders', DOCUMENT, 1)).rejects.toThrow(
    'version 2 of memory/orders was written',
  );
});

it.each([
  ['another client_id', { client_id: 'other' }, 'client_id is another one'],
  ['another secret', { client_secret: 'theirs' }, 'client_secret is another one'],
  ['another fact', { scopes: 'b' }, 'scopes is another one'],
  ['a fact that was to go', { overlap_until: 'then' }, 'overlap_until is another one'],
])('confirmStore: a document with %s has failed, and no value of it is shown', async (_, other, words) => {
  store.write = async (path) => {
    store.writeForeign(path, { client_id: 'orders', client_secret: 'ours', scopes: 'a', ...other });
    return 1;
  };
  const document = { ...DOCUMENT, facts: { ...DOCUMENT.facts, overlap_until: null } };
  const error = await confirmStore(store)
    .write('orders', document, 0)
    .catch(({ message }: Error) => message);
  expect(error).toContain(words);
  expect(error).not.toContain('theirs');
});

it('confirmStore: a newer version is somebody else’s, who saw this one', async () => {
  const write = store.write.bind(store);
  store.write = async (path, document, expected) => {
    const version = await write(path, document, expected);
    store.writeForeign(path, { client_id: 'other' });
    return version;
  };
  expect(await confirmStore(store).write('orders', DOCUMENT, 0)).toBe(1);
});

it('confirmStore: a document, or a mark alone, that is there after it was removed has failed', async () => {
  await store.mark('orders', MARK);
  store.purge = async () => undefined;
  await expect(confirmStore(store).purge('orders')).rejects.toThrow('memory/orders is still there');
});

it('confirmStore: a record that is another one, or of another version, has failed', async () => {
  const write = store.writeRecord.bind(store);
  store.writeRecord = (name, _, expected) => write(name, { clients: 7 }, expected);
  await expect(confirmStore(store).writeRecord('ledger/acme', { clients: 1 }, 0)).rejects.toThrow('ledger/acme');
  store.writeRecord = async () => ({ version: 9, now: 0 });
  await expect(confirmStore(store).writeRecord('ledger/acme', { clients: 7 }, 1)).rejects.toThrow('ledger/acme');
});
