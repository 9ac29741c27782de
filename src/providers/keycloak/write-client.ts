import { z } from 'zod';
import { sameJson } from '../../model/json.ts';
import { GrantryError } from '../../model/errors.ts';
import { describeMoment } from '../../model/moment.ts';
import type { AdoptChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import { Secret } from '../../model/secret.ts';
import type { Delivery } from '../../model/state.ts';
import type { ChosenSecret, ClientKey, FoundClient, IssuedCredential, NewClient } from '../provider.ts';
import { clientPath } from './api.ts';
import type { KeycloakApi } from './api.ts';
import { assignedScopes, deliveryToAttributes, fieldsToAttributes, fieldsToClient } from './convert.ts';
import { clientFields } from './fields.ts';
import type { ClientFields } from './fields.ts';
import { findClient, findClientById, parseClients } from './listing.ts';
import { ATTRIBUTE, MARK, parseSeconds } from './marks.ts';
import { statusOf } from './refusal.ts';
import { NO_ROLES, hasRoles } from './role-names.ts';
import type { ScopeIndex } from './scope-index.ts';
import { throwTaken } from './taken-client-id.ts';
import { RoleAssigner } from './write-roles.ts';

/** Writes clients. Sends only what changes: whatever a PUT leaves out keeps its value, the secret first of all. */
export class ClientWriter {
  readonly #api: KeycloakApi;
  readonly #scopes: ScopeIndex;
  readonly #roles: RoleAssigner;

  constructor(api: KeycloakApi, scopes: ScopeIndex) {
    this.#api = api;
    this.#scopes = scopes;
    this.#roles = new RoleAssigner(api);
  }

  async find(key: ClientKey): Promise<FoundClient | undefined> {
    const found = 'id' in key ? await findClientById(this.#api, key.id) : await findClient(this.#api, key.clientId);
    if (found === undefined) return undefined;
    return { id: found.id, clientId: found.clientId, stack: found.attributes[MARK.stack] || undefined };
  }

  /** One POST with everything but roles. A lost answer is resolved by looking whether the client came to be. */
  async create({ change, secret, delivery }: NewClient): Promise<IssuedCredential> {
    const fields = clientFields.parse(change.after);
    if (secret === undefined || delivery === undefined)
      throw new TypeError('Keycloak clients are created with a chosen secret');
    const createdAt = delivery.at ?? undefined;
    const id = await this.#post(fields, secret, delivery);
    if (hasRoles(fields.roles)) {
      await this.#roles.change({ id, clientId: fields.clientId }, NO_ROLES_FIELDS, fields);
    }
    return { id, clientId: fields.clientId, secret, createdAt };
  }

  async #post(fields: ClientFields, secret: Secret, delivery: Delivery): Promise<string> {
    const { clientId } = fields;
    const scopes = assignedScopes(fields);
    const body = {
      ...fieldsToClient(fields),
      secret: secret.reveal(),
      defaultClientScopes: scopes.default,
      optionalClientScopes: scopes.optional,
      attributes: {
        ...fieldsToAttributes(fields),
        ...deliveryToAttributes(delivery),
        ...(delivery.at === null ? {} : { [ATTRIBUTE.secretCreatedAt]: String(delivery.at) }),
      },
    };
    try {
      return await this.#api.create({ about: `create client ${clientId}`, needs: 'manage-clients' }, 'clients', body);
    } catch (error) {
      if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE')
        return throwTaken(this.#api, clientId, error);
      const present = await findClient(this.#api, clientId);
      // The mark tells this very creation from any other client: its time and place are this run's.
      const mark = deliveryToAttributes(delivery)[MARK.delivered];
      if (present === undefined || present.attributes[MARK.delivered] !== mark) throw error;
      return present.id;
    }
  }

  async update(change: UpdateChange | AdoptChange): Promise<void> {
    const { id } = change;
    const before = clientFields.parse(change.before);
    const after = clientFields.parse(change.after);
    if (before.overlap !== null && after.overlap === null) await this.#refuseToEndOverlap(change, before);
    await this.#assignScopes(id, before, after);
    const body = changedRepresentation(before, after);
    if (body !== undefined) {
      const call = {
        about: `change client ${after.clientId}`,
        needs: 'manage-clients',
        idempotent: true,
        writes: true as const,
      };
      await this.#api
        .call(call, (client) => client.clients.update({ id }, body))
        .catch((error: unknown) => throwTaken(this.#api, after.clientId, error));
    }
    if (!sameJson(before.roles, after.roles) || !sameJson(before.scopeMappings, after.scopeMappings)) {
      await this.#roles.change({ id, clientId: after.clientId }, before, after);
    }
  }

  /** PUT ignores scopes. A scope that moves must leave its old list before the new one takes it. */
  async #assignScopes(id: string, before: ClientFields, after: ClientFields): Promise<void> {
    const [had, wants] = [assignedScopes(before), assignedScopes(after)];
    const call = {
      about: `assign scopes to client ${after.clientId}`,
      needs: 'manage-clients',
      idempotent: true,
      writes: true as const,
    };
    const assign = async (
      names: readonly string[],
      method: 'addDefaultClientScope' | 'delDefaultClientScope' | 'addOptionalClientScope' | 'delOptionalClientScope',
    ): Promise<void> => {
      for (const name of names) {
        const clientScopeId = await this.#scopes.idOf(name);
        await this.#api.call(call, (client) => client.clients[method]({ id, clientScopeId }));
      }
    };
    await assign(without(had.default, wants.default), 'delDefaultClientScope');
    await assign(without(had.optional, wants.optional), 'delOptionalClientScope');
    await assign(without(wants.default, had.default), 'addDefaultClientScope');
    await assign(without(wants.optional, had.optional), 'addOptionalClientScope');
  }

  async delete(change: DeleteChange): Promise<void> {
    const call = {
      about: `delete ${change.address}`,
      needs: 'manage-clients',
      idempotent: true,
      writes: true as const,
    };
    await this.#api.call(call, async (client) => {
      try {
        await client.clients.del({ id: change.id });
      } catch (error) {
        // Already gone is what was wanted.
        if (statusOf(error) !== 404) throw error;
      }
    });
  }

  async readCredential(id: string): Promise<IssuedCredential> {
    const reading = { about: 'read the secret of a client', needs: 'manage-clients' };
    const found = await this.#api.read(reading, clientPath(id));
    const [client] = parseClients(this.#api, [found]);
    if (client?.secret === undefined) {
      throw new GrantryError('NOT_ALLOWED', `Keycloak does not show the secret of client ${client?.clientId ?? id}`, {
        hint: 'From Keycloak 26.8 on only accounts with the role manage-clients of the client realm-management see secrets.',
      });
    }
    const { clientId, secret, attributes } = client;
    const previousUntil = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
    return {
      id,
      clientId,
      secret,
      createdAt: parseSeconds(attributes[ATTRIBUTE.secretCreatedAt]),
      ...(previousUntil === undefined ? {} : { previousUntil }),
    };
  }

  /** Only a POST keeps the previous secret. What the server made is read back with the times that it noted. */
  async regenerateSecret(id: string): Promise<IssuedCredential> {
    const call = {
      about: 'regenerate the secret of a client',
      needs: 'manage-clients',
      idempotent: false,
      writes: true as const,
    };
    await this.#api.call(call, async (client) => void (await client.clients.generateNewClientSecret({ id })));
    return this.readCredential(id);
  }

  /** A PUT of a secret moves no creation time by itself. */
  async setSecret(id: string, { secret, createdAt, delivery }: ChosenSecret): Promise<void> {
    const call = {
      about: 'change the secret of a client',
      needs: 'manage-clients',
      idempotent: true,
      writes: true as const,
    };
    const attributes = { ...deliveryToAttributes(delivery), [ATTRIBUTE.secretCreatedAt]: String(createdAt) };
    await this.#api.call(call, (client) => client.clients.update({ id }, { secret: secret.reveal(), attributes }));
  }

  async endOverlap(id: string): Promise<Secret | undefined> {
    const previous = await this.#previousSecret(id);
    const call = {
      about: 'end the overlap of a client',
      needs: 'manage-clients',
      idempotent: true,
      writes: true as const,
    };
    await this.#api.call(call, (client) => client.clients.invalidateSecret({ id }));
    return previous;
  }

  async #previousSecret(id: string): Promise<Secret | undefined> {
    const reading = { about: 'look for the previous secret', needs: 'manage-clients' };
    const found = await this.#api.read(reading, clientPath(id));
    const { data } = clientWithAttributes.safeParse(found);
    const text = data?.attributes?.[ATTRIBUTE.rotatedSecret];
    return typeof text === 'string' && text !== '' ? new Secret(text) : undefined;
  }

  /** Without its attribute no policy is for the client, and the server ends the overlap at once. */
  async #refuseToEndOverlap({ id }: UpdateChange | AdoptChange, { clientId }: ClientFields): Promise<void> {
    const { previousUntil } = await this.readCredential(id);
    if (previousUntil === undefined || previousUntil * 1000 + CLOCKS_DIFFER_MS <= this.#api.now()) return;
    const until = describeMoment(previousUntil * 1000);
    throw new GrantryError(
      'ROTATION_IN_OVERLAP',
      `client ${clientId} is in the overlap of its last rotation: its previous secret is accepted until ${until}, and would be refused at once without an overlap`,
      { hint: 'Apply this change a day after that, or as soon as a grantry rotate has taken away what is left of it.' },
    );
  }

  async markDelivered(id: string, delivery: Delivery): Promise<void> {
    const call = {
      about: `mark the credential at ${delivery.place} as delivered`,
      needs: 'manage-clients',
      idempotent: true,
      writes: true as const,
    };
    const body = { attributes: deliveryToAttributes(delivery) };
    await this.#api.call(call, (client) => client.clients.update({ id }, body));
  }
}

/** What is read of other clients leaves the previous secret out. */
const clientWithAttributes = z.object({ attributes: z.record(z.string(), z.unknown()).nullish() });

/** By how much this machine's clock may be ahead of the server's. */
const CLOCKS_DIFFER_MS = 86_400_000;

function without(list: readonly string[], other: readonly string[]): string[] {
  return list.filter((name) => !other.includes(name));
}

const NO_ROLES_FIELDS = { roles: NO_ROLES, scopeMappings: NO_ROLES };

/** The PUT body for what differs, or undefined where nothing that a PUT takes does. */
function changedRepresentation(before: ClientFields, after: ClientFields): Record<string, unknown> | undefined {
  const [was, is] = [fieldsToClient(before), fieldsToClient(after)];
  const body: Record<string, unknown> = Object.fromEntries(
    Object.entries(is).filter(([key, value]) => JSON.stringify(was[key]) !== JSON.stringify(value)),
  );
  const [had, has] = [fieldsToAttributes(before), fieldsToAttributes(after, before)];
  const attributes = Object.fromEntries(Object.entries(has).filter(([key, value]) => had[key] !== value));
  if (Object.keys(attributes).length > 0) body['attributes'] = attributes;
  if (!sameJson(before.protocolMappers, after.protocolMappers)) body['protocolMappers'] = [];
  if (Object.keys(body).length === 0) return undefined;
  // Keycloak 26.7 fails on a body without, where a client that was there before its overlap gets that from the policy.
  return { attributes: {}, ...body };
}
