import { expect, test } from 'vitest';
import { deleteClient, delivery, updateClient } from '../../../test/support/bench/plans.ts';
import type { Change } from '../../model/plan.ts';
import { mayTakeDocument, parseAdoption, unusedPatterns } from './adoption.ts';

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

test('a pattern for objects of a stack is of no use where one without a mark is in the way', () => {
  const conflicts = [{ address: 'Client/orders' as const, reason: 'no mark says that this stack owns it', hint: '' }];
  const patterns = ['Client/orders@theirs'];
  expect(unusedPatterns({ changes: [], conflicts }, parseAdoption(patterns))).toEqual(patterns);
});

test('a pattern is of use where it takes over a document alone, which carries no mark of any stack', () => {
  const changes: Change[] = [
    { ...updateClient('orders', {}, {}), delivery: { ...delivery('orders', 'unmarked'), adopt: true } },
  ];
  const idle = unusedPatterns({ changes, conflicts: [] }, parseAdoption(['Client/orders', 'Client/orders@theirs']));
  expect(idle).toEqual(['Client/orders@theirs']);
});

test.each([
  ['Client/orders', true],
  ['Client/*', true],
  ['Client/other', false],
  ['Client/*@theirs', false],
])('mayTakeDocument: --adopt %s takes over a document without a mark: %s', (pattern, may) => {
  expect(mayTakeDocument('Client/orders', parseAdoption([pattern]))).toBe(may);
});

test.each(['orders', 'Client/', 'Rotation/48h', 'Client/orders@'])('parseAdoption refuses %s', (pattern) => {
  expect(() => parseAdoption(['Api/stock', pattern])).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: `--adopt ${pattern} names no address` }),
  );
});
