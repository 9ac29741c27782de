import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakApi } from '../http/api.ts';
import { listClientScopes } from './listing.ts';
import type { ClientScopeRepresentation } from '../convert/representations.ts';

/** The realm's client scopes by name, listed as seldom as possible: there may be thousands, and Keycloak has no pages of them. */
export class ScopeIndex {
  readonly #api: KeycloakApi;
  #scopes: Promise<Map<string, ClientScopeRepresentation>> | undefined;
  #outdated = false;

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  /** As it was when last listed, which may be before changes of this run to other scopes. */
  async find(name: string): Promise<ClientScopeRepresentation | undefined> {
    return (await this.#load()).get(name);
  }

  /** As it is now, as far as this run changes scopes. */
  async findNow(name: string): Promise<ClientScopeRepresentation | undefined> {
    if (this.#outdated) {
      this.#outdated = false;
      this.#scopes = undefined;
    }
    return this.find(name);
  }

  /** Keycloak assigns scopes by id. */
  async idOf(name: string): Promise<string> {
    const scope = await this.findNow(name);
    if (scope !== undefined) return scope.id;
    const { url, realm } = this.#api.settings;
    throw new GrantryError('FAILED', `Keycloak ${url} realm ${realm} has no client scope ${name}`, {
      hint: 'It may have been deleted a moment ago. Run plan again to see how things stand.',
    });
  }

  /** To be called after a client scope was made, changed or deleted. */
  forget(): void {
    this.#outdated = true;
  }

  async #load(): Promise<Map<string, ClientScopeRepresentation>> {
    this.#scopes ??= listClientScopes(this.#api).then((list) => new Map(list.map((scope) => [scope.name, scope])));
    return this.#scopes;
  }
}
