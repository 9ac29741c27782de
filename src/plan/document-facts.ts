import { hash } from 'node:crypto';
import type { DesiredApi, DesiredClient } from '../model/desired.ts';
import type { Endpoints } from '../model/state.ts';

/**
 * What a consumer needs to know beside its credential, in the document's key names. Everything here follows from the
 * manifests and the provider's metadata; facts about one version of the secret (`rotated_at`) are added when it is written.
 */
export function documentFacts(
  client: DesiredClient,
  apis: ReadonlyMap<string, DesiredApi>,
  endpoints: Endpoints,
): Record<string, string> {
  const audiences = client.access.flatMap(({ api }) => apis.get(api)?.audience ?? []);
  return {
    token_url: endpoints.token,
    issuer: endpoints.issuer,
    audience: joinSorted(audiences),
    scopes: joinSorted(client.access.flatMap(({ scopes }) => scopes)),
    scopes_on_request: joinSorted(client.access.flatMap(({ onRequest }) => onRequest)),
    auth_method: client.auth,
  };
}

function joinSorted(names: readonly string[]): string {
  return [...new Set(names)].toSorted().join(' ');
}

/** Tells whether a document was written for this client, by name and client_id, with these facts; it covers no secret. */
export function factsDigest(
  { client, clientId }: { readonly client: string; readonly clientId: string },
  facts: Readonly<Record<string, string>>,
): string {
  const sorted = Object.entries(facts).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return hash('sha256', JSON.stringify([client, clientId, sorted])).slice(0, 16);
}
