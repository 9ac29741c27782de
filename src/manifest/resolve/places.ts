import { chosen } from '../backends.ts';
import type { Backends, StorePlace } from '../backends.ts';
import type { TargetSpec } from '../schema/target.ts';

/** Where a Target's documents lie. */
export function placeOfStore({ store }: TargetSpec, { stores }: Pick<Backends, 'stores'>): StorePlace {
  const { backend, spec } = chosen(stores, store);
  const place = backend.place(spec);
  return { ...place, root: JSON.stringify([backend.kind, place.root]) };
}

/** One text for one place. */
export function nameOfPlace({ root, folder }: StorePlace): string {
  return JSON.stringify([root, folder]);
}

/** Where the documents of another Target lie inside of this one's place; undefined: not inside. */
export function pathInside(within: StorePlace, around: StorePlace): string | undefined {
  const folder = around.folder === '' ? '' : `${around.folder}/`;
  const isInside = within.root === around.root && within.folder.startsWith(folder);
  const path = isInside ? within.folder.slice(folder.length) : '';
  return path === '' ? undefined : path;
}
