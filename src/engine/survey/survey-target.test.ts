import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import type { ActualObject } from '../../model/state.ts';
import { parseAdoption } from '../plan/adoption.ts';
import type { StoreMark } from '../../stores/store.ts';
import { surveyTarget } from './survey-target.ts';
import { secretPayload } from '../../../test/support/stored-secrets.ts';

const DECLARED = state([api('stock', ['stock:read'])], [client('orders')]);
const MARK: StoreMark = { stack: 'acme', client: 'orders', owner: '', state: 'active' };
const DOCUMENT = { clientId: 'x', payload: secretPayload('x'), facts: {} };

/** What stands at the place of a client that is to be made. */
async function foreignPlaces(mark: StoreMark | undefined, adopt: readonly string[] = []) {
  const bench = new MemoryBench();
  if (mark !== undefined) await bench.store.mark('orders', mark);
  await bench.store.write('orders', DOCUMENT, 0);
  const options = { adoption: parseAdoption(adopt) };
  const { foreignPlaces: found, deliveries } = await surveyTarget(DECLARED, bench, options);
  return { found: found.map(({ unmarked, reason }) => `${unmarked ? 'unmarked: ' : ''}${reason}`), deliveries };
}

describe('surveyTarget: the place of a client that is new', () => {
  it.each([
    ['another client', { client: 'audit' }, 'memory/orders holds the document of the client audit'],
    ['another stack', { stack: 'theirs' }, 'memory/orders holds the document of the client orders of the stack theirs'],
    [
      'another stack, retired',
      { stack: 'theirs', state: 'retired' as const },
      'memory/orders holds the document of the client orders of the stack theirs',
    ],
  ])(
    'is in the way where it holds the document of %s, though the client may be taken over',
    async (_, other, reason) => {
      for (const adopt of [[], ['Client/orders']]) {
        const { found, deliveries } = await foreignPlaces({ ...MARK, ...other }, adopt);
        expect(found).toEqual([reason]);
        expect(deliveries[0]).not.toHaveProperty('adopt');
      }
    },
  );

  it('is in the way where grantry did not write what lies there', async () => {
    const { found, deliveries } = await foreignPlaces(undefined);
    expect(found).toEqual(['unmarked: memory/orders holds a document that grantry did not write']);
    expect(deliveries).toMatchObject([{ pathIsEmpty: false }]);
  });

  it.each([
    ['its own document', {}],
    ['one that the stack retired', { client: 'audit', state: 'retired' as const }],
  ])('is free where it holds %s', async (_, other) => {
    expect((await foreignPlaces({ ...MARK, ...other })).found).toEqual([]);
  });

  it.each([
    ['is in use', 'active', 'in-use'],
    ['was retired', 'retired', 'new'],
  ] as const)('keeps the credential of its own document only where that %s', async (_, now, reason) => {
    expect((await foreignPlaces({ ...MARK, state: now })).deliveries).toMatchObject([{ reason }]);
  });
});

it("surveyTarget: what others have is nothing of the stack's: how many clients that had is asked", async () => {
  const bench = new MemoryBench();
  await bench.store.writeRecord('ledger/acme', { clients: 1 }, 0);
  bench.provider.plant('Client', { name: 'orders', clientId: 'orders', stack: 'theirs' });
  expect((await surveyTarget(DECLARED, bench)).knownClients).toBe(1);
});

const COMPARED = state([], [client('a'), client('b')]);

/** A stack in sync at a provider that does not show the secrets of some of its clients. */
async function hiding(...names: readonly string[]): Promise<MemoryBench> {
  const bench = new MemoryBench();
  await bench.apply(COMPARED);
  const read = bench.provider.read.bind(bench.provider);
  bench.provider.read = async (...args) => {
    const found = await read(...args);
    const objects = found.objects.map((object) => (names.includes(object.address) ? hidden(object) : object));
    return { ...found, objects };
  };
  return bench;
}

function hidden({ credential, ...object }: ActualObject): ActualObject {
  if (credential === undefined) return object;
  const { present: _hidden, ...shown } = credential;
  return { ...object, credential: shown };
}

describe('surveyTarget: a secret that is not shown, where all are to be compared', () => {
  it('is reported, and the rest is compared', async () => {
    const bench = await hiding('Client/a');
    bench.store.writeForeign('b', { client_id: 'b', client_secret: 'another' });
    const { deliveries, actual } = await surveyTarget(COMPARED, bench, { checkStore: true });
    expect(deliveries).toMatchObject([{ client: 'b', reason: 'differs' }]);
    expect(actual.notices).toEqual([expect.stringContaining('the secret of a:')]);
  });

  it('says something of the account where none is', async () => {
    const bench = await hiding('Client/a', 'Client/b');
    await expect(surveyTarget(COMPARED, bench, { checkStore: true })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});
