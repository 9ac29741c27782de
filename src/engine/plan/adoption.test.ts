import { expect, test } from 'vitest';
import { deleteClient, updateClient } from '../../../test/support/bench/plans.ts';
import type { Change } from '../../model/plan.ts';
import { unusedPatterns, parseAdoption } from './adoption.ts';

const adopted = (name: string, ...from: (string | null)[]): Change => ({
  ...updateClient(name, {}, {}),
  op: 'adopt',
  from,
});

test.each([
  [['Client/orders'], []],
  [['Client/*'], []],
  [['Client/order'], ['Client/order']],
  [['Client/orders@theirs'], ['Client/orders@theirs']],
  [['Client/shared@theirs', 'Client/gone'], ['Client/gone']],
  [['Api/*'], ['Api/*']],
])('of %j those take nothing over: %j', (patterns, idle) => {
  const changes = [adopted('orders', null), adopted('shared', 'theirs'), deleteClient('gone')];
  expect(unusedPatterns({ changes, conflicts: [] }, parseAdoption(patterns))).toEqual(idle);
});

test('what is still in the way was meant, if not reached', () => {
  const conflicts = [{ address: 'Client/orders' as const, reason: 'belongs to the stack theirs', hint: '' }];
  expect(unusedPatterns({ changes: [], conflicts }, parseAdoption(['Client/orders', 'Client/o']))).toEqual([
    'Client/o',
  ]);
});
