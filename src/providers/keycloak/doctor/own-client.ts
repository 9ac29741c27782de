import { z } from 'zod';
import type { KeycloakApi } from '../http/api.ts';
import { loginClientId } from '../login/account.ts';

const row = z.object({
  clientId: z.string(),
  fullScopeAllowed: z.boolean().nullish(),
  defaultClientScopes: z.array(z.string()).nullish(),
  optionalClientScopes: z.array(z.string()).nullish(),
  attributes: z
    .object({ 'client.secret.expiration.time': z.coerce.number().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/** What of the client by which grantry logs in is looked at; its secret is not taken over. */
export type OwnClientRow = z.infer<typeof row>;

/** The client by which grantry logs in, as far as its account may see it. */
export class OwnClient {
  readonly #api: KeycloakApi;
  #row: Promise<OwnClientRow | undefined> | undefined;

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  /** Undefined: the account may not see it. */
  async read(): Promise<OwnClientRow | undefined> {
    this.#row ??= this.#ask();
    return this.#row;
  }

  async #ask(): Promise<OwnClientRow | undefined> {
    const clientId = loginClientId(this.#api.settings.auth);
    const { realm } = this.#api.settings.auth;
    const { body } = await this.#api.ask(`read the client ${clientId}`, ({ clients }) =>
      clients.find({ realm, clientId }),
    );
    return z
      .array(row)
      .safeParse(body)
      .data?.find((found) => found.clientId === clientId);
  }
}
