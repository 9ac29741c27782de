import { hash } from 'node:crypto';
import { inOrder } from '../model/in-order.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../model/desired.ts';
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

/** The documents of all clients, by the client's name. Yields after each client: of ten thousand it takes a tenth of a second. */
export function* wantedDocuments(
  { clients, apis }: Pick<DesiredState, 'clients' | 'apis'>,
  endpoints: Endpoints,
): Generator<undefined, Map<string, WantedDocument>> {
  const apiOf = new Map(apis.map((api) => [api.name, api]));
  const documents = new Map<string, WantedDocument>();
  for (const client of clients) {
    const facts = documentFacts(client, apiOf, endpoints);
    const digest = factsDigest({ client: client.name, clientId: client.clientId }, facts);
    documents.set(client.name, { facts, digest });
    yield;
  }
  return documents;
}

/** The document of a client for which one was made: without it nothing may be said of what lies in the store. */
export function documentOf(documents: ReadonlyMap<string, WantedDocument>, client: string): WantedDocument {
  const document = documents.get(client);
  if (document === undefined) throw new Error(`nobody said what the document of ${client} is to hold`);
  return document;
}

/** Tells whether a document was written for this client, by name and client_id, with these facts; it covers no secret. */
export function factsDigest(
  { client, clientId }: { readonly client: string; readonly clientId: string },
  facts: Readonly<Record<string, string>>,
): string {
  const sorted = inOrder(Object.keys(facts)).map((key) => [key, facts[key]]);
  return hash('sha256', JSON.stringify([client, clientId, sorted])).slice(0, 16);
}
