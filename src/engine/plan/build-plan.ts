import { addressOf, isKind, nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import { issuersInUse } from '../../model/issuers.ts';
import { addToGroup } from '../../model/values/groups.ts';
import { sameJson } from '../../model/values/json.ts';
import type { AdoptChange, Change, Conflict, DeleteChange, Plan, PlannedDelivery } from '../../model/plan.ts';
import { isOurs, objectsByAddress } from '../../model/state.ts';
import type { ActualObject, ActualState, DesiredObject, Endpoints } from '../../model/state.ts';
import { mayAdopt } from './adoption.ts';
import type { Adoption } from './adoption.ts';
import { findConflicts } from './conflicts.ts';
import { findPartConflicts } from './part-conflicts.ts';
import { markForeign, ungrantable } from './foreign-reach.ts';
import { grantsOf } from './scopes.ts';
import { linkIssuers } from './link-issuers.ts';
import { linkOverlaps } from './link-overlaps.ts';
import { reviewOf } from './review.ts';
import { undeliveredConflicts } from './undelivered.ts';
import { brokenGuards } from './guards.ts';
import type { GuardedState } from './guards.ts';

/** Everything that a plan follows from; nothing is read here. */
export interface PlanInput {
  readonly desired: DesiredState;
  /** The desired objects in the provider's fields. */
  readonly projected: readonly DesiredObject[];
  readonly actual: ActualState;
  readonly endpoints: Endpoints;
  /** The documents that credentials must be written to. */
  readonly deliveries: readonly PlannedDelivery[];
  /** How output names the provider. */
  readonly provider: string;
  /** How output names the store. */
  readonly store: string;
  /** What stands at places that the plan would be the first to write to, found by looking. */
  readonly foreignPlaces: readonly ForeignPlace[];
  /** Clients that the stack had when grantry last changed something here; undefined where nobody noted it. */
  readonly knownClients: number | undefined;
  /** Only these addresses are planned, and nothing is deleted that is not among them. */
  readonly only?: ReadonlySet<Address>;
  /** All that the manifests declare, where `desired` is the part of it that these addresses follow from. */
  readonly whole?: DesiredState;
  /** Which objects may be taken over. */
  readonly adoption: Adoption;
}

/** A place in the store that holds what is not this client's. */
export interface ForeignPlace extends Conflict {
  /** It carries no mark of grantry at all, so that an adopted client may take it over. */
  readonly unmarked: boolean;
}

/** Desired × actual → what must change, and what is in the way. */
export function buildPlan(input: PlanInput): Plan {
  const { desired, actual, only, adoption } = input;
  const isChosen = (object: { readonly address: Address }): boolean => only === undefined || only.has(object.address);
  const projected = input.projected.filter(isChosen).filter((object) => canBe(object, actual));
  const present = actual.objects.filter(isChosen);
  const linked = linkDependencies([...wantedChanges(projected, input), ...unwantedObjects(projected, present)]);
  const changes = markForeign(linkIssuers(linkOverlaps(linked)).toSorted(compareChanges), input);
  const conflicts = [
    ...findConflicts(projected, changes, actual, adoption, only === undefined ? undefined : reachOf(input, only)),
    ...(only === undefined ? [] : findPartConflicts(changes, { ...input, only })),
    ...undeliveredConflicts(desired, actual).filter(isChosen),
    ...input.foreignPlaces.filter(({ address, unmarked }) => !(unmarked && isAdopted(changes, address))),
  ];
  return {
    target: desired.target.name,
    stack: desired.target.stack,
    provider: input.provider,
    store: input.store,
    changes,
    conflicts: conflicts
      .map(({ address, reason, hint }) => ({ address, reason, hint }))
      .toSorted((left, right) => compare(left.address, right.address)),
    guards: [
      ...brokenGuards(changes, desired.target.guards, guardedState(input)),
      ...ungrantable(changes, desired.target.guards.grantable, actual),
    ],
    unchanged: countUnchanged(projected, changes),
    review: reviewOf(input, changes),
  };
}

/** Where the server keeps no previous secret, nothing is set up for it. */
function canBe({ address }: DesiredObject, { overlaps }: ActualState): boolean {
  return !isKind(address, 'Rotation') || overlaps === 'supported';
}

function wantedChanges(projected: readonly DesiredObject[], { actual, deliveries, adoption }: PlanInput): Change[] {
  const actualOf = objectsByAddress(actual);
  const impossible = new Set(actual.impossible.map(({ address }) => address));
  const deliveryOf = new Map(deliveries.map((delivery) => [addressOf('Client', delivery.client), delivery]));
  return projected.flatMap((object) => {
    const present = actualOf.get(object.address);
    const delivery = deliveryOf.get(object.address);
    const isAdopted = present !== undefined && mayAdopt(present, adoption) && !impossible.has(object.address);
    if (isAdopted) return adoptChange(object, present, delivery);
    return changeOf(object, present, delivery) ?? [];
  });
}

/** Only what carries the stack's mark is ever deleted. */
function unwantedObjects(projected: readonly DesiredObject[], present: readonly ActualObject[]): DeleteChange[] {
  const wanted = new Set(projected.map(({ address }) => address));
  return present.filter((object) => !wanted.has(object.address) && isOurs(object)).map(deleteChange);
}

function isAdopted(changes: readonly Change[], address: Address): boolean {
  return changes.some((change) => change.address === address && change.op === 'adopt');
}

/** What a part concerns: its addresses, the Apis that its clients may call, and the issuers by which they log in. */
function reachOf({ desired }: PlanInput, only: ReadonlySet<Address>): ReadonlySet<Address> {
  const clients = desired.clients.filter(({ name }) => only.has(addressOf('Client', name)));
  return new Set([
    ...only,
    ...clients.flatMap(({ access }) => access.map(({ api }) => addressOf('Api', api))),
    ...issuersInUse({ clients, target: desired.target }).map(({ name }) => addressOf('Issuer', name)),
  ]);
}

function guardedState({ actual, knownClients, only }: PlanInput): GuardedState {
  const owned = actual.objects.filter(isOurs);
  const ownedClients = owned.filter(({ address }) => isKind(address, 'Client')).length;
  const ownedApis = owned.filter(({ address }) => isKind(address, 'Api')).length;
  return { ownedClients, ownedApis, knownClients, partial: only !== undefined };
}

function countUnchanged(projected: readonly DesiredObject[], changes: readonly Change[]): Plan['unchanged'] {
  const changed = new Set(changes.map(({ address }) => address));
  const unchanged = projected.filter(({ address }) => !changed.has(address));
  const clients = unchanged.filter(({ address }) => isKind(address, 'Client')).length;
  const apis = unchanged.filter(({ address }) => isKind(address, 'Api')).length;
  return { apis, clients };
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

function adoptChange(wanted: DesiredObject, actual: ActualObject, planned: PlannedDelivery | undefined): AdoptChange {
  const { address, owner, notes, fields: after } = wanted;
  const from = [...new Set(actual.foreign.map(({ stack }) => stack ?? null))];
  from.sort((left, right) => compare(left ?? '', right ?? ''));
  const fate = planned?.reason === 'guessable' ? 'is replaced, for anybody can guess it' : 'stays';
  const secret = isKind(address, 'Client') ? `; its credential ${fate}` : '';
  return {
    op: 'adopt',
    address,
    owner,
    notes,
    dependsOn: [],
    id: actual.id,
    before: actual.fields,
    after,
    from,
    reason: `taken over${describeOrigin(from)}${secret}`,
    ...(planned === undefined ? {} : { delivery: { ...planned, adopt: true } }),
  };
}

function describeOrigin(from: AdoptChange['from']): string {
  const stacks = from.filter((stack) => stack !== null);
  if (stacks.length === 0) return '';
  const unmarked = from.includes(null) ? ', and what carries no mark' : '';
  return ` from the stack ${stacks.join(' and ')}${unmarked}`;
}

function deleteChange({ address, owner, id, fields: before, credential }: ActualObject): DeleteChange {
  // A client that somebody copied at the provider bears the marks of the first one, whose document it is.
  const isCopy = typeof before['name'] === 'string' && before['name'] !== nameOf(address);
  const delivered = isCopy ? undefined : credential?.delivered;
  return {
    op: 'delete',
    address,
    owner,
    id,
    before,
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
    for (const api of grantsOf(change.before).keys()) addToGroup(callersOf, api, change.address);
  }
  return changes.map((change) => {
    if (change.op === 'delete') {
      return isKind(change.address, 'Api')
        ? { ...change, dependsOn: (callersOf.get(change.address) ?? []).toSorted() }
        : change;
    }
    const needs = [...grantsOf(change.after).keys()].filter((api) => {
      const op = changed.get(api)?.op;
      return op !== undefined && op !== 'delete';
    });
    return { ...change, dependsOn: needs.toSorted() };
  });
}

const OP_ORDER = { delete: 0, update: 1, adopt: 2, deliver: 3, create: 4 };

function compareChanges(left: Change, right: Change): number {
  const deletesFirst = Number(left.op !== 'delete') - Number(right.op !== 'delete');
  return deletesFirst || compare(left.address, right.address) || OP_ORDER[left.op] - OP_ORDER[right.op];
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
