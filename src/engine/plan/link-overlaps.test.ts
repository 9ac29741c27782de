import { expect, test } from 'vitest';
import { updateClient } from '../../../test/support/bench/plans.ts';
import type { Change, DeleteChange, UpdateChange } from '../../model/plan.ts';
import { linkOverlaps } from './link-overlaps.ts';

const ROTATION = { address: 'Rotation/48h', owner: '', id: 'r', reason: '', dependsOn: [], notes: {} } as const;
const changed: UpdateChange = { ...ROTATION, op: 'update', before: { seconds: 1 }, after: { seconds: 2 } };
const deleted: DeleteChange = { ...ROTATION, op: 'delete', before: { seconds: 1 } };

function needs(...changes: readonly Change[]): Record<string, readonly string[]> {
  return Object.fromEntries(linkOverlaps(changes).map(({ address, dependsOn }) => [address, dependsOn]));
}

test('a client waits for the overlap that it is to have, and for the one that it had', () => {
  const gains = updateClient('gains', { overlap: null }, { overlap: '48h' });
  const loses = updateClient('loses', { overlap: '48h' }, { overlap: null });
  const never = updateClient('never', { overlap: '24h' }, { overlap: null });
  expect(needs(changed, gains, loses, never)).toEqual({
    'Rotation/48h': [],
    'Client/gains': ['Rotation/48h'],
    'Client/loses': ['Rotation/48h'],
    'Client/never': [],
  });
});

test('an overlap goes after the clients that had it', () => {
  const loses = updateClient('loses', { overlap: '48h' }, { overlap: null });
  const other = updateClient('other', { overlap: '24h' }, { overlap: null });
  expect(needs(deleted, loses, other)).toEqual({
    'Rotation/48h': ['Client/loses'],
    'Client/loses': [],
    'Client/other': [],
  });
});
