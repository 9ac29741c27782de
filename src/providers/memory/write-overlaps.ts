import { nameOf } from '../../model/address.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import { addressOfObject } from './fields.ts';
import type { MemoryObjects } from './objects.ts';

/** Sets up, changes or takes away how long previous secrets stay valid. */
export function changeOverlap(
  objects: MemoryObjects,
  change: CreateChange | UpdateChange | AdoptChange | DeleteChange,
): void {
  if (change.op === 'delete') return objects.remove(change.id);
  const same = objects.all.find((object) => addressOfObject(object) === change.address);
  if (same === undefined) objects.add('Rotation', nameOf(change.address), change.after);
  else same.fields = change.after;
}
