import type { Address } from '../../model/address.ts';
import type { Change } from '../../model/plan.ts';

/** A change that is carried out after those of these addresses too. */
export function dependingOn(change: Change, needs: readonly (Address | undefined)[]): Change {
  const all = new Set([...change.dependsOn, ...needs.filter((address) => address !== undefined)]);
  return all.size === change.dependsOn.length ? change : { ...change, dependsOn: [...all].toSorted() };
}
