import picomatch from 'picomatch';
import { isKind, nameOf } from '../../model/address.ts';
import { isJsonObject } from '../../model/values/json.ts';
import type { BrokenGuard, Change } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import type { Guards } from '../../model/target.ts';

/** Small stacks are not judged by percentages: one of two clients would be half of them. */
const PERCENT_FROM = 10;

/** What guards judge a plan by, beside its changes. */
export interface GuardedState {
  /** The stack's clients and Apis at the provider, before the plan. */
  readonly ownedClients: number;
  readonly ownedApis: number;
  /** Clients that the stack had when grantry last changed something; undefined where nobody noted it. */
  readonly knownClients: number | undefined;
  /** Only a part of the stack's objects was read: how many it has is what was noted. */
  readonly partial?: boolean;
}

/** Which guards of the target these changes break. */
export function brokenGuards(changes: readonly Change[], guards: Guards, state: GuardedState): BrokenGuard[] {
  const deletes = changes.filter(({ op }) => op === 'delete');
  return [
    ...tooManyDeletes(deletes, guards, stackSize(state)),
    ...protectedObjects(changes, guards),
    ...vanished(changes, state),
  ];
}

function stackSize({ ownedClients, knownClients = 0, partial = false }: GuardedState): number {
  return partial ? Math.max(ownedClients, knownClients) : ownedClients;
}

function tooManyDeletes(deletes: readonly Change[], guards: Guards, ownedClients: number): BrokenGuard[] {
  const broken: BrokenGuard[] = [];
  if (deletes.length > guards.maxDeletes) {
    broken.push({
      guard: 'maxDeletes',
      reason: `${deletes.length} deletes, and the target allows ${guards.maxDeletes}`,
    });
  }
  const clients = deletes.filter(({ address }) => isKind(address, 'Client')).length;
  const percent = (clients / Math.max(1, ownedClients)) * 100;
  if (ownedClients >= PERCENT_FROM && percent > guards.maxDeletePercent) {
    const share = `${clients} of ${ownedClients} clients (${Math.round(percent)} %)`;
    broken.push({
      guard: 'maxDeletePercent',
      reason: `${share} would be deleted, and the target allows ${guards.maxDeletePercent} %`,
    });
  }
  return broken;
}

function protectedObjects(changes: readonly Change[], { protect }: Guards): BrokenGuard[] {
  const matches = picomatch([...protect]);
  return changes.flatMap((change) => {
    const { op, address } = change;
    if (op === 'create' || op === 'deliver') return [];
    const name = [nameOf(address), ...namesIn(change.before)].find((each) => matches(each));
    if (name === undefined) return [];
    const what = name === nameOf(address) ? `${address} is protected` : `${address} is ${name}, which is protected,`;
    if (op !== 'update')
      return [{ guard: 'protect' as const, reason: `${what} and would be ${op === 'delete' ? 'deleted' : 'adopted'}` }];
    // Under another name it could be deleted next.
    const isStill = [nameOf(address), ...namesIn(change.after)].some((each) => matches(each));
    return isStill
      ? []
      : [{ guard: 'protect' as const, reason: `${what} and would be renamed, so that it is protected no more` }];
  });
}

/** What an object is called beside its address, before or after a change: by its mark, its client_id or alias, the marks of its scopes. */
function namesIn({ name, clientId, alias, scopes }: Fields): string[] {
  const marked = isJsonObject(scopes)
    ? Object.values(scopes).map((scope) => (isJsonObject(scope) ? scope['markedFor'] : undefined))
    : [];
  return [name, clientId, alias, ...marked].filter((each) => typeof each === 'string');
}

/** A target that lists nothing of what it had is not empty but broken, or is another one than it was. */
function vanished(changes: readonly Change[], { ownedClients, ownedApis, knownClients }: GuardedState): BrokenGuard[] {
  if (ownedClients + ownedApis > 0 || knownClients === undefined || knownClients === 0) return [];
  if (!changes.some(({ op }) => op === 'create')) return [];
  const had = knownClients === 1 ? '1 client' : `${knownClients} clients`;
  return [{ guard: 'vanished', reason: `the stack had ${had} here, and the target now lists nothing of it` }];
}
