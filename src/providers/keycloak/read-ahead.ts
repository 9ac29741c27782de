import type { KeycloakApi } from './api.ts';
import { listClients, listClientScopes } from './listing.ts';
import type { Claims, ClientListing } from './listing.ts';
import type { ClientScopeRepresentation } from './representations.ts';

/** The listings of a whole read, begun before it is known which clients the manifests claim. */
export class ReadAhead {
  readonly scopes: Promise<ClientScopeRepresentation[]>;
  readonly #clients: Promise<ClientListing>;
  #claim: (claims: Claims) => void = () => undefined;

  constructor(api: KeycloakApi, stack: string) {
    const claims = new Promise<Claims>((resolve) => (this.#claim = resolve));
    this.#clients = listClients(api, stack, claims, false);
    this.scopes = listClientScopes(api);
    // Whoever reads on gets the error; where nobody does, there was a graver one.
    for (const begun of [this.#clients, this.scopes]) begun.catch(() => undefined);
  }

  clients(claims: Claims): Promise<ClientListing> {
    this.#claim(claims);
    return this.#clients;
  }
}
