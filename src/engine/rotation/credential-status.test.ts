import { beforeEach, describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import { RotationBench } from '../../../test/support/bench/rotation-bench.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { CredentialStatus } from '../../model/report.ts';
import type { ActualObject } from '../../model/state.ts';
import type { StoreEntry, StoreMark } from '../../stores/store.ts';
import { credentialStatus } from './credential-status.ts';
import { withIntent } from './rotation-intent.ts';
import { surveyRotations } from './survey-rotations.ts';

const DECLARED = state([], [client('orders')]);
const DAY = 86_400;

let bench: RotationBench;
beforeEach(async () => {
  bench = new RotationBench();
  await bench.apply(DECLARED);
});

interface Special {
  readonly entry?: Partial<StoreEntry>;
  readonly object?: (object: ActualObject) => Partial<ActualObject>;
  readonly credential?: Partial<NonNullable<ActualObject['credential']>>;
  readonly declared?: DesiredState;
  /** Seconds after the secret was made. */
  readonly later?: number;
}

/** Of the client that was applied, with what is given in place of what was found. */
async function statusWith({
  entry,
  object,
  credential,
  later = 1,
  declared = DECLARED,
}: Special): Promise<CredentialStatus> {
  const survey = await surveyRotations(declared, bench);
  const objects = survey.actual.objects.map((found) => ({
    ...found,
    ...object?.(found),
    ...(found.credential === undefined ? {} : { credential: { ...found.credential, ...credential } }),
  }));
  const store = {
    capabilities: bench.store.capabilities,
    locate: (path: string) => bench.store.locate(path),
    inspect: async (path: string) => {
      const found = await bench.store.inspect(path);
      return found === undefined ? undefined : { ...found, ...entry };
    },
  };
  const made = objects[0]?.credential?.createdAt ?? 0;
  const [status] = await credentialStatus({ ...survey, actual: { ...survey.actual, objects } }, store, made + later);
  if (status === undefined) throw new Error('there is no status');
  return status;
}

const remarks = async (special: Special): Promise<readonly string[]> => (await statusWith(special)).remarks;
const marked = (special: Partial<StoreMark>): Partial<StoreEntry> => ({
  mark: { stack: 'acme', client: 'orders', owner: 'team-a', state: 'active', ...special },
});

describe('credentialStatus', () => {
  it('says of a credential that its owner keeps that it is not rotated, and calls it due at no time', async () => {
    const rotate = { every: 100, overlap: 10 };
    const kept = state([], [client('orders', {}, { credential: { path: 'orders', rotate, deliver: false } })]);
    const status = await statusWith({
      credential: { delivered: undefined, guessable: true },
      later: 200,
      declared: kept,
    });
    expect(status).toMatchObject({ overdue: false, dueAt: undefined, place: undefined, age: 200 });
    expect(status.remarks).toEqual([expect.stringContaining('its owner keeps it'), 'anybody can guess its secret']);
  });

  it('says of a client that is disabled that it is not due, and where it is not as declared', async () => {
    const declared = state([], [client('orders', {}, { state: 'disabled' })]);
    expect(await statusWith({ declared, later: 1000 })).toMatchObject({
      state: 'disabled',
      dueAt: undefined,
      overdue: false,
      remarks: ['it is still enabled at the provider: grantry apply disables it'],
    });
    await bench.apply(declared);
    expect(await remarks({ declared })).toEqual([]);
    expect(await statusWith({})).toMatchObject({
      state: 'enabled',
      remarks: ['it is disabled at the provider: grantry apply enables it'],
    });
  });

  it('remarks nothing where all is well', async () => {
    expect(await statusWith({})).toMatchObject({
      remarks: [],
      overdue: false,
      storeVersion: 1,
      overlapUntil: undefined,
    });
  });

  it.each([
    ['deletes the document', { vanishesAt: '2027-01-01' }, 'is going to delete memory/orders at 2027-01-01'],
    [
      'would delete it',
      { limits: { vanishing: { after: '30 days', hint: '' } } },
      '30 days after it: apply and rotate',
    ],
    ['keeps one version', { limits: { keepsVersions: 1 } }, 'keeps one version only'],
    ['has it no more', { readable: false }, 'nothing can be read at memory/orders'],
    ['has it without a mark', { mark: undefined }, "has lost grantry's mark"],
    ['has it as retired', marked({ state: 'retired' }), 'is marked as retired'],
    ["has another client's", marked({ client: 'audit' }), 'the document of the client audit of the stack acme'],
    ["has another stack's", marked({ stack: 'theirs' }), 'the document of the client orders of the stack theirs'],
  ] as const)('says when the store %s', async (_, entry, remark) => {
    expect(await remarks({ entry })).toEqual([expect.stringContaining(remark)]);
  });

  it('says that no version will hold the previous secret in a store that keeps none', async () => {
    bench.store.capabilities = { ...bench.store.capabilities, previous: 'nowhere' };
    expect(await remarks({})).toEqual([expect.stringContaining('keeps one version only')]);
  });

  it.each(['document', 'label'] as const)(
    'goes by no number of versions where the %s has the one before',
    async (previous) => {
      bench.store.capabilities = { ...bench.store.capabilities, previous };
      expect(await remarks({ entry: { limits: { keepsVersions: 1 } } })).toEqual([]);
    },
  );

  it('says nothing of versions where no previous secret is accepted after a rotation', async () => {
    const atOnce = state(
      [],
      [client('orders', {}, { credential: { path: 'orders', rotate: { every: 100, overlap: 0 } } })],
    );
    const survey = await surveyRotations(atOnce, bench);
    bench.store.limitPlace('orders', { keepsVersions: 1 });
    expect(await credentialStatus(survey, bench.store, 1)).toMatchObject([{ remarks: [] }]);
  });

  it('says that nothing lies at the place', async () => {
    await bench.store.purge('orders');
    expect(await statusWith({})).toMatchObject({
      remarks: ['nothing lies at memory/orders: grantry apply delivers it again'],
      storeVersion: undefined,
    });
  });

  it.each([
    ['can be guessed', { guessable: true as const }, 'anybody can guess its secret'],
    [
      'had one before that can be guessed',
      { previousGuessable: true as const },
      'anybody can guess its previous secret',
    ],
    ['was changed', { createdAt: 7 }, 'was changed at the provider since it was delivered'],
    ['is refused', { expiresAt: 1 }, 'the provider refuses it already'],
  ] as const)('says that the secret %s', async (_, credential, remark) => {
    expect(await remarks({ credential })).toContainEqual(expect.stringContaining(remark));
  });

  it('says that a rotation was cut off, until only its note is left of it', async () => {
    const begun = '2026-11-30T00:00:00.000Z';
    const note = (was: number | null): Partial<StoreEntry> => ({
      mark: withIntent(
        { stack: 'acme', client: 'orders', owner: '', state: 'active' },
        { kind: 'rotate', begun, from: 1, was, facts: '' },
      ),
    });
    const changed = { createdAt: 7 };
    // The next rotate finishes it: that apply would deliver the secret is not said, too.
    expect(await remarks({ entry: note(5), credential: changed })).toEqual([expect.stringContaining(begun)]);
    expect(await remarks({ entry: note(5) })).toEqual([]);
  });

  it('says when it is overdue, and until when the previous secret is accepted', async () => {
    expect(await statusWith({ later: 2 * DAY })).toMatchObject({ overdue: true });
    const until = 4_000_000_000;
    expect(await statusWith({ credential: { previousUntil: until } })).toMatchObject({
      overlapUntil: new Date(until * 1000).toISOString(),
    });
    expect(await statusWith({ credential: { previousUntil: 1 } })).toMatchObject({ overlapUntil: undefined });
  });

  it("says nothing of the credential of somebody else's client, and looks at no document", async () => {
    const foreign = [{ what: 'client orders', stack: 'theirs' }];
    const status = await statusWith({ object: () => ({ foreign }), entry: { readable: false } });
    expect(status).toMatchObject({ madeAt: undefined, dueAt: undefined, place: undefined });
    expect(status.remarks).toEqual([expect.stringContaining('theirs')]);
  });

  it('says that a document in another store is none here', async () => {
    const object = bench.clients().get('orders');
    if (object?.delivered === undefined) throw new Error('there is no client');
    object.delivered = { ...object.delivered, place: 'elsewhere/orders' };
    const status = await statusWith({});
    expect(status.remarks).toEqual([expect.stringContaining('never delivered to this store')]);
  });
});

it.each([
  ['the name that it has', 'orders', true],
  ['the name in its mark at the provider', 'elder', true],
  ['another name', 'audit', false],
])("credentialStatus: a document marked for %s is the client's: %s", async (_, marking, isOwn) => {
  const found = await remarks({
    entry: marked({ client: marking }),
    object: ({ fields }) => ({ fields: { ...fields, name: 'elder' } }),
  });
  expect(found.some((remark) => remark.includes('holds the document of the client'))).toBe(!isOwn);
});

it('credentialStatus: a client of a workload has no age, is never due, and is said to have nothing to rotate', async () => {
  const auth = { federated: { issuer: 'ci', alias: 'ci', subject: 'the workload' } };
  const desired = state([], [client('orders', {}, { auth })]);
  const own = new RotationBench({ federation: true });
  await own.apply(desired);
  const survey = await surveyRotations(desired, own);
  const [status] = await credentialStatus(survey, own.store, own.provider.now + 10 * 365 * DAY);
  expect(status).toMatchObject({ madeAt: undefined, age: undefined, dueAt: undefined, overdue: false });
  expect(status?.remarks).toEqual(['its workload logs in as the workload: there is nothing to rotate']);
});
