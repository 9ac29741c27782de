import { isKind } from '../model/address.ts';
import type { Address } from '../model/address.ts';
import type { Change, Conflict } from '../model/plan.ts';
import type { ActualObject, ActualState, DesiredObject } from '../model/state.ts';
import { partsInTheWay } from './adoption.ts';
import type { Adoption } from './adoption.ts';

/**
 * What is in the way of a plan: objects of others, scopes that others use, objects that cannot be. Of a plan of a part,
 * `reach` is what it concerns.
 */
export function findConflicts(
  projected: readonly DesiredObject[],
  changes: readonly Change[],
  actual: ActualState,
  adoption: Adoption,
  reach?: ReadonlySet<Address>,
): Conflict[] {
  const actualOf = new Map(actual.objects.map((object) => [object.address, object]));
  return [
    ...actual.impossible.filter(({ address }) => reach === undefined || reach.has(address)),
    ...projected.flatMap(({ address }) => ownershipConflicts(address, actualOf.get(address), adoption)),
    ...changes.flatMap((change) => removedScopeConflicts(change, actualOf.get(change.address))),
  ];
}

function ownershipConflicts(address: Address, actual: ActualObject | undefined, adoption: Adoption): Conflict[] {
  if (actual === undefined) return [];
  const other = isKind(address, 'Api') ? 'Set managed: false to grant it only' : 'Give the manifest another name';
  return partsInTheWay(actual, adoption).map(({ what, stack }) =>
    stack === undefined
      ? {
          address,
          reason: `${what} exists already, and no mark says that this stack owns it`,
          hint: `Give the manifest another name, or take the object over with --adopt ${address}.`,
        }
      : {
          address,
          reason: `${what} belongs to the stack ${stack}`,
          hint: `${other}, or take it over with --adopt ${address}@${stack}.`,
        },
  );
}

/** Keycloak would take a deleted scope from every client that holds it without a word. */
function removedScopeConflicts(change: Change, actual: ActualObject | undefined): Conflict[] {
  if (!('before' in change) || actual?.heldByOthers === undefined) return [];
  const after = 'after' in change ? change.after['scopes'] : undefined;
  const kept = typeof after === 'object' && after !== null ? Object.keys(after) : [];
  return Object.entries(actual.heldByOthers)
    .filter(([scope]) => !kept.includes(scope))
    .map(([scope, clients]) => ({
      address: change.address,
      reason: `scope ${scope} is to be deleted, but clients outside this stack hold it: ${clients.join(', ')}`,
      hint: 'Take the scope from these clients first, or keep it in the manifest.',
    }));
}
