import type { KeycloakApi } from '../http/api.ts';
import { findClient, findClientById } from './listing.ts';

interface ClientNames {
  readonly id: string;
  readonly clientId: string;
}

/** Clients whose names are known without asking. */
export interface KnownClients {
  readonly clients: readonly ClientNames[];
  /** They are all that there are. */
  readonly isWhole: boolean;
}

/** Clients by either of their names: Keycloak's paths have its own ids, manifests and role mappings client_ids. Each is asked for once. */
export class ClientIndex {
  readonly #api: KeycloakApi;
  readonly #ids: Map<string, Promise<string | undefined>>;
  readonly #names: Map<string, Promise<string | undefined>>;
  readonly #isWhole: boolean;

  constructor(api: KeycloakApi, { clients, isWhole }: KnownClients = { clients: [], isWhole: false }) {
    this.#api = api;
    this.#isWhole = isWhole;
    this.#ids = new Map(clients.map(({ clientId, id }) => [clientId, Promise.resolve(id)]));
    this.#names = new Map(clients.map(({ clientId, id }) => [id, Promise.resolve(clientId)]));
  }

  /** Undefined where there is no such client. */
  async idOf(clientId: string): Promise<string | undefined> {
    const known = this.#ids.get(clientId);
    if (known !== undefined || this.#isWhole) return known;
    const found = findClient(this.#api, clientId).then((client) => client?.id);
    this.#ids.set(clientId, found);
    return found;
  }

  /** The client_id; undefined where there is no such client. */
  async nameOf(id: string): Promise<string | undefined> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const found = findClientById(this.#api, id).then((client) => client?.clientId);
    this.#names.set(id, found);
    return found;
  }
}
