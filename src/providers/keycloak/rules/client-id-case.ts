import type { ProviderView } from '../../../manifest/backends.ts';
import { placeOf, problemAtClientId } from '../../../manifest/rules/rule.ts';
import type { ClientManifest, Problem } from '../../../manifest/types.ts';

/** Keycloak names the user of a service account after the client_id in lower case: no two may differ in case only. */
export function* checkClientIdCase(view: ProviderView): Iterable<Problem> {
  const owners = new Map<string, { readonly manifest: ClientManifest; readonly clientId: string }>();
  for (const client of view.clients) {
    const { manifest, spec } = client;
    const clientId = spec?.clientId ?? manifest.name;
    const other = owners.get(clientId.toLowerCase());
    if (other === undefined) {
      owners.set(clientId.toLowerCase(), { manifest, clientId });
    } else if (other.clientId !== clientId) {
      const message =
        `Client ${other.manifest.name} has the client_id "${other.clientId}" (${placeOf(other.manifest)}), and "${clientId}" differs from it in case only: ` +
        'Keycloak gives both the same service account, and so takes one of them';
      yield problemAtClientId(view, client, { rule: 'duplicate-client-id', message });
    }
  }
}
