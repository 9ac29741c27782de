import type { TargetView } from '../resolve/target-view.ts';
import type { ClientManifest, Problem } from '../types.ts';
import { placeOf, problemAtClientId } from './rule.ts';

/** No two Clients of a target have the same client_id. */
export function* checkClientIds(view: TargetView): Iterable<Problem> {
  const owners = new Map<string, ClientManifest>();
  for (const client of view.clients) {
    const { manifest, spec } = client;
    const clientId = spec?.clientId ?? manifest.name;
    const other = owners.get(clientId);
    if (other === undefined) {
      owners.set(clientId, manifest);
    } else if (other.name !== manifest.name) {
      const message = `Client ${other.name} has the client_id "${clientId}" too (${placeOf(other)})`;
      yield problemAtClientId(view, client, { rule: 'duplicate-client-id', message });
    }
  }
}
