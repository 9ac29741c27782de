import { nameOf } from '../../model/address.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import { addressOfObject } from './fields.ts';
import type { MemoryObjects } from './objects.ts';

/** Sets up, changes or takes away how long previous secrets stay valid. */
export function changeOverlap(
  objects: MemoryObjects,
  change: CreateChange | UpdateChange | AdoptChange | DeleteChange,
): Fields | undefined {
  if (change.op === 'delete') return objects.remove(change.id)?.fields;
  const same = objects.all.find((object) => addressOfObject(object) === change.address);
  const object = same ?? objects.add('Rotation', nameOf(change.address), change.after);
  if (same !== undefined) object.fields = change.after;
  return object.fields;
}
