import { sameJson } from '../../model/values/json.ts';
import { addressOf, isKind } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { Change, Conflict } from '../../model/plan.ts';
import { issuersInUse } from '../../model/issuers.ts';
import { isOurs, objectsByAddress } from '../../model/state.ts';
import type { ActualObject, ActualState, DesiredObject } from '../../model/state.ts';
import { grantsOf, scopesOf } from './scopes.ts';

/** A plan of a part, and what it is a part of. */
export interface PlannedPart {
  readonly only: ReadonlySet<Address>;
  readonly desired: DesiredState;
  readonly whole?: DesiredState;
  readonly projected: readonly DesiredObject[];
  readonly actual: ActualState;
}

/** What makes it impossible, or does harm, to carry out a part and leave the rest as it is. */
export function findPartConflicts(changes: readonly Change[], part: PlannedPart): Conflict[] {
  const actualOf = objectsByAddress(part.actual);
  return changes.flatMap((change) =>
    isKind(change.address, 'Client')
      ? [...unmetNeeds(change, part, actualOf), ...unmetIssuers(change, part, actualOf)]
      : lossesOfOthers(change, part),
  );
}

/** What a client is newly granted must be there and the stack's, or come with the same plan. */
function unmetNeeds(
  change: Change,
  { only, desired }: PlannedPart,
  actualOf: ReadonlyMap<Address, ActualObject>,
): Conflict[] {
  if (change.op === 'delete' || change.op === 'deliver') return [];
  const held = 'before' in change ? grantsOf(change.before) : new Map<Address, string[]>();
  const unmanaged = new Set(desired.apis.flatMap(({ name, managed }) => (managed ? [] : [addressOf('Api', name)])));
  return [...grantsOf(change.after)].flatMap(([api, scopes]) => {
    if (only.has(api) || unmanaged.has(api)) return [];
    const gained = scopes.filter((scope) => held.get(api)?.includes(scope) !== true);
    const there = actualOf.get(api);
    const why = gained.length === 0 ? undefined : whyUnmet(gained, there);
    if (why === undefined) return [];
    const reason = `it needs ${gained.join(', ')} of ${api}, which this plan leaves alone: ${why}`;
    return [{ address: change.address, reason, hint: `Plan ${api} too, or everything.` }];
  });
}

/** A client that logs in by an issuer which the stack has not made yet could not. */
function unmetIssuers(
  change: Change,
  { only, desired }: PlannedPart,
  actualOf: ReadonlyMap<Address, ActualObject>,
): Conflict[] {
  if (change.op === 'delete' || change.op === 'deliver') return [];
  const clients = desired.clients.filter(({ name }) => addressOf('Client', name) === change.address);
  return issuersInUse({ clients, target: desired.target }).flatMap(({ name, url }) => {
    const issuer = addressOf('Issuer', name);
    if (url === undefined || only.has(issuer) || actualOf.has(issuer)) return [];
    const reason = `it logs in by ${issuer}, which this plan leaves alone: it is not there yet`;
    return [{ address: change.address, reason, hint: `Plan ${issuer} too, or everything.` }];
  });
}

function whyUnmet(scopes: readonly string[], there: ActualObject | undefined): string | undefined {
  if (there === undefined) return 'it is not there yet';
  const missing = scopes.filter((scope) => !scopesOf(there.fields).includes(scope));
  if (missing.length > 0) return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not there yet`;
  if (isOurs(there)) return undefined;
  const whose = there.foreign.map(({ what, stack }) =>
    stack === undefined ? `${what} carries no mark of this stack` : `${what} belongs to the stack ${stack}`,
  );
  return whose.join('; ');
}

/** A scope that goes is taken from every client, and one that moves to another Api must not be lost on the way. */
function lossesOfOthers(change: Change, part: PlannedPart): Conflict[] {
  if (!('before' in change)) return [];
  const kept = 'after' in change ? scopesOf(change.after) : [];
  const lost = scopesOf(change.before).filter((scope) => !kept.includes(scope));
  return lost.flatMap((scope) => lossConflict(change.address, scope, part) ?? []);
}

function lossConflict(address: Address, scope: string, { only, whole, actual }: PlannedPart): Conflict | undefined {
  const heir = whole?.apis
    .filter(({ scopes }) => scopes.some(({ name }) => name === scope))
    .map(({ name }) => addressOf('Api', name))
    .find((api) => !only.has(api));
  if (heir !== undefined) {
    const reason = `scope ${scope} moves to ${heir}, which this plan leaves alone`;
    return { address, reason, hint: `Plan ${heir} too, or everything.` };
  }
  const users = usersOf(address, scope, actual, only);
  if (users.length === 0) return undefined;
  return {
    address,
    reason: `scope ${scope} is to be deleted, but clients that this plan leaves alone hold it: ${users.join(', ')}`,
    hint: `Plan ${users.length === 1 ? users.join('') : 'them'} too, or everything.`,
  };
}

function usersOf(api: Address, scope: string, { objects }: ActualState, only: ReadonlySet<Address>): Address[] {
  return objects
    .filter((object) => isKind(object.address, 'Client') && !only.has(object.address))
    .filter(({ fields }) => grantsOf(fields).get(api)?.includes(scope) === true)
    .map(({ address }) => address)
    .toSorted();
}

/** Apis that clients of the part may call and that are not as declared: said, for the part leaves them so. */
export function noticesOfPart(changes: readonly Change[], { only, desired, projected, actual }: PlannedPart): string[] {
  const wanted = new Map(projected.map((object) => [object.address, object.fields]));
  const actualOf = new Map(actual.objects.map((object) => [object.address, object.fields]));
  const changed = new Set(changes.map(({ address }) => address));
  const called = desired.clients
    .filter(({ name }) => changed.has(addressOf('Client', name)))
    .flatMap(({ access }) => access.map(({ api }) => addressOf('Api', api)));
  return [...new Set(called)]
    .filter((api) => !only.has(api) && wanted.has(api) && actualOf.has(api))
    .filter((api) => !sameJson(wanted.get(api), actualOf.get(api)))
    .map((api) => `${api} is not as declared, and this plan leaves it alone.`);
}
