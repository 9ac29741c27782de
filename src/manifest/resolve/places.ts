import { normaliseUrl } from '../schema/url.ts';
import type { TargetSpec } from '../schema/target.ts';
import { trimSlashes } from '../slashes.ts';

/** Where a Target's documents lie: a server or a disk, and the folder there. */
interface Place {
  readonly store: string;
  readonly folder: string;
}

/** One text for one place. */
export function storeOf(spec: TargetSpec): string {
  const { store, folder } = placeOf(spec);
  return JSON.stringify([store, folder]);
}

function placeOf({ store: { vault, file } }: TargetSpec): Place {
  if (vault === undefined) return { store: 'file', folder: trimSlashes(file?.path ?? '').replace(/^(?:\.\/)+/, '') };
  const folder = [vault.mount, vault.prefix ?? ''].map(trimSlashes).filter((part) => part !== '');
  return { store: JSON.stringify([normaliseUrl(vault.address), vault.namespace ?? '']), folder: folder.join('/') };
}

/** Where the documents of another Target lie inside of this one's place; undefined: not inside. */
export function pathInside(inner: TargetSpec, outer: TargetSpec): string | undefined {
  const [within, around] = [placeOf(inner), placeOf(outer)];
  const folder = around.folder === '' ? '' : `${around.folder}/`;
  const isInside = within.store === around.store && within.folder.startsWith(folder);
  const path = isInside ? within.folder.slice(folder.length) : '';
  return path === '' ? undefined : path;
}
