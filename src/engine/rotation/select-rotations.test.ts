import { describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import { addressOf } from '../../model/address.ts';
import type { DesiredClient } from '../../model/desired.ts';
import type { ActualCredential, ActualObject, DesiredObject } from '../../model/state.ts';
import { howToRotate, selectRotations } from './select-rotations.ts';
import type { RotationChoice, RotationView, RotationRequest } from './select-rotations.ts';

const NOW = 1_000_000;
const DUE: RotationRequest = { kind: 'due', stagger: false, max: undefined };
const NAMED = { kind: 'named', names: ['orders'], force: false, revoke: false } as const;
const NONE: RotationRequest = { ...NAMED, names: [] };
const ALL = { kind: 'all', force: false, revoke: false, max: undefined } as const;

const orders = client('orders', {}, { credential: { path: 'orders', rotate: { every: 100, overlap: 0 } } });
const withOverlap = { ...orders, credential: { path: 'orders', rotate: { every: 100, overlap: 3600 } } };
const DELIVERED = { at: 1, place: 'memory/orders', path: 'orders', facts: '' };

/** `null`: it has no credential. */
function found(credential: Partial<ActualCredential> | null = {}, rest: Partial<ActualObject> = {}): ActualObject {
  const name = rest.address?.replace('Client/', '') ?? 'orders';
  return {
    address: 'Client/orders',
    id: name,
    owner: '',
    foreign: [],
    fields: {},
    ...(credential === null
      ? {}
      : { credential: { clientId: name, createdAt: 1, delivered: DELIVERED, ...credential } }),
    ...rest,
  };
}

interface Special {
  readonly clients?: readonly DesiredClient[];
  readonly objects?: readonly ActualObject[];
  readonly projected?: readonly DesiredObject[];
  readonly overlaps?: RotationView['actual']['overlaps'];
  readonly ownClientId?: string;
  readonly halfDone?: readonly string[];
}

function choose(request: RotationRequest, special: Special = {}): RotationChoice {
  const { clients = [orders], objects = [found()], projected = [], overlaps = 'unsupported', ownClientId } = special;
  return selectRotations(request, {
    locate: (path) => `memory/${path}`,
    desired: state([], clients),
    projected,
    actual: {
      objects,
      impossible: [],
      listedClients: objects.length,
      overlaps,
      ...(ownClientId === undefined ? {} : { ownClientId }),
    },
    halfDone: new Set(special.halfDone),
    now: NOW,
  });
}

/** The codes and reasons of what is refused. */
const refusals = (request: RotationRequest, special: Special): string[] =>
  choose(request, special).refused.map(({ error }) => `${error.code} ${error.message}`);

describe('selectRotations: a client of a workload', () => {
  const identity = { alias: 'ci', subject: 'the workload' };
  const workload = client('orders', {}, { auth: { federated: { issuer: 'ci', ...identity } } });
  const there = found({ createdAt: undefined, identity }, { fields: { auth: 'federated', identity } });
  const special = { clients: [workload], objects: [there] };

  it('has nothing to rotate: by its name that is refused, and among others it is left out', () => {
    expect(refusals(NAMED, special)).toEqual([expect.stringContaining('client orders has no credential to rotate')]);
    for (const request of [ALL, DUE]) {
      expect(choose(request, special)).toMatchObject({ rotate: [], refused: [], waiting: 0 });
    }
  });
});

describe('selectRotations: a named client', () => {
  it('is rotated where nothing is in the way', () => {
    expect(choose(NAMED)).toMatchObject({ rotate: ['orders'], refused: [], waiting: 0 });
  });

  it.each([
    ['does not exist', { objects: [] }, 'CONFLICT client orders does not exist yet'],
    ['has no credential', { objects: [found(null)] }, 'CONFLICT the credential of orders was never'],
    [
      'was never delivered',
      { objects: [found({ delivered: undefined })] },
      'CONFLICT the credential of orders was never',
    ],
    [
      'keeps its credential with its owner',
      {
        clients: [
          client('orders', {}, { credential: { path: 'orders', rotate: { every: 100, overlap: 10 }, deliver: false } }),
        ],
        objects: [found({ delivered: undefined })],
      },
      'CONFLICT the credential of client orders is kept by its owner',
    ],
    [
      'has its document in another store',
      { objects: [found({ delivered: { ...DELIVERED, place: 'elsewhere/orders' } })] },
      'CONFLICT the credential of orders lies at elsewhere/orders, which is not in this store',
    ],
    [
      'is the one that grantry logs in with',
      { ownClientId: 'orders' },
      'CONFLICT client orders is the one that grantry',
    ],
    [
      'cannot log in',
      { objects: [found({ unusable: 'it is disabled' })] },
      'CONFLICT no credential of client orders is',
    ],
    [
      'is wanted with an overlap that is not known',
      { clients: [withOverlap], overlaps: 'unknown' },
      'NOT_ALLOWED it is not known',
    ],
    [
      'has an overlap that is not known',
      { objects: [found({}, { fields: { overlap: '1h' } })], overlaps: 'unknown' },
      'NOT_ALLOWED it is not known',
    ],
    [
      'has no overlap yet',
      { clients: [withOverlap], overlaps: 'supported' },
      'CONFLICT client orders has no overlap yet',
    ],
    [
      'has an overlap that is not there',
      { clients: [withOverlap], objects: [found({}, { fields: { overlap: '1h' } })], overlaps: 'supported' },
      'CONFLICT the overlap of client orders is not set up as it should be (Rotation/1h)',
    ],
    [
      'is in its overlap',
      { objects: [found({ previousUntil: NOW + 1 })] },
      'ROTATION_IN_OVERLAP client orders is in the',
    ],
  ] satisfies [string, Special, string][])('that %s is refused', (_, special, reason) => {
    expect(refusals(NAMED, special)).toEqual([expect.stringContaining(reason)]);
    expect(choose(NAMED, special).rotate).toEqual([]);
  });

  it('that leaked is revoked though its overlap is not set up: it ends at once', () => {
    const revocation = { ...NAMED, revoke: true };
    expect(choose(revocation, { clients: [withOverlap], overlaps: 'supported' }).rotate).toEqual(['orders']);
    expect(choose(revocation, { clients: [withOverlap], overlaps: 'unknown' }).rotate).toEqual(['orders']);
  });

  it('without an overlap needs none, whatever the server can', () => {
    for (const overlaps of ['unknown', 'supported', 'unsupported'] as const) {
      expect(choose(NAMED, { overlaps }).rotate).toEqual(['orders']);
    }
  });

  it('with an overlap is rotated where that is there as it is wanted', () => {
    const overlap = (seconds: number, name = '1h'): ActualObject =>
      found(null, { address: addressOf('Rotation', name), fields: { seconds } });
    const wanted = { address: addressOf('Rotation', '1h'), owner: '', fields: { seconds: 3600 }, notes: {} };
    const mine = found({}, { fields: { overlap: '1h' } });
    const choice = (there: readonly ActualObject[], projected: readonly DesiredObject[]): readonly string[] =>
      choose(NAMED, { clients: [withOverlap], objects: [mine, ...there], projected, overlaps: 'supported' }).rotate;
    expect(choice([overlap(3600)], [wanted])).toEqual(['orders']);
    expect(choice([overlap(3600)], [])).toEqual(['orders']);
    expect(choice([overlap(60)], [wanted])).toEqual([]);
    expect(choice([overlap(3600, '2h')], [])).toEqual([]);
  });

  it('in its overlap is rotated with --force, to revoke, to finish a rotation, and where anybody can guess its secret', () => {
    const objects = [found({ previousUntil: NOW + 1 })];
    expect(choose({ ...NAMED, force: true }, { objects }).rotate).toEqual(['orders']);
    expect(choose({ ...NAMED, revoke: true }, { objects }).rotate).toEqual(['orders']);
    expect(choose(NAMED, { objects, halfDone: ['orders'] }).rotate).toEqual(['orders']);
    expect(choose(NAMED, { objects: [found({ previousUntil: NOW + 1, guessable: true })] }).rotate).toEqual(['orders']);
    expect(choose(NAMED, { objects: [found({ previousUntil: NOW })] }).rotate).toEqual(['orders']);
  });

  it('that cannot log in is revoked all the same', () => {
    const objects = [found({ unusable: 'it is disabled' })];
    expect(choose({ ...NAMED, revoke: true }, { objects }).rotate).toEqual(['orders']);
    expect(choose({ ...NAMED, force: true }, { objects }).rotate).toEqual([]);
  });
});

describe('selectRotations: a client that is declared as disabled', () => {
  const disabled = { ...orders, state: 'disabled' as const };
  const special = { clients: [disabled], objects: [found({ unusable: 'it is disabled' })] };

  it('is refused by its name, with the way out, and left out among others', () => {
    expect(refusals(NAMED, special)).toEqual([expect.stringContaining('CONFLICT client orders is disabled')]);
    expect(choose(NAMED, special).refused[0]?.error.hint).toContain('spec.state');
    for (const request of [ALL, DUE]) {
      expect(choose(request, special)).toMatchObject({ rotate: [], refused: [], disabled: ['orders'] });
    }
  });

  it('is left out where it is not disabled yet, too', () => {
    expect(choose(DUE, { clients: [disabled] })).toMatchObject({ rotate: [], refused: [], disabled: ['orders'] });
  });

  it('is revoked all the same: what leaked is of use once it is enabled', () => {
    for (const request of [
      { ...NAMED, revoke: true },
      { ...ALL, revoke: true },
    ]) {
      expect(choose(request, special)).toMatchObject({ rotate: ['orders'], refused: [], disabled: [] });
    }
  });

  it('has a rotation finished that was cut off', () => {
    expect(choose(DUE, { ...special, halfDone: ['orders'] })).toMatchObject({
      finish: ['orders'],
      refused: [],
      disabled: ['orders'],
    });
  });
});

/** Delivered, with a secret of that time. */
const delivered = (name: string, createdAt: number | undefined, rest: Partial<ActualCredential> = {}): ActualObject =>
  found(
    { createdAt, delivered: { ...DELIVERED, place: `memory/${name}`, path: name }, ...rest },
    {
      address: addressOf('Client', name),
    },
  );

describe('selectRotations: due, or all', () => {
  const clients = ['a', 'b', 'c'].map((name) => client(name, {}, { credential: { ...orders.credential, path: name } }));

  it('chooses what is due, the oldest first', () => {
    const objects = [delivered('a', NOW - 101), delivered('b', NOW - 99), delivered('c', NOW - 102)];
    expect(choose(DUE, { clients, objects }).rotate).toEqual(['c', 'a']);
    expect(choose(ALL, { clients, objects }).rotate).toEqual(['c', 'a', 'b']);
  });

  it('chooses what can be guessed, and what nobody knows the age of, before all else', () => {
    const objects = [delivered('a', NOW - 200), delivered('b', NOW, { guessable: true }), delivered('c', undefined)];
    expect(choose(DUE, { clients, objects }).rotate).toEqual(['b', 'c', 'a']);
  });

  it('leaves out what is not there, and what was never delivered', () => {
    const objects = [delivered('a', NOW), delivered('b', NOW, { delivered: undefined })];
    expect(choose(ALL, { clients, objects })).toMatchObject({ rotate: ['a'], refused: [] });
  });

  it("refuses what is somebody else's, whether it is due or not", () => {
    const foreign = [{ what: 'client a', stack: 'theirs' }];
    for (const request of [ALL, DUE]) {
      expect(refusals(request, { clients, objects: [{ ...delivered('a', NOW), foreign }] })).toEqual([
        expect.stringContaining('CONFLICT client a'),
      ]);
    }
  });

  it('takes so many at most, and counts the rest', () => {
    const objects = clients.map(({ name }) => delivered(name, 1));
    expect(choose({ ...ALL, max: 1 }, { clients, objects })).toMatchObject({ rotate: ['a'], waiting: 2 });
    expect(choose({ ...DUE, max: 2 }, { clients, objects })).toMatchObject({ rotate: ['a', 'b'], waiting: 1 });
  });

  it('says which wait for the end of their overlap, as no error', () => {
    const objects = [delivered('a', 1, { previousUntil: NOW + 1 }), delivered('b', 1)];
    expect(choose(DUE, { clients, objects })).toMatchObject({ rotate: ['b'], inOverlap: ['a'], refused: [] });
    expect(choose({ ...ALL, force: true }, { clients, objects })).toMatchObject({ rotate: ['a', 'b'], inOverlap: [] });
  });

  it('staggers: some sooner than they must be, never later, and each always by the same time', () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      client(`svc-${index}`, {}, { credential: { path: `svc-${index}`, rotate: { every: 1000, overlap: 0 } } }),
    );
    const chosen = (age: number, stagger = true): readonly string[] =>
      choose({ ...DUE, stagger }, { clients: many, objects: many.map(({ name }) => delivered(name, NOW - age)) })
        .rotate;
    expect(chosen(749)).toEqual([]);
    expect(chosen(900).length).toBeGreaterThan(0);
    expect(chosen(900).length).toBeLessThan(20);
    expect(chosen(900, false)).toEqual([]);
    expect(chosen(1000)).toHaveLength(20);
  });
});

