import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { StoreMark } from '../../stores/store.ts';
import { deliver } from './deliver.ts';
import { ACTIVE, DELIVERY, OTHERS, putDocument } from '../../../test/support/bench/occupied-place.ts';
import { secretIn } from '../../../test/support/stored-secrets.ts';

let store: MemoryBench['store'];
beforeEach(() => {
  store = new MemoryBench().store;
});

const put = (mark: StoreMark | undefined): Promise<void> => putDocument(store, mark);

describe('deliver', () => {
  const present = { kind: 'client-secret', secret: new Secret('ours') } as const;
  const issued = { clientId: 'orders', held: { present }, createdAt: 7 };
  const write = async (how: Partial<PlannedDelivery> = {}): Promise<string | undefined> => {
    await deliver(store, { ...DELIVERY, ...how }, issued, { stack: 'acme', owner: 'team-a' }).catch(() => undefined);
    return secretIn(await store.read('orders'));
  };

  it.each(OTHERS)('never writes over the document of %s', async (_, other) => {
    await put({ ...ACTIVE, ...other });
    expect(await write()).toBe('theirs');
    expect(await write({ adopt: true })).toBe('theirs');
    expect((await store.inspect('orders'))?.mark).toEqual({ ...ACTIVE, ...other });
  });

  it('never writes over a document of another stack, though it is retired or renewed', async () => {
    await put({ ...ACTIVE, stack: 'theirs', state: 'retired' });
    expect(await write({ alreadyDelivered: true })).toBe('theirs');
  });

  it('writes over what has no mark only where that is to be taken over', async () => {
    await put(undefined);
    expect(await write()).toBe('theirs');
    expect(await write({ adopt: true })).toBe('ours');
  });

  it.each([
    ['its own', {}, {}],
    ['one that the stack has retired', { client: 'audit', state: 'retired' as const }, {}],
    ["one that was this client's under another name", { client: 'before' }, { alreadyDelivered: true as const }],
  ])('writes over %s', async (_, mark, how) => {
    await put({ ...ACTIVE, ...mark });
    expect(await write(how)).toBe('ours');
  });

  it('insists on being the first where nothing was seen', async () => {
    await put(undefined);
    expect(await write({ pathIsEmpty: true })).toBe('theirs');
  });

  it('writes to a place where nothing is left but its name', async () => {
    store.replacePairs('orders', {});
    expect(await write()).toBe('ours');
  });

  it.each(OTHERS)('keeps away from a place that %s has marked to write to it', async (_, other) => {
    await store.mark('orders', { ...ACTIVE, ...other });
    expect(await write()).toBeUndefined();
    expect((await store.inspect('orders'))?.mark).toEqual({ ...ACTIVE, ...other });
  });

  it('writes nothing where the store would delete it', async () => {
    const vanishing = { after: '30 days', hint: 'Take the limit away.' };
    await put(ACTIVE);
    store.wholeLimits = { vanishing };
    expect(await write()).toBe('theirs');
    store.wholeLimits = {};
    store.limitPlace('orders', { vanishing });
    expect(await write()).toBe('theirs');
  });

  it("keeps what is noted beside the client's own document, and nothing of another's", async () => {
    const notes = { k: 'of before' };
    await put({ ...ACTIVE, notes });
    await write();
    expect((await store.inspect('orders'))?.mark?.notes).toEqual(notes);
    store = new MemoryBench().store;
    await put({ ...ACTIVE, client: 'audit', state: 'retired', notes });
    await write();
    expect((await store.inspect('orders'))?.mark).toEqual(ACTIVE);
  });
});
