import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { ACTIVE, DELIVERY, putDocument } from '../../../test/support/bench/occupied-place.ts';
import { secretPayload } from '../../../test/support/stored-secrets.ts';
import { GrantryError } from '../../model/errors.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Payload, StoreMark } from '../../stores/store.ts';
import { checkPlace } from './check-place.ts';

const PRESENT = { clientId: 'orders', secret: 'theirs' };

let store: MemoryBench['store'];
beforeEach(() => {
  store = new MemoryBench().store;
});

const put = (mark: StoreMark | undefined, payload?: Payload): Promise<void> => putDocument(store, mark, payload);

/** Whether the delivery takes the document over, or the code of its refusal; `present` is what the provider has. */
async function check(how: Partial<PlannedDelivery> = {}, { clientId, secret } = PRESENT): Promise<unknown> {
  const credential = { kind: 'client-secret', secret: new Secret(secret) } as const;
  return checkPlace({ ...DELIVERY, ...how }, 'acme', store, async () => ({
    id: 'id-1',
    clientId,
    credential,
    createdAt: undefined,
  })).then(
    ({ adopt }) => adopt ?? 'as planned',
    (error: unknown) => (error instanceof GrantryError ? error.code : error),
  );
}

describe('checkPlace', () => {
  it.each([
    ['another client', { client: 'audit' }],
    ['another stack', { stack: 'theirs' }],
  ])('refuses the document of %s', async (_, other) => {
    await put({ ...ACTIVE, ...other });
    expect(await check()).toBe('CONFLICT');
  });

  it('refuses a place whose documents the store deletes', async () => {
    store.wholeLimits = { vanishing: { after: '30 days', hint: 'Take the limit away.' } };
    expect(await check()).toBe('FAILED');
  });

  it("takes over a document without a mark only where it holds the client's present credential", async () => {
    await put(undefined);
    expect(await check({ alreadyDelivered: true })).toBe(true);
    expect(await check({ alreadyDelivered: true }, { ...PRESENT, secret: 'another' })).toBe('CONFLICT');
    expect(await check({ alreadyDelivered: true }, { ...PRESENT, clientId: 'audit' })).toBe('CONFLICT');
  });

  it("lets a document be that has its mark, or another's, whatever it holds", async () => {
    expect(await check({ alreadyDelivered: true })).toBe('as planned');
    await put(ACTIVE);
    expect(await check({ alreadyDelivered: true })).toBe('as planned');
    store = new MemoryBench().store;
    await put({ ...ACTIVE, stack: 'theirs' });
    expect(await check({ alreadyDelivered: true })).toBe('CONFLICT');
  });

  it('refuses one without a mark where nothing says that the client had its document there', async () => {
    await put(undefined);
    expect(await check()).toBe('CONFLICT');
  });

  it('reads no document where somebody says that it is to be taken over', async () => {
    await put(undefined);
    expect(await check({ alreadyDelivered: true, adopt: true }, { ...PRESENT, clientId: 'audit' })).toBe(true);
  });

  it('takes over a place without a mark whose document was deleted', async () => {
    await put(undefined);
    store.deleteLatest('orders');
    expect(await check({ alreadyDelivered: true }, { ...PRESENT, clientId: 'audit' })).toBe(true);
  });

  it('knows a credential that is prepared for a rotation', async () => {
    await put(undefined, secretPayload('theirs', 'prepared'));
    expect(await check({ alreadyDelivered: true }, { ...PRESENT, secret: 'prepared' })).toBe(true);
  });
});
