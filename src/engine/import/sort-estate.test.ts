import { expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import type { LeftOut } from '../../model/estate.ts';
import { sortEstate } from './sort-estate.ts';

function unsaid(id: string, stack: string, name: string): LeftOut {
  const mark = { stack, name, owner: undefined };
  return { kind: 'Client', id, displayName: id, mark, facts: {}, reason: 'mixed', why: 'Why.', todo: 'Todo.' };
}

it('goes by the marks of what cannot be said, too: manifests declare it, or it is left to its stack', () => {
  const leftOut = [unsaid('1', 'acme', 'audit'), unsaid('2', 'others', 'shop'), unsaid('3', 'acme', 'lost')];
  const sorted = sortEstate({ apis: [], clients: [], leftOut }, state([], [client('audit')]), false);
  expect(sorted.declared).toEqual([{ address: 'Client/audit', id: '1' }]);
  expect(sorted.leftOut.map(({ id, reason }) => [id, reason])).toEqual([
    ['2', 'other-stack'],
    ['3', 'mixed'],
  ]);
});
