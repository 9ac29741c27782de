import { hash } from 'node:crypto';
import { inOrder } from '../model/in-order.ts';
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
  const [audiences, inEvery, onRequest]: [string[], string[], string[]] = [[], [], []];
  for (const access of client.access) {
    const api = apis.get(access.api);
    if (api !== undefined) audiences.push(api.audience);
    inEvery.push(...access.scopes);
    onRequest.push(...access.onRequest);
  }
  return {
    audience: inOrder(audiences).join(' '),
    auth_method: client.auth,
    issuer: endpoints.issuer,
    scopes: inOrder(inEvery).join(' '),
    scopes_on_request: inOrder(onRequest).join(' '),
    token_url: endpoints.token,
  };
}

/** What a client's document is to say beside its credential. */
export interface WantedDocument {
  readonly facts: Readonly<Record<string, string>>;
  /** What the mark of a delivery holds of them. */
  readonly digest: string;
}

export function wantedDocument(
  client: DesiredClient,
  apis: ReadonlyMap<string, DesiredApi>,
  endpoints: Endpoints,
): WantedDocument {
  const facts = documentFacts(client, apis, endpoints);
  return { facts, digest: factsDigest({ client: client.name, clientId: client.clientId }, facts) };
}

/** Tells whether a document was written for this client, by name and client_id, with these facts; it covers no secret. */
export function factsDigest(
  { client, clientId }: { readonly client: string; readonly clientId: string },
  facts: Readonly<Record<string, string>>,
): string {
  const sorted = inOrder(Object.keys(facts)).map((key) => [key, facts[key]]);
  return hash('sha256', JSON.stringify([client, clientId, sorted])).slice(0, 16);
}
