import { addressOf, isKind } from '../model/address.ts';
import type { Address } from '../model/address.ts';
import type { Change } from '../model/plan.ts';
import type { ActualObject, Fields } from '../model/state.ts';

/**
 * A client whose secret before may still be accepted must not be written to before its overlap is set up as it should
 * be: the server would end it. And an overlap goes only after the clients that had it.
 */
export function linkOverlaps(
  changes: readonly Change[],
  actualOf: ReadonlyMap<Address, ActualObject>,
): readonly Change[] {
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
    if (actualOf.get(change.address)?.credential?.previousUntil === undefined) return change;
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

function dependingOn(change: Change, needs: readonly (Address | undefined)[]): Change {
  const all = new Set([...change.dependsOn, ...needs.filter((address) => address !== undefined)]);
  return all.size === change.dependsOn.length ? change : { ...change, dependsOn: [...all].toSorted() };
}
