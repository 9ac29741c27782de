import { addressOf, isKind } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { Change } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import { dependingOn } from './depending-on.ts';

/**
 * A client that has an overlap is written to only once that is set up as it should be: before, the server would end what
 * is left of one, and answers some requests with an error of its own. And an overlap goes after the clients that had it.
 */
export function linkOverlaps(changes: readonly Change[]): readonly Change[] {
  const rotations = changes.filter(({ address }) => isKind(address, 'Rotation'));
  if (rotations.length === 0) return changes;
  const set = new Set(rotations.flatMap(({ address, op }) => (op === 'delete' ? [] : [address])));
  return changes.map((change) => {
    if (isKind(change.address, 'Rotation')) {
      if (change.op !== 'delete') return change;
      const users = changes.filter((user) => isKind(user.address, 'Client') && hadOverlap(user) === change.address);
      return dependingOn(
        change,
        users.map(({ address }) => address),
      );
    }
    const overlaps = [hadOverlap(change), 'after' in change ? overlapIn(change.after) : undefined];
    return dependingOn(
      change,
      overlaps.filter((address) => address !== undefined && set.has(address)),
    );
  });
}

function hadOverlap(change: Change): Address | undefined {
  return 'before' in change ? overlapIn(change.before) : undefined;
}

/** The overlap in a client's fields, of any provider that has some. */
function overlapIn({ overlap }: Fields): Address | undefined {
  return typeof overlap === 'string' ? addressOf('Rotation', overlap) : undefined;
}
