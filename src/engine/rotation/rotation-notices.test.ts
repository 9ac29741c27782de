import { describe, expect, it } from 'vitest';
import { addressOf } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { ActualState } from '../../model/state.ts';
import { testTarget } from '../../../test/support/bench/random-states.ts';
import { disabledNotices, endingNotices, rotationNotices, waitingNotices } from './rotation-notices.ts';

const DAY = 86_400;
const NOW = 1_800_000_000;

function client(name: string, overlap = 2 * DAY): DesiredClient {
  return {
    name,
    clientId: name,
    owner: 'team',
    description: '',
    labels: {},
    access: [],
    auth: 'client_secret_basic',
    state: 'enabled',
    credential: { path: name, rotate: { every: 90 * DAY, overlap } },
    settings: { kind: 'memory' },
    position: { file: 'a.yaml', line: 1, column: 1 },
  };
}

function state(...clients: DesiredClient[]): DesiredState {
  return { target: testTarget(), apis: [], clients, overlaps: [] };
}

/** Clients with the ages of their secrets, in days. */
function actual(ages: Readonly<Record<string, number>>, more: Partial<ActualState> = {}): ActualState {
  const objects = Object.entries(ages).map(([name, days]) => ({
    address: addressOf('Client', name),
    id: name,
    owner: 'team',
    foreign: [],
    fields: {},
    credential: { clientId: name, createdAt: NOW - days * DAY, delivered: undefined },
  }));
  return { objects, impossible: [], listedClients: objects.length, overlaps: 'supported', ...more };
}

