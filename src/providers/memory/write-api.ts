import { nameOf } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import type { WrittenApi } from '../provider.ts';
import { addressOfObject, recordIn, stackOf } from './fields.ts';
import type { MemoryObjects } from './objects.ts';

/** Creates the Api, or gives it what it lacks. */
export function addApiScopes(objects: MemoryObjects, change: CreateChange | UpdateChange | AdoptChange): WrittenApi {
  const { address, after } = change;
  if (change.op === 'create') {
    const same = objects.all.find((object) => object.kind === 'Api' && addressOfObject(object) === address);
    if (same !== undefined && stackOf(same.fields) !== stackOf(after)) {
      throw new GrantryError('CONFLICT', `memory already has an ${address}`);
    }
    const object = same ?? objects.add('Api', nameOf(address), after);
    if (same !== undefined) object.fields = after;
    return { id: object.id, found: object.fields };
  }
  const object = objects.get(change.id);
  object.fields = { ...after, scopes: { ...recordIn(object.fields, 'scopes'), ...recordIn(after, 'scopes') } };
  return { id: change.id, found: withScopes(object.fields, (scope) => has(after, scope)) };
}

/** Takes away the scopes that the Api had and no longer has, or all of it; scopes that it never declared stay. */
export function removeApiScopes(
  objects: MemoryObjects,
  change: UpdateChange | AdoptChange | DeleteChange,
): Fields | undefined {
  if (change.op === 'delete') return objects.remove(change.id)?.fields;
  const object = objects.get(change.id);
  const gone = (scope: string): boolean => has(change.before, scope) && !has(change.after, scope);
  const kept = Object.entries(recordIn(object.fields, 'scopes')).filter(([scope]) => !gone(scope));
  object.fields = { ...change.after, scopes: Object.fromEntries(kept) };
  // Scopes that the Api never declared do not count.
  return withScopes(object.fields, (scope) => has(change.before, scope) || has(change.after, scope));
}

function withScopes(fields: Fields, counts: (scope: string) => boolean): Fields {
  const counted = Object.entries(recordIn(fields, 'scopes')).filter(([scope]) => counts(scope));
  return { ...fields, scopes: Object.fromEntries(counted) };
}

function has(fields: Fields, scope: string): boolean {
  return Object.hasOwn(recordIn(fields, 'scopes'), scope);
}
