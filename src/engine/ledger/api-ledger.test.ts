import { beforeEach, expect, test } from 'vitest';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { addressOf } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { CreateChange, UpdateChange } from '../../model/plan.ts';
import { ApiLedger, readOwnedApis } from './api-ledger.ts';

const AUDIENCE = 'https://stock.test';
const CHANGE: CreateChange = {
  op: 'create',
  address: addressOf('Api', 'stock'),
  owner: 'team-stock',
  reason: '',
  dependsOn: [],
  notes: {},
  after: { audience: AUDIENCE, scopes: { 'stock:write': {}, 'stock:read': {} } },
};
const NOTED = { name: 'stock', owner: 'team-stock', origin: 'created', scopes: ['stock:read', 'stock:write'] };

let store: MemoryBench['store'];
let ledger: ApiLedger;
beforeEach(() => {
  ({ store } = new MemoryBench());
  ledger = new ApiLedger(store, 'acme');
});

const noted = async (): Promise<unknown> => (await readOwnedApis(store, 'acme'))[AUDIENCE];

test('an Api is noted before it is created, and with its id afterwards', async () => {
  const during: unknown[] = [];
  await ledger.recordWrite(CHANGE, async () => {
    during.push(await noted());
    return { id: 'id-1', found: {} };
  });
  expect(during).toEqual([{ ...NOTED, id: null }]);
  expect(await noted()).toEqual({ ...NOTED, id: 'id-1' });
  await ledger.recordDelete(CHANGE);
  expect(await noted()).toBeUndefined();
});

test.each([
  ['a refusal', new GrantryError('NOT_ALLOWED', 'no'), undefined],
  ['an Api of somebody else', new GrantryError('CONFLICT', 'no'), undefined],
  ['an answer that was lost', new GrantryError('UNREACHABLE', 'gone'), { ...NOTED, id: null }],
  ['an error that says nothing', new TypeError('what'), { ...NOTED, id: null }],
])('after %s it stands there only if it may have come to be', async (_, error, left) => {
  await expect(ledger.recordWrite(CHANGE, () => Promise.reject(error))).rejects.toBe(error);
  expect(await noted()).toEqual(left);
});

test('an Api without an audience is not noted, nor made', async () => {
  let isMade = false;
  const made = ledger.recordWrite({ ...CHANGE, after: { scopes: {} } }, async () => {
    isMade = true;
    return { found: {} };
  });
  await expect(made).rejects.toThrow('Api/stock has no audience');
  expect([isMade, await readOwnedApis(store, 'acme')]).toEqual([false, {}]);
});

test('an Api that was created stays noted when its id cannot be', async () => {
  const write = store.writeRecord.bind(store);
  const created = ledger.recordWrite(CHANGE, async () => {
    store.writeRecord = async () => {
      throw new GrantryError('NOT_ALLOWED', 'the token has ended');
    };
    return { id: 'id-1', found: {} };
  });
  await expect(created).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  store.writeRecord = write;
  expect(await noted()).toEqual({ ...NOTED, id: null });
});

test.each([[null], [[]], [{ 'https://stock.test': { name: 'stock' } }]])(
  'a ledger that cannot be read is never taken for an empty one: %j',
  async (apis) => {
    await store.writeRecord('ledger/acme', { apis }, 0);
    await expect(readOwnedApis(store, 'acme')).rejects.toMatchObject({ code: 'FAILED' });
    await expect(ledger.recordWrite(CHANGE, async () => ({ found: {} }))).rejects.toMatchObject({ code: 'FAILED' });
    expect((await store.readRecord('ledger/acme')).value).toEqual({ apis });
  },
);

test('an Api that is changed keeps what is noted of it, and one that is not noted is not noted then', async () => {
  const update: UpdateChange = { ...CHANGE, op: 'update', id: 'id-1', owner: 'team-b', before: CHANGE.after };
  await ledger.recordWrite(update, async () => ({ found: {} }));
  expect(await noted()).toBeUndefined();
  await ledger.recordWrite(CHANGE, async () => ({ found: {} }));
  expect(await noted()).toEqual({ ...NOTED, id: null });
  await ledger.recordWrite(update, async () => ({ found: {} }));
  expect(await noted()).toEqual({ ...NOTED, id: 'id-1', owner: 'team-b' });
});
