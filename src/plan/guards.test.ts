import { describe, expect, it } from 'vitest';
import { addressOf } from '../model/address.ts';
import type { DeleteChange, Plan } from '../model/plan.ts';
import type { Guards } from '../model/target.ts';
import { brokenGuards } from './guards.ts';

const GUARDS: Guards = {
  maxDeletes: 5,
  maxDeletePercent: 20,
  protect: ['billing-*', 'vault'],
  maxCredentialAge: undefined,
};

function deleteOf(kind: 'Api' | 'Client', name: string): DeleteChange {
  const address = addressOf(kind, name);
  return { op: 'delete', address, owner: '', id: name, before: {}, reason: '', dependsOn: [], notes: {} };
}

function planOf(...changes: DeleteChange[]): Plan {
  const unchanged = { apis: 0, clients: 0 };
  return { target: 'dev', stack: 'acme', provider: '', store: '', changes, conflicts: [], unchanged };
}

const clients = (count: number): DeleteChange[] =>
  Array.from({ length: count }, (_, index) => deleteOf('Client', `c${index}`));
const broken = (plan: Plan, owned: number): string[] => brokenGuards(plan, GUARDS, owned).map(({ guard }) => guard);

describe('brokenGuards', () => {
  it('lets a plan without deletes through', () => {
    expect(broken(planOf(), 0)).toEqual([]);
  });

  it('counts deletes of any kind', () => {
    expect(broken(planOf(...clients(5)), 100)).toEqual([]);
    expect(broken(planOf(...clients(5), deleteOf('Api', 'a')), 100)).toEqual(['maxDeletes']);
  });

  it('judges shares from ten clients up', () => {
    expect(broken(planOf(...clients(5)), 9)).toEqual([]);
    expect(broken(planOf(...clients(2)), 10)).toEqual([]);
    expect(broken(planOf(...clients(3)), 10)).toEqual(['maxDeletePercent']);
  });

  it('protects by metadata.name', () => {
    expect(broken(planOf(deleteOf('Client', 'billing-export'), deleteOf('Api', 'vault')), 100)).toEqual([
      'protect',
      'protect',
    ]);
    expect(broken(planOf(deleteOf('Client', 'rebilling-export')), 100)).toEqual([]);
  });

  it('says the numbers', () => {
    expect(brokenGuards(planOf(...clients(6)), GUARDS, 12)).toEqual([
      { guard: 'maxDeletes', reason: '6 deletes, and the target allows 5' },
      { guard: 'maxDeletePercent', reason: '6 of 12 clients (50 %) would be deleted, and the target allows 20 %' },
    ]);
  });
});
