import type { FieldDifference } from '../../../model/field-words.ts';
import type { Change, Plan } from '../../../model/plan.ts';
import type { SavedChange, SavedPlan } from '../../../model/saved-plan.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { Json } from '../../../model/values/json.ts';
import { objectsByAddress } from '../../../model/state.ts';
import type { ActualObject, ActualState } from '../../../model/state.ts';
import { fingerprintOf } from './fingerprint.ts';
import { leafDifferences } from '../field-changes.ts';

/** Why a change of a saved plan can no longer be carried out as it was reviewed. */
export interface Moved {
  readonly address: Change['address'];
  /** What is different now, in words. */
  readonly how: readonly string[];
}

/** A saved plan held against the present: the changes still to be made, or what moved. */
export interface Freshness {
  readonly changes: readonly Change[];
  readonly done: readonly Change['address'][];
  readonly moved: readonly Moved[];
}

/**
 * `fresh` is a plan made now from what the saved plan follows from. A change that is not in it any more is done. One that is
 * there must be the same, or a part of it: what an apply that was cut off left to do. Everything else moved.
 */
export function checkFreshness(saved: SavedPlan, fresh: Plan, actual: ActualState): Freshness {
  const freshOf = new Map(fresh.changes.map((change) => [change.address, change]));
  const actualOf = objectsByAddress(actual);
  const changes: Change[] = [];
  const done: Change['address'][] = [];
  const moved: Moved[] = [];
  for (const change of saved.changes) {
    const now = freshOf.get(change.address);
    const left = now === undefined ? (leftOf(change, actual) ?? missingOf(change, actualOf)) : undefined;
    if (left !== undefined) moved.push({ address: change.address, how: [left] });
    else if (now === undefined) done.push(change.address);
    else if (isStill(change, now, actualOf.get(change.address))) changes.push(now);
    else {
      const reached = unreviewed(change, now);
      const how = reached.length > 0 ? reached : describeMove(change, actualOf.get(change.address));
      moved.push({ address: change.address, how });
    }
  }
  return { changes, done, moved };
}

/** What was to be deleted, and is no longer the stack's to delete: not done, but moved. */
function leftOf(change: SavedChange, { objects }: ActualState): string | undefined {
  if (change.op !== 'delete') return undefined;
  const ids = new Set(change.id.split(' '));
  const left = objects.find(({ id }) => id.split(' ').some((part) => ids.has(part)));
  if (left === undefined) return undefined;
  const whose = left.foreign.map(({ what, stack }) =>
    stack === undefined ? `${what} carries no mark any more` : `${what} belongs to the stack ${stack} now`,
  );
  return whose.length > 0 ? whose.join('; ') : `it is ${left.address} now`;
}

/** What was to be made and is not there is not done: the server cannot have it any more. */
function missingOf(change: SavedChange, actualOf: ReadonlyMap<string, ActualObject>): string | undefined {
  const isThere = change.op === 'delete' || actualOf.has(change.address);
  return isThere ? undefined : 'it is not there, and cannot be made here any more';
}

function isStill(saved: SavedChange, now: Change, actual: ActualObject | undefined): boolean {
  if (!isSameObject(saved, now) || unreviewed(saved, now).length > 0) return false;
  const untouched = fingerprintOf(actual) === saved.fingerprint;
  if (untouched && saved.op === now.op) return sameDelivery(saved, now) && sameSide(saved, now, 'after');
  // An apply that was cut off made a secret of an object that was there only to replace one: who else did, moved it.
  const sameSecret =
    saved.fingerprint === null ||
    cutsOff(saved) === 2 ||
    saved.secretMadeAt === (actual?.credential?.createdAt ?? null);
  return sameSecret && isRestOf(saved, now);
}

/** Whose the things of others are was a part of the review: they may be somebody else's by now. */
function unreviewed({ foreign: reviewed = {} }: Change, { foreign = {} }: Change): string[] {
  return Object.entries(foreign).flatMap(([path, whose]) =>
    reviewed[path] === whose ? [] : [`${path}: ${whose} now, and not when planned`],
  );
}

/** One that was deleted and made anew by somebody is another, however much it looks the same. An Api may have many parts. */
function isSameObject(saved: Change, now: Change): boolean {
  if (!('id' in saved) || !('id' in now)) return true;
  const ids = new Set(saved.id.split(' '));
  return now.id.split(' ').some((id) => ids.has(id));
}

/** Whether `now` does a part of `saved` and nothing else: every leaf is still as before, or already as after. */
function isRestOf(saved: Change, now: Change): boolean {
  if (!('after' in saved) || !('after' in now) || !sameJson(saved.after, now.after)) return false;
  if ('delivery' in now && now.delivery !== undefined && !sameDelivery(saved, now)) return false;
  if (now.op === 'create') return saved.op === 'create';
  if (now.op === 'deliver') return true;
  const before = 'before' in saved ? saved.before : undefined;
  const reviewed = new Map(leafDifferences(before, saved.after).map((leaf) => [leaf.path.join(' '), leaf]));
  return leafDifferences(now.before, now.after).every((leaf) => {
    const known = reviewed.get(leaf.path.join(' '));
    return known !== undefined && (saved.op === 'create' ? isEmpty(leaf.before) : sameJson(known.before, leaf.before));
  });
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function sameSide(saved: Change, now: Change, side: 'after'): boolean {
  return sameJson(side in saved && 'after' in saved ? saved.after : undefined, 'after' in now ? now.after : undefined);
}

function sameDelivery(saved: Change, now: Change): boolean {
  const [left, right] = [saved, now].map((change) => ('delivery' in change ? change.delivery : undefined));
  if (left === undefined || right === undefined) return left === right;
  // Why it must be written, and what was at the place, may have changed without harm; that consumers are cut off may not. The
  // place gives the path.
  if (cutsOff(now) > cutsOff(saved)) return false;
  return left.place === right.place && sameJson({ ...left.facts }, { ...right.facts });
}

/** How many of a client's secrets are refused by it: none, the previous one, or the present one too. */
function cutsOff(change: Change): 0 | 1 | 2 {
  const reason = 'delivery' in change ? change.delivery?.reason : undefined;
  if (reason === 'guessable') return 2;
  return reason === 'previous-guessable' ? 1 : 0;
}

function describeMove(saved: SavedChange, actual: ActualObject | undefined): string[] {
  if (actual === undefined) return ['it is gone'];
  if (saved.fingerprint === null) return ['it exists now, and did not when the plan was made'];
  const before = 'before' in saved ? saved.before : undefined;
  const differences = before === undefined ? [] : leafDifferences(before, actual.fields).map(describeLeaf);
  if (differences.length > 0) return differences;
  if (saved.secretMadeAt !== (actual.credential?.createdAt ?? null)) return ['its secret was changed'];
  return ['its credential, its mark or a value that is not shown is not what it was'];
}

function describeLeaf({ path, before, after }: FieldDifference): string {
  return `${path.join(' ')}: ${show(before)} when planned, ${show(after)} now`;
}

function show(value: Json | undefined): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
