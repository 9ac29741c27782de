import { GrantryError } from '../../model/errors.ts';
import type { KeycloakApi } from './api.ts';
import { listClientScopes } from './listing.ts';
import type { ClientScopeRepresentation } from './representations.ts';

/** The realm's client scopes by name, listed once per run: Keycloak assigns scopes by id. */
export class ScopeIndex {
  readonly #api: KeycloakApi;
  #scopes: Promise<Map<string, ClientScopeRepresentation>> | undefined;

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  async find(name: string): Promise<ClientScopeRepresentation | undefined> {
    return (await this.#load()).get(name);
  }

  async idOf(name: string): Promise<string> {
    const scope = await this.find(name);
    if (scope !== undefined) return scope.id;
    const { url, realm } = this.#api.settings;
    throw new GrantryError('FAILED', `Keycloak ${url} realm ${realm} has no client scope ${name}`, {
      hint: 'It may have been deleted a moment ago. Run plan again to see how things stand.',
    });
  }

  /** To be called after a client scope was made, changed or deleted. */
  forget(): void {
    this.#scopes = undefined;
  }

  async #load(): Promise<Map<string, ClientScopeRepresentation>> {
    this.#scopes ??= listClientScopes(this.#api).then((list) => new Map(list.map((scope) => [scope.name, scope])));
    return this.#scopes;
  }
}
