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

  describe('what lay there before', () => {
    const UNTIL = '2026-11-01T00:00:00.000Z';
    const previous = async (mark: StoreMark | undefined, how: Partial<PlannedDelivery>) => {
      if (mark !== undefined) await store.mark('orders', mark);
      const payload = { client_secret: new Secret('of before'), client_secret_previous: new Secret('older') };
      const facts = { overlap_until: UNTIL, previous_version: '3' };
      await store.write('orders', { clientId: 'orders', payload, facts }, 0);
      await write(how);
      const document = (await store.read('orders'))?.document;
      const secret = document?.payload['client_secret_previous'];
      return [
        secret instanceof Secret ? secret.reveal() : undefined,
        document?.facts['overlap_until'],
        document?.facts['previous_version'],
      ];
    };
    const NOTHING = [undefined, undefined, undefined];

    it.each<[string, StoreMark | undefined, Partial<PlannedDelivery>]>([
      ['of a retired client', { ...ACTIVE, client: 'audit', state: 'retired' }, { reason: 'differs' }],
      ['without a mark that is taken over', undefined, { reason: 'facts-changed', adopt: true }],
      ['behind the mark of a run that died', ACTIVE, { reason: 'moved' }],
      ['behind the mark of a run that died on a new client', ACTIVE, { reason: 'new' }],
    ])('gives the document no previous credential: %s', async (_, mark, how) => {
      expect(await previous(mark, how)).toEqual(NOTHING);
    });

    it.each<[string, Partial<PlannedDelivery>, StoreMark | undefined]>([
      ['its own', { reason: 'facts-changed' }, ACTIVE],
      [
        'its own under a former name',
        { reason: 'facts-changed', alreadyDelivered: true },
        { ...ACTIVE, client: 'before' },
      ],
      ['its own without its mark', { reason: 'unmarked', adopt: true, lostMark: true }, undefined],
    ])('keeps the previous credential in a document that is %s', async (_, how, mark) => {
      expect(await previous(mark, how)).toEqual(['older', UNTIL, '3']);
    });
  });
});