const retired = (previousUntil: number | undefined, special: Special = {}, rest: Partial<ActualObject> = {}) =>
  choose(NONE, { objects: [found(previousUntil === undefined ? {} : { previousUntil }, rest)], ...special }).retire;

describe('selectRotations: what runs before left', () => {
  it('is finished, unless it is rotated anyway, or cannot be', () => {
    expect(choose(NONE, { halfDone: ['orders'] })).toMatchObject({ rotate: [], finish: ['orders'], refused: [] });
    expect(choose(NAMED, { halfDone: ['orders'] })).toMatchObject({ rotate: ['orders'], finish: [] });
    const gone = choose(NONE, { halfDone: ['orders'], objects: [] });
    expect([gone.finish, gone.refused.map(({ address }) => address)]).toEqual([[], ['Client/orders']]);
  });

  it('are previous secrets: those that had their time, and an hour more, of clients of the stack', () => {
    expect(retired(NOW - 3601)).toHaveLength(1);
    expect(retired(NOW - 3600)).toEqual([]);
    expect(retired(undefined)).toEqual([]);
    expect(retired(NOW - 3601, { ownClientId: 'orders' })).toEqual([]);
    expect(retired(NOW - 3601, {}, { foreign: [{ what: 'client orders', stack: undefined }] })).toEqual([]);
    expect(retired(NOW - 3601, { halfDone: ['orders'] })).toEqual([]);
  });
});

it.each([
  [NAMED, { kind: 'rotate', mayBeDone: true }],
  [DUE, { kind: 'rotate', mayBeDone: false }],
  [ALL, { kind: 'rotate', mayBeDone: false }],
  [
    { ...NAMED, revoke: true },
    { kind: 'revoke', mayBeDone: false },
  ],
  [
    { ...ALL, revoke: true },
    { kind: 'revoke', mayBeDone: false },
  ],
])(
  'howToRotate: what %j asks for is done anew, but where a client is named that was rotated just now',
  (request, how) => {
    expect(howToRotate(request)).toEqual(how);
  },
);
