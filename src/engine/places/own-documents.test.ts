import { describe, expect, it } from 'vitest';
import { clientSecret } from '../../credentials/client-secret/make.ts';
import { toPayload } from '../../credentials/registry.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { MemoryStore } from '../../stores/memory/index.ts';
import type { StoreMark } from '../../stores/store.ts';
import { heldOf } from './own-documents.ts';

const OWN: StoreMark = { stack: 'acme', client: 'orders', owner: 'team', state: 'active' };
const RETIRED = { ...OWN, state: 'retired' } as const;
const OTHER = { ...OWN, client: 'audit' };
const THEIRS = { ...OWN, stack: 'theirs' };

interface Lying {
  readonly mark?: StoreMark;
  readonly clientId?: string;
}

const clientIds = async (): Promise<ReadonlySet<string>> => new Set(['orders']);

async function put(store: MemoryStore, path: string, { mark, clientId = 'orders' }: Lying): Promise<void> {
  if (mark !== undefined) await store.mark(path, mark);
  const payload = toPayload({ present: clientSecret(new Secret(`of ${path}`)) });
  await store.write(path, { clientId, payload, facts: {} }, 0);
}

/** Which document is read of a client that is to lie at `here`, of which `left` is left. */
async function read(
  lying: Readonly<Record<string, Lying>>,
  special: Partial<PlannedDelivery> = {},
): Promise<string | undefined> {
  const store = new MemoryStore();
  for (const [path, each] of Object.entries(lying)) await put(store, path, each);
  const delivery: PlannedDelivery = {
    client: 'orders',
    clientId: 'orders',
    path: 'here',
    place: 'memory/here',
    facts: {},
    reason: 'moved',
    pathIsEmpty: false,
    ...special,
  };
  const held = await heldOf({ stack: 'acme', delivery, store, storeLeft: () => store, clientIds })();
  return held?.present.kind === 'client-secret' ? held.present.secret.reveal() : undefined;
}

const MOVED = { movedFrom: 'left' } as const;
const RENAMED = { ...MOVED, former: { client: 'audit', clientId: 'orders' } } as const;
const DELIVERED = { alreadyDelivered: true } as const;

describe('heldOf', () => {
  it.each([
    ['the place that is left first', { here: { mark: RETIRED }, left: { mark: OWN } }, MOVED, 'of left'],
    ['the new place where nothing lies at that one', { here: { mark: RETIRED } }, MOVED, 'of here'],
    [
      'the new place where it was delivered there',
      { here: { mark: OWN }, left: { mark: OWN } },
      { ...MOVED, ...DELIVERED },
      'of here',
    ],
    ['the place that is left where nothing was yet', { left: { mark: OWN } }, { ...MOVED, ...DELIVERED }, 'of left'],
    ['the place that is left under the name of before', { left: { mark: OTHER } }, RENAMED, 'of left'],
    ['one that lost its mark where it is left', { left: {} }, MOVED, 'of left'],
    ['its own under another name where it stays', { here: { mark: OTHER } }, DELIVERED, 'of here'],
    ['one that lost its mark where it stays', { here: {} }, DELIVERED, 'of here'],
    ['one without a mark that is taken over', { here: {} }, { adopt: true as const }, 'of here'],
  ])('reads %s', async (_, lying, special, expected) => {
    expect(await read(lying, special)).toBe(expected);
  });

  it.each([
    ['of another client', { here: { mark: OTHER } }, {}],
    ['of another client where it is left', { left: { mark: OTHER } }, MOVED],
    ['of another stack', { here: { mark: THEIRS } }, DELIVERED],
    ['of another stack where it is left', { left: { mark: THEIRS } }, MOVED],
    ['without a mark that nobody takes over', { here: {} }, {}],
    ['with another client_id', { here: { mark: OWN, clientId: 'audit' } }, DELIVERED],
    ['with another client_id where it is left', { left: { mark: OWN, clientId: 'audit' } }, MOVED],
    ['with another client_id that is taken over', { here: { clientId: 'audit' } }, { adopt: true as const }],
  ])('reads no document %s', async (_, lying, special) => {
    expect(await read(lying, special)).toBeUndefined();
  });
});
