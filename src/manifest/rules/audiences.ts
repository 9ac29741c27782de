import type { TargetView } from '../resolve/target-view.ts';
import type { ApiManifest, Problem } from '../types.ts';
import { placeOf, problemInView } from './rule.ts';

/** A token is for an audience: with two Apis of one audience, a client that may call one could call the other. Some servers have one of each anyway. */
export function* checkAudiences(view: TargetView): Iterable<Problem> {
  const first = new Map<string, ApiManifest>();
  for (const api of view.apis) {
    const audience = api.spec?.audience;
    if (audience === undefined) continue;
    const other = first.get(audience);
    if (other === undefined) {
      first.set(audience, api.manifest);
    } else if (other.name !== api.manifest.name) {
      const message = `Api ${other.name} has this audience too (${placeOf(other)}), so a token for the one is one for the other: put all its scopes into one Api`;
      yield problemInView(view, api, { rule: 'same-audience', message, path: ['audience'] });
    }
  }
}
