import type { Manifest, Problem } from '../types.ts';
import { placeOf, problemIn } from './rule.ts';
import type { World } from './world.ts';

/** Names are unique per kind, over all files. */
export function* checkUniqueNames({ apis, clients, targets }: World): Iterable<Problem> {
  for (const manifests of [apis, clients, targets]) {
    const first = new Map<string, Manifest>();
    for (const manifest of manifests) {
      const other = first.get(manifest.name);
      if (other === undefined) {
        first.set(manifest.name, manifest);
      } else {
        const message = `there is another ${manifest.kind} of this name, at ${placeOf(other)}`;
        yield problemIn(manifest, { rule: 'duplicate-name', message, path: ['metadata', 'name'] });
      }
    }
  }
}
