import type { TargetView } from '../../../manifest/resolve/target-view.ts';
import { placeOf, problemInView } from '../../../manifest/rules/rule.ts';
import type { ApiManifest, Problem } from '../../../manifest/types.ts';

/** Scope names are unique in a realm, so two Apis of one target cannot share one. */
export function* checkScopeCollisions(view: TargetView): Iterable<Problem> {
  const owners = new Map<string, ApiManifest>();
  for (const api of view.apis) {
    for (const scope of Object.keys(api.spec?.scopes ?? {})) {
      const other = owners.get(scope);
      if (other === undefined) {
        owners.set(scope, api.manifest);
      } else if (other.name !== api.manifest.name) {
        const message = `Api ${other.name} has a scope "${scope}" too (${placeOf(other)}), and a realm can have only one`;
        yield problemInView(view, api, { rule: 'scope-collision', message, path: ['scopes', scope], part: 'key' });
      }
    }
  }
}
