/** Everything a tenant holds, in memory. Objects are kept as the API would show them; views leave out what a token may not see. */
import { textOf } from './json.ts';
import type { JsonObject } from './json.ts';

export interface StoredClient {
  readonly id: string;
  /** Every key of the answer but `client_id`; the secret is among them. */
  fields: JsonObject;
  /** A secret that was replaced and is still accepted, until then in milliseconds of the emulator's clock. */
  retired?: { readonly secret: string; readonly until: number };
}

export interface StoredCredential {
  readonly id: string;
  readonly clientId: string;
  fields: JsonObject;
  /** What was uploaded; never shown. */
  readonly pem: string | undefined;
}

export interface StoredResourceServer {
  readonly id: string;
  readonly identifier: string;
  fields: JsonObject;
}

export interface StoredGrant {
  readonly id: string;
  fields: JsonObject;
  /** Of a grant whose client was deleted: until when it is still listed. */
  dyingUntil?: number;
}

/** An organisation and the grants associated with it, in the order of their association. */
export interface StoredOrganization {
  readonly id: string;
  fields: JsonObject;
  readonly grants: Set<string>;
}

/** A map that lists its entries in the order of their keys, as Auth0 lists grants. */
class SortedMap<V> {
  readonly #entries = new Map<string, V>();
  #sorted: V[] | undefined;

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: V): void {
    this.#entries.set(key, value);
    this.#sorted = undefined;
  }

  delete(key: string): boolean {
    this.#sorted = undefined;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#sorted = undefined;
  }

  values(): readonly V[] {
    this.#sorted ??= [...this.#entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
    return this.#sorted;
  }
}

export class TenantState {
  /** In the order of their creation. */
  readonly clients = new Map<string, StoredClient>();
  readonly credentials = new Map<string, StoredCredential>();
  readonly resourceServers = new Map<string, StoredResourceServer>();
  readonly grants = new SortedMap<StoredGrant>();
  readonly organizations = new Map<string, StoredOrganization>();
  readonly #byIdentifier = new Map<string, StoredResourceServer>();
  /** Grants by client, so that a tenant of thousands answers tokens at once. */
  readonly #grantsOf = new Map<string, Set<StoredGrant>>();

  addResourceServer(server: StoredResourceServer): void {
    this.resourceServers.set(server.id, server);
    this.#byIdentifier.set(server.identifier, server);
  }

  removeResourceServer(server: StoredResourceServer): void {
    this.resourceServers.delete(server.id);
    this.#byIdentifier.delete(server.identifier);
  }

  /** By the hex id or by the identifier: both stand in paths. */
  resourceServer(idOrIdentifier: string): StoredResourceServer | undefined {
    return this.resourceServers.get(idOrIdentifier) ?? this.#byIdentifier.get(idOrIdentifier);
  }

  addGrant(grant: StoredGrant): void {
    this.removeGrant(grant.id);
    this.grants.set(grant.id, grant);
    const client = textOf(grant.fields['client_id']);
    const siblings = this.#grantsOf.get(client) ?? new Set();
    this.#grantsOf.set(client, siblings.add(grant));
  }

  removeGrant(id: string): void {
    const grant = this.grants.get(id);
    if (grant === undefined) return;
    this.grants.delete(id);
    this.#grantsOf.get(textOf(grant.fields['client_id']))?.delete(grant);
    for (const { grants } of this.organizations.values()) grants.delete(id);
  }

  grantsOf(clientId: string): StoredGrant[] {
    return [...(this.#grantsOf.get(clientId) ?? [])];
  }

  credentialsOf(clientId: string): StoredCredential[] {
    return [...this.credentials.values()].filter((credential) => credential.clientId === clientId);
  }

  /** The organisation; it is made when it is first named, as organisations have no endpoint here. */
  organization(id: string): StoredOrganization {
    const known = this.organizations.get(id);
    if (known !== undefined) return known;
    const made = { id, fields: { name: id, display_name: id }, grants: new Set<string>() };
    this.organizations.set(id, made);
    return made;
  }
}
