import { addressOf, isKind } from '../model/address.ts';
import type { Address } from '../model/address.ts';
import type { DesiredState } from '../model/desired.ts';
import type { Change, Conflict, DeleteChange, Plan, PlannedDelivery } from '../model/plan.ts';
import type { ActualObject, ActualState, DesiredObject, Endpoints, Fields } from '../model/state.ts';
import { findConflicts } from './conflicts.ts';
import { planDeliveries } from './deliveries.ts';
import type { StoreView } from './deliveries.ts';
import { sameJson } from './field-changes.ts';

/** Everything that a plan follows from; nothing is read here. */
export interface PlanInput {
  readonly desired: DesiredState;
  /** The desired objects in the provider's fields. */
  readonly projected: readonly DesiredObject[];
  readonly actual: ActualState;
  readonly endpoints: Endpoints;
  /** How output names the provider. */
  readonly provider: string;
  readonly store: StoreView;
  /** What stands at places that the plan would be the first to write to, found by looking. */
  readonly foreignPlaces: readonly Conflict[];
}

/** Desired × actual → what must change, and what is in the way. */
export function buildPlan(input: PlanInput): Plan {
  const { desired, projected, actual } = input;
  const actualOf = new Map(actual.objects.map((object) => [object.address, object]));
  const deliveries = planDeliveries(desired, actual, input.endpoints, input.store);
  const desiredAddresses = new Set(projected.map(({ address }) => address));
  const changes = [
    ...projected.flatMap((object) => {
      const present = actualOf.get(object.address);
      return changeOf(object, present, deliveries.get(object.address)) ?? [];
    }),
    ...actual.objects.flatMap((object) => (desiredAddresses.has(object.address) ? [] : (deleteOf(object) ?? []))),
  ];
  const conflicts = [...findConflicts(projected, changes, actual), ...input.foreignPlaces];
  const changed = new Set(changes.map(({ address }) => address));
  const unchanged = projected.filter(({ address }) => !changed.has(address));
  return {
    target: desired.target.name,
    stack: desired.target.stack,
    provider: input.provider,
    store: input.store.describe(),
    changes: linkDependencies(changes).toSorted(compareChanges),
    conflicts: conflicts.toSorted((left, right) => compare(left.address, right.address)),
    unchanged: {
      apis: unchanged.filter(({ address }) => isKind(address, 'Api')).length,
      clients: unchanged.filter(({ address }) => isKind(address, 'Client')).length,
    },
  };
}

function changeOf(
  wanted: DesiredObject,
  actual: ActualObject | undefined,
  planned: PlannedDelivery | undefined,
): Change | undefined {
  const { address, owner, notes, fields: after } = wanted;
  const base = { address, owner, notes, dependsOn: [] };
  const delivery = planned === undefined ? {} : { delivery: planned };
  if (actual === undefined) return { ...base, op: 'create', after, reason: 'declared, and not there yet', ...delivery };
  const { id, fields: before } = actual;
  if (!sameJson(before, after))
    return { ...base, op: 'update', id, before, after, reason: 'not as declared', ...delivery };
  if (planned === undefined) return undefined;
  return {
    ...base,
    op: 'deliver',
    id,
    after,
    delivery: planned,
    reason: 'its document in the store is not as declared',
  };
}

/** Only what carries the stack's mark is ever deleted. */
function deleteOf(actual: ActualObject): DeleteChange | undefined {
  if (actual.ownership.kind !== 'ours') return undefined;
  const delivered = actual.credential?.delivered;
  return {
    op: 'delete',
    address: actual.address,
    owner: actual.owner,
    id: actual.id,
    before: actual.fields,
    reason: 'no manifest declares it',
    dependsOn: [],
    notes: {},
    ...(delivered === undefined ? {} : { delivered }),
  };
}

/** Clients wait for the Apis that they may call; an Api that goes waits for the clients that could call it. */
function linkDependencies(changes: readonly Change[]): Change[] {
  const changed = new Map(changes.map((change) => [change.address, change]));
  const callersOf = new Map<Address, Address[]>();
  for (const change of changes) {
    if (!('before' in change) || !isKind(change.address, 'Client')) continue;
    for (const api of accessOf(change.before)) callersOf.set(api, [...(callersOf.get(api) ?? []), change.address]);
  }
  return changes.map((change) => {
    if (change.op === 'delete') {
      return isKind(change.address, 'Api')
        ? { ...change, dependsOn: (callersOf.get(change.address) ?? []).toSorted() }
        : change;
    }
    const needs = accessOf(change.after).filter((api) => {
      const op = changed.get(api)?.op;
      return op !== undefined && op !== 'delete';
    });
    return { ...change, dependsOn: needs.toSorted() };
  });
}

function accessOf(fields: Fields): Address[] {
  const access = fields['access'];
  return typeof access === 'object' && access !== null ? Object.keys(access).map((name) => addressOf('Api', name)) : [];
}

const OP_ORDER = { delete: 0, update: 1, adopt: 2, deliver: 3, create: 4 };

function compareChanges(left: Change, right: Change): number {
  const deletesFirst = Number(left.op !== 'delete') - Number(right.op !== 'delete');
  return deletesFirst || compare(left.address, right.address) || OP_ORDER[left.op] - OP_ORDER[right.op];
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