describe('notices beside a plan', () => {
  const kept = { ...client('a'), credential: { ...client('a').credential, deliver: false as const } };

  it('call nothing overdue whose owner keeps the credential, and expect no overlap for it', () => {
    const old = actual({ a: 91 }, { overlaps: 'unsupported' });
    expect(rotationNotices({ desired: state(kept), actual: old, now: NOW })).toEqual([]);
    expect(rotationNotices({ desired: state(client('a')), actual: old, now: NOW })).toHaveLength(2);
  });

  it('name those whose secret anybody can guess, and that no plan replaces', () => {
    const { objects, ...rest } = actual({ a: 1 });
    const guessable = objects.map((object) => ({
      ...object,
      credential: {
        ...object.credential,
        clientId: 'a',
        createdAt: NOW,
        delivered: undefined,
        guessable: true as const,
      },
    }));
    const notices = rotationNotices({ desired: state(kept), actual: { ...rest, objects: guessable }, now: NOW });
    expect(notices).toEqual([expect.stringContaining('Anybody can guess the secret of a,')]);
  });

  it("call nothing overdue that is somebody else's, or that a plan replaces as anybody can guess it", () => {
    const { objects, ...rest } = actual({ a: 91 });
    const overdue = (special: Partial<ActualState['objects'][number]>): readonly string[] =>
      rotationNotices({
        desired: state(client('a')),
        actual: { ...rest, objects: objects.map((object) => ({ ...object, ...special })) },
        now: NOW,
      });
    expect(overdue({})).toEqual([expect.stringContaining('1 credential is overdue: a')]);
    expect(overdue({ foreign: [{ what: 'client a', stack: undefined }] })).toEqual([]);
    expect(overdue({ credential: { clientId: 'a', createdAt: 1, delivered: undefined, guessable: true } })).toEqual([]);
  });

  it('call nothing overdue that is disabled, which is not rotated', () => {
    const desired = state({ ...client('a'), state: 'disabled' });
    expect(rotationNotices({ desired, actual: actual({ a: 91 }), now: NOW })).toEqual([]);
  });

  it('name clients that were left out as they are disabled', () => {
    expect(disabledNotices([])).toEqual([]);
    expect(disabledNotices(['a'])).toEqual([expect.stringContaining('a is disabled and left out')]);
    expect(disabledNotices(['a', 'b'])).toEqual([expect.stringContaining('a, b are disabled and left out')]);
  });

  it('call nothing overdue that has no credential: its workload logs in by itself', () => {
    const auth = { federated: { issuer: 'ci', alias: 'ci', subject: 'the workload' } };
    const desired = state({ ...client('a'), auth });
    expect(rotationNotices({ desired, actual: actual({ a: 1000 }, { overlaps: 'unsupported' }), now: NOW })).toEqual(
      [],
    );
  });

  it('say nothing where all is young and the server keeps previous secrets', () => {
    expect(rotationNotices({ desired: state(client('a')), actual: actual({ a: 89 }), now: NOW })).toEqual([]);
  });

  it('name one that is overdue, with its name, its age and what to do', () => {
    expect(
      rotationNotices({ desired: state(client('billing-export')), actual: actual({ 'billing-export': 94 }), now: NOW }),
    ).toEqual([
      '1 credential is overdue: billing-export, 94 days (limit 90). Rotate it with: grantry rotate -t test billing-export',
    ]);
  });

  it('name the oldest of many, and of one command for all', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const ages = Object.fromEntries(names.map((name, index) => [name, 100 + index]));
    const [notice] = rotationNotices({
      desired: state(...names.map((name) => client(name))),
      actual: actual(ages),
      now: NOW,
    });
    expect(notice).toMatch(/^6 credentials are overdue: f \(105 days\), .* and 1 more\. .*--due$/);
  });

  it('say that there is a gap where the server keeps none, unless no manifest wants it', () => {
    const gone = actual({ a: 1 }, { overlaps: 'unsupported' });
    expect(rotationNotices({ desired: state(client('a')), actual: gone, now: NOW })).toEqual([
      expect.stringContaining('No overlap here'),
    ]);
    expect(rotationNotices({ desired: state(client('a', 0)), actual: gone, now: NOW })).toEqual([]);
    const otherwise = actual({ a: 1 }, { overlaps: 'unsupported', noGapWith: 'private_key_jwt' });
    expect(rotationNotices({ desired: state(client('a')), actual: otherwise, now: NOW })).toEqual([
      expect.stringContaining('there is no gap with private_key_jwt'),
    ]);
    const unknown = actual({ a: 1 }, { overlaps: 'unknown' });
    expect(rotationNotices({ desired: state(client('a')), actual: unknown, now: NOW })).toEqual([
      expect.stringContaining('is not known here'),
    ]);
  });

  it('warn before a rotation whose previous secret, still accepted, it ends', () => {
    const { objects, ...rest } = actual({ a: 1, b: 1, c: 1 });
    const until: Readonly<Record<string, object>> = { a: { previousUntil: NOW + DAY }, b: { previousUntil: NOW } };
    const rotated = objects.map((object) => ({
      ...object,
      credential: { clientId: object.id, createdAt: NOW, delivered: undefined, ...until[object.id] },
    }));
    const of = (now: number): string[] =>
      endingNotices(['a', 'b', 'c', 'new'], { actual: { ...rest, objects: rotated }, now });
    const end = 'the previous credential, which is still accepted, ends at once.';
    expect(of(NOW)).toEqual([`a is in the overlap of its last rotation: ${end}`]);
    expect(of(NOW - 1)).toEqual([`2 clients are in the overlap of their last rotation: ${end}`]);
    expect(of(NOW + DAY)).toEqual([]);
  });

  it('name a change that waits for the end of an overlap', () => {
    const { objects, ...rest } = actual({ a: 1 });
    const rotated = objects.map((object) => ({
      ...object,
      credential: { clientId: 'a', createdAt: NOW, delivered: undefined, previousUntil: NOW + DAY },
    }));
    const change = {
      op: 'update' as const,
      address: addressOf('Client', 'a'),
      owner: 'team',
      id: 'a',
      reason: '',
      dependsOn: [],
      notes: {},
      before: { overlap: '48h' },
      after: { overlap: null },
    };
    const input = { actual: { ...rest, objects: rotated }, now: NOW };
    expect(waitingNotices([change], input)).toEqual([expect.stringContaining('Client/a was rotated')]);
    expect(waitingNotices([{ ...change, after: { overlap: '24h' } }], input)).toEqual([]);
    expect(waitingNotices([change], { ...input, now: NOW + 2 * DAY })).toEqual([]);
  });
});
