import { chosen } from '../backends.ts';
import type { Backends, StorePlace } from '../backends.ts';
import type { TargetSpec } from '../schema/target.ts';

/** Where a Target's documents lie. */
export function placeOfStore({ store }: Pick<TargetSpec, 'store'>, { stores }: Pick<Backends, 'stores'>): StorePlace {
  const { backend, spec } = chosen(stores, store);
  const place = backend.place(spec);
  return { ...place, root: JSON.stringify([backend.kind, place.root]) };
}

/** One text for one place. */
export function nameOfPlace({ root, folder }: StorePlace): string {
  return JSON.stringify([root, folder]);
}

/** Where the documents of another Target lie within reach of this one's paths; undefined: nowhere. */
export function pathInside(within: StorePlace, around: StorePlace): string | undefined {
  const { reach = around.folder } = around;
  const folder = reach === '' ? '' : `${reach}/`;
  const isSame = within.folder === around.folder;
  const isInside = within.root === around.root && !isSame && within.folder.startsWith(folder);
  const path = isInside ? within.folder.slice(folder.length) : '';
  return path === '' ? undefined : path;
}
