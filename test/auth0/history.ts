/** What a recording has shown of a tenant up to some pair: the objects in its answers so far. */
import { isJsonObject, textOf } from '../../demo/auth0/emulator/json.ts';
import type { Json, JsonObject } from '../../demo/auth0/emulator/json.ts';
import { placeOf } from './recorded-traffic.ts';
import type { RecordedPair } from './recorded-traffic.ts';

export interface KnownCredential {
  readonly clientId: string;
  readonly body: JsonObject;
}

export class History {
  readonly clients = new Map<string, JsonObject>();
  readonly resourceServers = new Map<string, JsonObject>();
  readonly grants = new Map<string, JsonObject>();
  readonly credentials = new Map<string, KnownCredential>();
  /** Grants by organisation. */
  readonly organizations = new Map<string, Set<string>>();

  /** Where in the recording each object was last seen, by its id. */
  readonly #seenAt = new Map<string, number>();
  readonly #indexes = new Set<number>();

  /** Takes in what the pair's answer shows. */
  learn(pair: RecordedPair): void {
    const { index } = placeOf(pair);
    this.#indexes.add(index);
    for (const { id, client_id: clientId } of elements(pair.responseBody))
      this.#seenAt.set(textOf(id ?? clientId), index);
    if (pair.status >= 400) return;
    const [, kind = '', id = '', part, partId] = pathOf(pair).split('/').map(decodeURIComponent);
    if (pair.method === 'DELETE') this.#forget({ kind, id, part, partId });
    else if (part === 'client-grants' && pair.method === 'POST') this.#associate(id, pair.requestBody);
    else if (part === undefined || part === 'credentials' || part === 'rotate-secret') this.#note(pair, kind, part, id);
  }

  /** Whether requests that the sample leaves out lie between what is known of the object and the pair. */
  hasGap(id: string, pair: RecordedPair): boolean {
    const seen = this.#seenAt.get(id);
    if (seen === undefined) return false;
    for (let index = seen + 1; index < placeOf(pair).index; index += 1) if (!this.#indexes.has(index)) return true;
    return false;
  }

  #note({ responseBody, query }: RecordedPair, kind: string, part: string | undefined, id: string): void {
    // An element of which only chosen fields are shown is not the object.
    if (query !== null && 'fields' in query) return;
    for (const body of elements(responseBody)) {
      if (part === 'credentials') this.credentials.set(textOf(body['id']), { clientId: id, body });
      else if (kind === 'clients') this.clients.set(textOf(body['client_id']), body);
      else if (kind === 'resource-servers') this.resourceServers.set(textOf(body['id']), body);
      else if (kind === 'client-grants') this.grants.set(textOf(body['id']), body);
    }
  }

  #associate(organization: string, body: Json): void {
    const grants = this.organizations.get(organization) ?? new Set();
    this.organizations.set(organization, grants.add(textOf(isJsonObject(body) ? body['grant_id'] : undefined)));
  }

  #forget(path: { kind: string; id: string; part: string | undefined; partId: string | undefined }): void {
    const { kind, id, part, partId = '' } = path;
    if (part === 'credentials') this.credentials.delete(partId);
    else if (part === 'client-grants') this.organizations.get(id)?.delete(partId);
    else if (kind === 'clients') this.#forgetClient(id);
    else if (kind === 'client-grants') this.grants.delete(id);
    else if (kind === 'resource-servers') {
      for (const [key, server] of this.resourceServers) {
        if (key === id || server['identifier'] === id) this.resourceServers.delete(key);
      }
    }
  }

  #forgetClient(id: string): void {
    this.clients.delete(id);
    for (const [key, grant] of this.grants) if (grant['client_id'] === id) this.grants.delete(key);
  }
}

/** Below /api/v2. */
export function pathOf({ path }: RecordedPair): string {
  return path.replace(/^\/api\/v2/, '');
}

/** The object or the objects of an answer. */
export function elements(body: Json): JsonObject[] {
  if (Array.isArray(body)) return body.filter(isJsonObject);
  if (!isJsonObject(body)) return [];
  const list = Object.values(body).find((value) => Array.isArray(value));
  const isList =
    'total' in body || ['clients', 'client_grants', 'resource_servers', 'organizations'].some((key) => key in body);
  return isList ? (Array.isArray(list) ? list.filter(isJsonObject) : []) : [body];
}
