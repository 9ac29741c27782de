import { describe, expect, it } from 'vitest';
import { addressOf } from '../../model/address.ts';
import type { Change, DeleteChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import type { Guards } from '../../model/target.ts';
import { brokenGuards } from './guards.ts';
import type { GuardedState } from './guards.ts';

const GUARDS: Guards = {
  maxDeletes: 5,
  maxDeletePercent: 20,
  protect: ['billing-*', 'vault'],
  maxCredentialAge: undefined,
};

function deleteOf(kind: 'Api' | 'Client' | 'Issuer', name: string): DeleteChange {
  const address = addressOf(kind, name);
  return { op: 'delete', address, owner: '', id: name, before: {}, reason: '', dependsOn: [], notes: {} };
}

const clients = (count: number): DeleteChange[] =>
  Array.from({ length: count }, (_, index) => deleteOf('Client', `c${index}`));
const state = (ownedClients: number): GuardedState => ({ ownedClients, ownedApis: 1, knownClients: undefined });
const broken = (changes: readonly Change[], owned: number): string[] =>
  brokenGuards(changes, GUARDS, state(owned)).map(({ guard }) => guard);

describe('brokenGuards', () => {
  it('lets a plan without deletes through', () => {
    expect(broken([], 0)).toEqual([]);
  });

  it('counts deletes of any kind', () => {
    expect(broken(clients(5), 100)).toEqual([]);
    expect(broken([...clients(5), deleteOf('Api', 'a')], 100)).toEqual(['maxDeletes']);
  });

  it('judges shares from ten clients up', () => {
    expect(broken(clients(5), 9)).toEqual([]);
    expect(broken(clients(2), 10)).toEqual([]);
    expect(broken(clients(3), 10)).toEqual(['maxDeletePercent']);
  });

  it('counts issuers, and protects them by what the provider calls them', () => {
    expect(broken([...clients(5), deleteOf('Issuer', 'github')], 100)).toEqual(['maxDeletes']);
    const renamed = { ...deleteOf('Issuer', 'github'), before: { alias: 'billing-github' } };
    expect(broken([renamed], 100)).toEqual(['protect']);
  });

  it('protects by metadata.name', () => {
    expect(broken([deleteOf('Client', 'billing-export'), deleteOf('Api', 'vault')], 100)).toEqual([
      'protect',
      'protect',
    ]);
    expect(broken([deleteOf('Client', 'rebilling-export')], 100)).toEqual([]);
    expect(brokenGuards([deleteOf('Client', 'vault')], { ...GUARDS, protect: [] }, state(100))).toEqual([]);
  });

  it('protects from being adopted, and from nothing else', () => {
    const { op: _op, ...base } = deleteOf('Client', 'billing-export');
    const adopt: Change = { ...base, op: 'adopt', from: [null], after: {} };
    const update: Change = { ...base, op: 'update', after: {} };
    expect(brokenGuards([adopt], GUARDS, state(100))).toEqual([
      { guard: 'protect', reason: 'Client/billing-export is protected and would be adopted' },
    ]);
    expect(broken([update], 100)).toEqual([]);
    expect(broken([{ ...adopt, address: 'Client/orders' }], 100)).toEqual([]);
  });

  it.each<[string, Partial<DeleteChange>]>([
    ['its client_id', { before: { clientId: 'billing-core', name: 'other' } }],
    ['the name in its mark', { before: { clientId: 'other', name: 'billing-core' } }],
    ['the Api that its scopes are marked for', { before: { scopes: { 'a:b': { markedFor: 'billing-core' } } } }],
  ])('protects by %s too', (_, special) => {
    const change = { ...deleteOf('Client', 'other'), ...special };
    expect(brokenGuards([change], GUARDS, state(100))).toEqual([
      { guard: 'protect', reason: 'Client/other is billing-core, which is protected, and would be deleted' },
    ]);
  });

  it('protects from a new name, under which it could be deleted next', () => {
    const { op: _op, ...base } = deleteOf('Client', 'checkout');
    const update = (before: Fields, after: Fields): Change => ({ ...base, op: 'update', before, after });
    expect(broken([update({ name: 'billing-core', clientId: 'x' }, { name: 'checkout', clientId: 'x' })], 100)).toEqual(
      ['protect'],
    );
    const kept = update({ name: 'billing-core', clientId: 'x' }, { name: 'checkout', clientId: 'billing-core' });
    expect(broken([kept, update({ name: 'a', clientId: 'x' }, { name: 'b', clientId: 'x' })], 100)).toEqual([]);
  });

  it('says the numbers', () => {
    expect(brokenGuards(clients(6), GUARDS, state(12))).toEqual([
      { guard: 'maxDeletes', reason: '6 deletes, and the target allows 5' },
      { guard: 'maxDeletePercent', reason: '6 of 12 clients (50 %) would be deleted, and the target allows 20 %' },
    ]);
  });

  it('takes a listing that lost everything for a fault, not for an empty target', () => {
    const create: Change = {
      op: 'create',
      address: 'Client/a',
      owner: '',
      after: {},
      reason: '',
      dependsOn: [],
      notes: {},
    };
    const empty = { ownedClients: 0, ownedApis: 0 };
    expect(brokenGuards([create], GUARDS, { ...empty, knownClients: 3 })).toMatchObject([{ guard: 'vanished' }]);
    expect(brokenGuards([create], GUARDS, { ...empty, knownClients: 0 })).toEqual([]);
    expect(brokenGuards([create], GUARDS, { ...empty, knownClients: undefined })).toEqual([]);
    expect(brokenGuards([create], GUARDS, { ownedClients: 0, ownedApis: 1, knownClients: 3 })).toEqual([]);
  });
});
