import { describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import type { Client } from '../../../test/support/bench/declared.ts';
import type { ActualCredential, ActualObject, ActualState, Fields } from '../../model/state.ts';
import { isKeptByOwner, undeliveredConflicts, withOwnersCredentials } from './undelivered.ts';

const KEPT = { path: 'orders', rotate: { every: 100, overlap: 10 }, deliver: false } as const;
const DELIVERED = { at: 7, place: 'store/orders', path: 'orders', facts: 'digest' };

const kept = (special: Partial<Client> = {}): Client => client('orders', {}, { credential: KEPT, ...special });

function there(fields: Fields = {}, credential: Partial<ActualCredential> = {}): ActualObject {
  return {
    address: 'Client/orders',
    id: 'id',
    owner: '',
    foreign: [],
    fields,
    credential: { clientId: 'orders', createdAt: 7, delivered: undefined, ...credential },
  };
}

const actual = (...objects: ActualObject[]): ActualState => ({ objects, impossible: [], listedClients: 1 });

describe('isKeptByOwner', () => {
  it('is true of a client that says so and of which nothing was delivered', () => {
    expect(isKeptByOwner(kept(), there())).toBe(true);
  });

  it.each<[string, Client, ActualObject]>([
    ['that says nothing', client('orders'), there()],
    ['whose credential was delivered before', kept(), there({}, { delivered: DELIVERED })],
  ])('is false of a client %s', (_, wanted, object) => {
    expect(isKeptByOwner(wanted, object)).toBe(false);
  });
});

describe('withOwnersCredentials', () => {
  const projected = [
    {
      address: 'Client/orders',
      owner: '',
      fields: { strayKeys: [], endedKeys: [], signingAlg: 'ES256', a: 1 },
      notes: {},
    },
  ] as const;
  const fieldsFor = (wanted: Client, found: Fields): Fields | undefined =>
    withOwnersCredentials(projected, state([], [wanted]), actual(there(found)))[0]?.fields;

  it('leaves the keys of an owner who keeps them, and nothing else, as they are', () => {
    const found = { strayKeys: ['k'], endedKeys: ['e'], signingAlg: 'RS256', a: 2 };
    expect(fieldsFor(kept(), found)).toEqual({ strayKeys: ['k'], endedKeys: ['e'], signingAlg: 'ES256', a: 1 });
  });

  it('leaves it open with what they sign, where it is', () => {
    expect(fieldsFor(kept(), { strayKeys: ['k'], endedKeys: [], signingAlg: 'any' })).toMatchObject({
      signingAlg: 'any',
    });
  });

  it('leaves nothing of a client whose credential is delivered', () => {
    expect(fieldsFor(client('orders'), { strayKeys: ['k'], signingAlg: 'any' })).toEqual(projected[0].fields);
  });
});

const reasons = (wanted: Client, ...objects: ActualObject[]): string[] =>
  undeliveredConflicts(state([], [wanted]), actual(...objects)).map(({ reason }) => reason);

describe('undeliveredConflicts', () => {
  it('refuses to make a client whose credential nobody would get', () => {
    expect(reasons(kept())).toEqual([expect.stringContaining('it is not there')]);
  });

  it('refuses to give up what was delivered: consumers may read it', () => {
    expect(reasons(kept(), there({ auth: 'any' }, { delivered: DELIVERED }))).toEqual([
      expect.stringContaining('was delivered to store/orders'),
    ]);
  });

  it('refuses another way to authenticate, for which a credential would have to be made', () => {
    const auth = { private_key_jwt: { alg: 'RS256' } } as const;
    expect(reasons(kept({ auth }), there({ auth: 'client_secret_basic' }))).toEqual([
      expect.stringContaining('with private_key_jwt it needs another credential'),
    ]);
  });

  it.each<[string, Client, ActualObject[]]>([
    ['that is there', kept(), [there({ auth: 'client_secret_basic' })]],
    [
      'whose keys may sign with anything',
      kept({ auth: { private_key_jwt: { alg: 'ES256' } } }),
      [there({ auth: 'private_key_jwt', signingAlg: 'any' })],
    ],
    ['that says nothing and is not there', client('orders'), []],
  ])('has nothing against a client %s', (_, wanted, objects) => {
    expect(reasons(wanted, ...objects)).toEqual([]);
  });
});
