import { hash } from 'node:crypto';
import { authNameForConsumer, needsAssertion } from '../../model/auth-method.ts';
import { inOrder } from '../../model/values/in-order.ts';
import { fitsMark } from '../../model/mark-text.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../model/desired.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import type { Endpoints } from '../../model/state.ts';
import type { StoreMark } from '../../stores/store.ts';

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
    ...(needsAssertion(client.auth) ? { assertion_audience: endpoints.issuer } : {}),
    auth_method: authNameForConsumer(client.auth),
    issuer: endpoints.issuer,
    scopes: inOrder(inEvery).join(' '),
    scopes_on_request: inOrder(onRequest).join(' '),
    token_url: endpoints.token,
  };
}

/** Facts that only some documents have: where they are not said they are to go. */
const OPTIONAL = ['assertion_audience'] as const;

/** The facts of a document as a whole, so that none is left of a client that authenticated otherwise. */
export function wholeFacts(facts: Readonly<Record<string, string>>): Record<string, string | null> {
  return { ...Object.fromEntries(OPTIONAL.map((key) => [key, null])), ...facts };
}

/** What a client's document is to say beside its credential. */
export interface WantedDocument {
  readonly facts: Readonly<Record<string, string>>;
  /** What the mark of a delivery holds of them. */
  readonly digest: string;
}

/** The documents of all clients, by the client's name. */
export function wantedDocuments(
  { clients, apis }: Pick<DesiredState, 'clients' | 'apis'>,
  endpoints: Endpoints,
): Map<string, WantedDocument> {
  const apiOf = new Map(apis.map((api) => [api.name, api]));
  const documents = new Map<string, WantedDocument>();
  for (const client of clients) {
    const facts = documentFacts(client, apiOf, endpoints);
    const digest = factsDigest({ client: client.name, clientId: client.clientId }, facts);
    documents.set(client.name, { facts, digest });
  }
  return documents;
}

/** The document of a client for which one was made: without it nothing may be said of what lies in the store. */
export function documentOf(documents: ReadonlyMap<string, WantedDocument>, client: string): WantedDocument {
  const document = documents.get(client);
  if (document === undefined) throw new Error(`nobody said what the document of ${client} is to hold`);
  return document;
}

/** Shows whether a document was written for this client, by name and client_id, with these facts; it covers no secret. */
export function factsDigest(
  { client, clientId }: { readonly client: string; readonly clientId: string },
  facts: Readonly<Record<string, string>>,
): string {
  const sorted = inOrder(Object.keys(facts)).map((key) => [key, facts[key]]);
  return hash('sha256', JSON.stringify([client, clientId, sorted])).slice(0, 16);
}

/** Facts that follow from nothing else that a plan shows: what the client may call, and how it logs in, its own fields show. */
const NOTED = ['audience', 'issuer', 'token_url'] as const;
const NOTE = 'fact_';

/** Those facts as notes beside the document, so that a plan can say what changes without reading the document. */
export function notesOfFacts(facts: Readonly<Record<string, string>>): Record<string, string> {
  const notes = NOTED.map((key): [string, string] => [`${NOTE}${key}`, facts[key] ?? '']);
  return Object.fromEntries(notes.filter(([, value]) => value !== '' && fitsMark(value) && !/\p{Cc}/u.test(value)));
}

/** Whether a note is one of those: they are left out where too much lies beside the document. */
export function isFactNote(name: string): boolean {
  return name.startsWith(NOTE);
}

/** The facts in the notes of a mark. */
export function factsInNotes({ notes = {} }: Pick<StoreMark, 'notes'>): Record<string, string> {
  const noted = NOTED.flatMap((key): [string, string][] => {
    const value = notes[`${NOTE}${key}`];
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(noted);
}

/** What of those facts becomes another: of what was not noted nothing can be said. */
export function changedFacts({
  factsBefore = {},
  facts,
}: Pick<PlannedDelivery, 'factsBefore' | 'facts'>): ChangedFact[] {
  return NOTED.flatMap((key) => {
    const [before, after = ''] = [factsBefore[key], facts[key]];
    if (before === undefined || before === after) return [];
    const sendsElsewhere = key === 'token_url' && originOf(before) !== originOf(after);
    return [{ key, before, after, sendsElsewhere }];
  });
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

export interface ChangedFact {
  readonly key: string;
  readonly before: string;
  readonly after: string;
  /** Consumers are to send their secret to another server than before. */
  readonly sendsElsewhere: boolean;
}
