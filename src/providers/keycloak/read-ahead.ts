import type { KeycloakApi } from './api.ts';
import { listClients, listClientScopes } from './listing.ts';
import type { ClientListing } from './listing.ts';
import { beginAccounts } from './read-access.ts';
import type { AccountListing } from './read-access.ts';
import type { ClientScopeRepresentation } from './representations.ts';
import type { Sieve } from './sieve.ts';

/** The listings of a whole read, begun before it is known what of them matters. */
export class ReadAhead {
  readonly scopes: Promise<ClientScopeRepresentation[]>;
  readonly accounts: AccountListing;
  readonly #clients: Promise<ClientListing>;
  #sift: (sieve: Promise<Sieve>) => void = () => undefined;

  constructor(api: KeycloakApi) {
    const sieve = new Promise<Sieve>((resolve) => (this.#sift = resolve));
    this.#clients = listClients(api, sieve, false);
    this.scopes = listClientScopes(api);
    this.accounts = beginAccounts(api);
    // Whoever reads on gets the error; where nobody does, there was a graver one.
    for (const begun of [this.#clients, this.scopes]) begun.catch(() => undefined);
  }

  clients(sieve: Promise<Sieve>): Promise<ClientListing> {
    this.#sift(sieve);
    return this.#clients;
  }
}
