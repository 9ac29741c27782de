import { addToGroup } from '../../../model/values/groups.ts';
import type { KeycloakApi } from '../http/api.ts';
import { listEveryClient } from './listing.ts';
import { MARK } from '../convert/marks.ts';
import type { Attributes } from '../convert/marks.ts';

/** What of a client shows whether it holds a scope. */
interface Holder {
  readonly clientId: string;
  readonly attributes: Attributes;
  readonly defaultClientScopes: readonly string[];
  readonly optionalClientScopes: readonly string[];
}

/**
 * Who holds which client scopes, found by a listing of its own: what a plan read before is not believed where a scope is to
 * go, since Keycloak takes it from every client without a word. One listing serves all scopes of a run.
 */
export class ScopeHolders {
  readonly #api: KeycloakApi;
  #holders: Promise<ReadonlyMap<string, readonly Holder[]>> | undefined;

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  /** The client_ids of clients outside the stack that hold a scope, sorted. */
  async outsideHolders(stack: string, scope: string): Promise<string[]> {
    this.#holders ??= this.#list();
    const holders = (await this.#holders).get(scope) ?? [];
    return holders.flatMap(({ clientId, attributes }) => (attributes[MARK.stack] === stack ? [] : clientId)).toSorted();
  }

  async #list(): Promise<Map<string, Holder[]>> {
    const holders = new Map<string, Holder[]>();
    const rows = await listEveryClient(this.#api, ({ id, clientId, attributes, ...scopes }) => {
      const { defaultClientScopes, optionalClientScopes } = scopes;
      return { id, clientId, attributes, defaultClientScopes, optionalClientScopes };
    });
    for (const row of rows) {
      for (const scope of [...row.defaultClientScopes, ...row.optionalClientScopes]) addToGroup(holders, scope, row);
    }
    return holders;
  }
}
