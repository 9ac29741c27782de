import type { TargetView } from '../resolve/target-view.ts';
import type { ClientManifest, Problem } from '../types.ts';
import { placeOf, problemIn, problemInView } from './rule.ts';

/**
 * No two Clients of a target have the same client_id; with Keycloak, which names the user of a service account after it in
 * lower case, none that differs in case only.
 */
export function* checkClientIds(view: TargetView): Iterable<Problem> {
  const ignoresCase = view.target === undefined || view.target.spec?.provider.keycloak !== undefined;
  const owners = new Map<string, { readonly manifest: ClientManifest; readonly clientId: string }>();
  for (const client of view.clients) {
    const { manifest, spec } = client;
    const clientId = spec?.clientId ?? manifest.name;
    const key = ignoresCase ? clientId.toLowerCase() : clientId;
    const other = owners.get(key);
    if (other === undefined) {
      owners.set(key, { manifest, clientId });
    } else if (other.manifest.name !== manifest.name) {
      const message =
        other.clientId === clientId
          ? `Client ${other.manifest.name} has the client_id "${clientId}" too (${placeOf(other.manifest)})`
          : `Client ${other.manifest.name} has the client_id "${other.clientId}" (${placeOf(other.manifest)}), and "${clientId}" differs from it in case only: ` +
            'Keycloak gives both the same service account, and so takes one of them';
      yield spec?.clientId === undefined
        ? problemIn(manifest, { rule: 'duplicate-client-id', message, path: ['metadata', 'name'] })
        : problemInView(view, client, { rule: 'duplicate-client-id', message, path: ['clientId'] });
    }
  }
}
