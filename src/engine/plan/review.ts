import type { FieldDifference } from '../../model/field-words.ts';
import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { Change, PlanReview } from '../../model/plan.ts';
import { objectsByAddress } from '../../model/state.ts';
import type { ActualState } from '../../model/state.ts';
import { leafDifferences } from './field-changes.ts';

/** What a plan follows from, as far as its review does. */
interface ReviewInput {
  readonly desired: DesiredState;
  readonly whole?: DesiredState;
  readonly actual: ActualState;
}

/** What a reviewer must know of a plan that its changes alone do not show. */
export function reviewOf(input: ReviewInput, changes: readonly Change[]): PlanReview {
  const { clients } = input.whole ?? input.desired;
  return {
    releasedApis: [...(input.actual.releasedApis ?? [])].toSorted(),
    foreignFolders: foreignFolders(changes, clients),
    outsideHolders: outsideHolders(input, changes),
  };
}

/**
 * Owners in whose folder of the store a secret comes to lie, by the client that it is of: whose documents are there already, or
 * whose name the folder bears. One who has documents there too is at home.
 */
function foreignFolders(changes: readonly Change[], clients: readonly DesiredClient[]): PlanReview['foreignFolders'] {
  const arriving = changes.filter((change) => 'delivery' in change && ARRIVES.has(change.delivery?.reason ?? ''));
  if (arriving.length === 0) return {};
  const arrivals = new Set(arriving.map(({ address }) => address));
  const owners = new Set(clients.map(({ owner }) => owner));
  const ownersIn = new Map<string, Set<string>>();
  for (const { name, credential, owner } of clients) {
    if (owner === '' || arrivals.has(addressOf('Client', name))) continue;
    const folder = folderOf(credential.path);
    ownersIn.set(folder, (ownersIn.get(folder) ?? new Set()).add(owner));
  }
  const found = arriving.flatMap(({ address, owner, ...change }): [Address, readonly string[]][] => {
    const path = 'delivery' in change ? (change.delivery?.path ?? '') : '';
    const whose = new Set(folderOf(path) === '' ? [] : ownersIn.get(folderOf(path)));
    if (whose.has(owner)) return [];
    const [first = ''] = path.split('/');
    if (path.includes('/') && owners.has(first)) whose.add(first);
    whose.delete(owner);
    return whose.size === 0 ? [] : [[address, [...whose].toSorted()]];
  });
  return Object.fromEntries(found);
}

/** Reasons for which a document comes to a place where it was not. */
const ARRIVES: ReadonlySet<string> = new Set(['new', 'moved', 'never-delivered']);

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

/** Clients outside the stack whose tokens change with an Api, or that hold scopes of one that is taken over. */
function outsideHolders({ actual }: ReviewInput, changes: readonly Change[]): PlanReview['outsideHolders'] {
  const actualOf = objectsByAddress(actual);
  // What this very plan takes over is outside no longer.
  const joining = new Set(
    changes.flatMap(({ op, address }) => (op === 'adopt' ? (actualOf.get(address)?.credential?.clientId ?? []) : [])),
  );
  const found = changes.flatMap((change): [Address, readonly string[]][] => {
    if (change.op !== 'update' && change.op !== 'adopt') return [];
    const held = actualOf.get(change.address)?.outsideHolders ?? {};
    const differences = leafDifferences(change.before, change.after).filter(changesTokens);
    const isTouched = (scope: string): boolean =>
      change.op === 'adopt' || differences.some(({ path }) => path[0] !== 'scopes' || path[1] === scope);
    const holders = Object.entries(held).flatMap(([scope, ids]) => (isTouched(scope) ? ids : []));
    const clients = holders.filter((clientId) => !joining.has(clientId));
    return clients.length === 0 ? [] : [[change.address, [...new Set(clients)].toSorted()]];
  });
  return Object.fromEntries(found);
}

const WORDS_ONLY: ReadonlySet<string> = new Set(['name', 'owner', 'description', 'displayName', 'stack', 'markedFor']);

/** Whether a difference of an Api is seen in tokens: words about it, and marks, are not. */
function changesTokens({ path }: FieldDifference): boolean {
  const field = path[0] === 'scopes' ? path[2] : path[0];
  return field !== undefined && !WORDS_ONLY.has(field);
}
