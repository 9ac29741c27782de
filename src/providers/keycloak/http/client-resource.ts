import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakApi } from './api.ts';
import { findClientById } from '../read/listing.ts';
import type { PolicyRules } from '../policies/policy-rules.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { MAPPER_ROLES } from './own-rights.ts';
import type { RequestContext } from './request-context.ts';

/** One client, by Keycloak's own id, as the server shows it and takes it. */
export class ClientResource {
  readonly #api: KeycloakApi;
  readonly #policies: PolicyRules;

  constructor(api: KeycloakApi, policies: PolicyRules) {
    this.#api = api;
    this.#policies = policies;
  }

  /** A client that must be there. */
  async read(id: string, context: RequestContext): Promise<ClientRepresentation> {
    const client = await findClientById(this.#api, id, context);
    if (client !== undefined) return client;
    throw new GrantryError('FAILED', `Keycloak has no client with the id ${id}: ${context.about}`, {
      hint: 'It may have been deleted a moment ago. Run plan again to see how things stand.',
    });
  }

  async put(id: string, body: Record<string, unknown>, about: string): Promise<void> {
    try {
      const needs = 'protocolMappers' in body ? MAPPER_ROLES : 'manage-clients';
      await this.#api.write({ about, needs }, ({ clients }) => clients.update({ id }, body));
    } catch (error) {
      throw await this.explain(error);
    }
  }

  /** The same error, with what may have refused a change where the server does not say it. */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof GrantryError) || error.code !== 'FAILED' || error.hint !== undefined) return error;
    const hint = await this.#policies.whoMayRefuse();
    return hint === undefined ? error : new GrantryError(error.code, error.message, { hint, cause: error.cause });
  }
}
