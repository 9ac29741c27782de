import { expect, test } from 'vitest';
import { DOCUMENT, putDocument } from '../../../test/support/bench/occupied-place.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { GrantryError } from '../../model/errors.ts';
import { loginIn, readWhole } from './stored-credential.ts';

test.each([
  ['nothing', undefined],
  ['a document without a credential', { ...DOCUMENT, payload: {} }],
])('readWhole: %s is no whole document', async (_, document) => {
  const { store } = new MemoryBench();
  if (document !== undefined) await store.write('orders', document, 0);
  expect(await readWhole(store, 'orders')).toBeUndefined();
});

test('readWhole: what is no document of grantry is none', async () => {
  const { store } = new MemoryBench();
  store.writeForeign('orders', { password: 'x' });
  expect(await readWhole(store, 'orders')).toBeUndefined();
});

test.each([
  new GrantryError('UNREACHABLE', 'the store is gone'),
  new GrantryError('NOT_ALLOWED', 'it may not be read'),
  new TypeError('a bug'),
])('readWhole: a document that could not be read is not taken for none: %s', async (failure) => {
  const read = (): Promise<never> => Promise.reject(failure);
  await expect(readWhole({ read }, 'orders')).rejects.toBe(failure);
});

test('loginIn: a consumer cannot log in with a document that holds no credential', async () => {
  const { store } = new MemoryBench();
  await putDocument(store, undefined);
  const stored = await store.read('orders');
  expect(stored === undefined ? undefined : loginIn(stored, 'memory/orders').clientId).toBe('orders');
  expect(() => loginIn({ document: { ...DOCUMENT, payload: {} }, version: 1 }, 'memory/orders')).toThrow(
    'The document at memory/orders has no credential',
  );
});
