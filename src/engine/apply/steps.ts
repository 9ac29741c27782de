import type { Address } from '../../model/address.ts';
import { isKind } from '../../model/address.ts';
import { addToGroup } from '../../model/values/groups.ts';
import type { Change, Plan } from '../../model/plan.ts';

/**
 * One unit of work. An Api that changes is worked on twice: what it gains comes before the clients that use it,
 * what it loses goes after the clients that used it.
 */
export interface Step {
  readonly key: string;
  readonly change: Change;
  readonly part: 'whole' | 'add-scopes' | 'remove-scopes';
  /** Keys of the steps that must have been done first. */
  readonly after: readonly string[];
}

/** The steps of a plan with their order, which is the only order there is. */
export function stepsOf(plan: Plan): Step[] {
  const callers = callersByApi(plan.changes);
  return plan.changes.flatMap((change): Step[] => {
    const { address, dependsOn } = change;
    if (!isKind(address, 'Api')) return [{ key: address, change, part: 'whole', after: dependsOn.map(addKey) }];
    const users = callers.get(address) ?? [];
    switch (change.op) {
      case 'create':
        return [{ key: addKey(address), change, part: 'add-scopes', after: [] }];
      case 'delete':
        return [{ key: removeKey(address), change, part: 'remove-scopes', after: users }];
      case 'update':
      case 'adopt': {
        const add: Step = { key: addKey(address), change, part: 'add-scopes', after: [] };
        if (!loses(change.before, change.after)) return [add];
        return [add, { key: removeKey(address), change, part: 'remove-scopes', after: [add.key, ...users] }];
      }
      case 'deliver':
        return [];
      default:
        return change satisfies never;
    }
  });
}

function addKey(address: Address): string {
  return isKind(address, 'Api') ? `${address} add-scopes` : address;
}

function removeKey(address: Address): string {
  return `${address} remove-scopes`;
}

/** Clients that change and could call an Api before, by the Api's address. */
function callersByApi(changes: readonly Change[]): Map<Address, string[]> {
  const callers = new Map<Address, string[]>();
  for (const change of changes) {
    if (!isKind(change.address, 'Client') || !('before' in change)) continue;
    for (const api of Object.keys(objectAt(change.before, 'access'))) {
      addToGroup<Address, string>(callers, `Api/${api}`, change.address);
    }
  }
  return callers;
}

function loses(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): boolean {
  const kept = objectAt(after, 'scopes');
  return Object.keys(objectAt(before, 'scopes')).some((scope) => !Object.hasOwn(kept, scope));
}

function objectAt(fields: Readonly<Record<string, unknown>>, key: string): object {
  const value = fields[key];
  return typeof value === 'object' && value !== null ? value : {};
}
