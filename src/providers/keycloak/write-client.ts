import { z } from 'zod';
import type { ClientSecret } from '../../model/credential.ts';
import { sameJson } from '../../model/json.ts';
import { GrantryError } from '../../model/errors.ts';
import { describeMoment } from '../../model/moment.ts';
import type { AdoptChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import { Secret } from '../../model/secret.ts';
import type { Delivery, Fields } from '../../model/state.ts';
import { CLOCK_MARGIN } from '../../platform/clock.ts';
import type {
  ChosenCredential,
  ChosenSecret,
  ClientKey,
  CreatedClient,
  FoundClient,
  IssuedCredential,
  NewClient,
} from '../provider.ts';
import { clientPath } from './api.ts';
import type { KeycloakApi } from './api.ts';
import { allScopes, assignScopes, heldScopes, sameScopes } from './assign-scopes.ts';
import { changedClient, fieldsAsFound, settingsAsTheyStand } from './client-body.ts';
import { assignedScopes, deliveryToAttributes, fieldsToAttributes, fieldsToClient } from './convert.ts';
import { clientFields } from './fields.ts';
import type { ClientFields } from './fields.ts';
import { findClient, findClientById, parseClients } from './listing.ts';
import { ATTRIBUTE, MARK, parseSeconds } from './marks.ts';
import type { PolicyRules } from './policy-rules.ts';
import { statusOf } from './refusal.ts';
import type { ClientRepresentation } from './representations.ts';
import { hasRoles } from './role-names.ts';
import type { ScopeIndex } from './scope-index.ts';
import { throwTaken } from './taken-client-id.ts';
import { NEW_ACCOUNT, RoleAssigner } from './write-roles.ts';
import type { AccountFields } from './write-roles.ts';

/** Writes clients. Never sends a secret back that was read: one that is masked would become the secret. */
export class ClientWriter {
  readonly #api: KeycloakApi;
  readonly #scopes: ScopeIndex;
  readonly #policies: PolicyRules;
  readonly #roles: RoleAssigner;

  constructor(api: KeycloakApi, scopes: ScopeIndex, policies: PolicyRules) {
    this.#api = api;
    this.#scopes = scopes;
    this.#policies = policies;
    this.#roles = new RoleAssigner(api);
  }

  async find(key: ClientKey): Promise<FoundClient | undefined> {
    const found = 'id' in key ? await findClientById(this.#api, key.id) : await findClient(this.#api, key.clientId);
    if (found === undefined) return undefined;
    return { id: found.id, clientId: found.clientId, stack: found.attributes[MARK.stack] || undefined };
  }

  /** One POST with everything but roles. A lost answer is resolved by looking whether the client came to be. */
  async create({ change, chosen }: NewClient): Promise<CreatedClient> {
    const fields = clientFields.parse(change.after);
    if (chosen === undefined) throw new TypeError('Keycloak clients are created with a chosen secret');
    const id = await this.#post(fields, chosen);
    if (hasRoles(fields.roles)) {
      await this.#roles.change({ id, clientId: fields.clientId }, NEW_ACCOUNT, fields);
    }
    return { id, found: await this.#readBack(id, fields) };
  }

  async #post(fields: ClientFields, { credential, delivery }: ChosenCredential): Promise<string> {
    const { clientId } = fields;
    const scopes = assignedScopes(fields);
    const body = {
      ...fieldsToClient(fields),
      secret: credential.secret.reveal(),
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
        return throwTaken(this.#api, clientId, await this.#withPolicies(error));
      const present = await findClient(this.#api, clientId);
      // The mark tells this very creation from any other client: its time and place are this run's.
      const mark = deliveryToAttributes(delivery)[MARK.delivered];
      if (present === undefined || present.attributes[MARK.delivered] !== mark) throw error;
      return present.id;
    }
  }

  async update(change: UpdateChange | AdoptChange): Promise<Fields> {
    const { id } = change;
    const before = clientFields.parse(change.before);
    const after = clientFields.parse(change.after);
    if (before.overlap !== null && after.overlap === null) await this.#refuseToEndOverlap(change, before);
    const [had, wants] = [assignedScopes(before), assignedScopes(after)];
    const client = { id, clientId: after.clientId };
    const body = changedClient(before, after);
    if (before.protocol === after.protocol) {
      await assignScopes(this.#api, this.#scopes, client, { had, wants });
      if (body !== undefined) await this.#change(client, body);
    } else if (body !== undefined) {
      // The server then gives the client the realm's default scopes of its new protocol, and shows no others.
      await this.#change(client, body);
      const given = heldScopes(await this.#read(id, `read the scopes of client ${after.clientId}`));
      await assignScopes(this.#api, this.#scopes, client, { had: allScopes(had, given), wants });
    }
    if (!sameJson(accountOf(before), accountOf(after))) {
      await this.#roles.change(client, before, after);
    }
    const isUntouched = body === undefined && sameScopes(had, wants);
    return isUntouched ? change.after : this.#readBack(id, after, before);
  }

  async #change({ id, clientId }: { id: string; clientId: string }, body: Record<string, unknown>): Promise<void> {
    const put = this.#put(id, body, `change client ${clientId}`);
    await put.catch((error: unknown) => throwTaken(this.#api, clientId, error));
  }

  async #put(id: string, body: Record<string, unknown>, about: string): Promise<void> {
    const call = { about, needs: 'manage-clients', idempotent: true, writes: true as const };
    try {
      await this.#api.call(call, (client) => client.clients.update({ id }, body));
    } catch (error) {
      throw await this.#withPolicies(error);
    }
  }

  /** What may have refused a change, where the server does not say it. */
  async #withPolicies(error: unknown): Promise<unknown> {
    if (!(error instanceof GrantryError) || error.code !== 'FAILED' || error.hint !== undefined) return error;
    const hint = await this.#policies.whoMayRefuse();
    return hint === undefined ? error : new GrantryError(error.code, error.message, { hint, cause: error.cause });
  }

  async #readBack(id: string, after: ClientFields, before?: ClientFields): Promise<ClientFields> {
    const client = await this.#read(id, `read client ${after.clientId} back`);
    return fieldsAsFound(client, { before, after }, this.#policies);
  }

  async #read(id: string, about: string): Promise<ClientRepresentation> {
    const found = await this.#api.read({ about, needs: 'view-clients' }, clientPath(id));
    const [client] = parseClients(this.#api, [found]);
    if (client === undefined) throw new GrantryError('FAILED', `Keycloak does not show the client ${id}`);
    return client;
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
        hint: `From Keycloak 26.8 on only accounts with the role manage-clients see secrets. ${this.#api.adviseOnRights('manage-clients')}`,
      });
    }
    const { clientId, secret, attributes } = client;
    const previousUntil = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
    return {
      id,
      clientId,
      credential: { kind: 'client-secret', secret },
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

  /**
   * A PUT of a secret moves neither its creation time nor its end. Where a policy of the realm gives secrets an end, the
   * server sets a new one once the old one is taken away; it would else refuse the new secret when the old one was to end.
   */
  async setSecret(id: string, { credential, createdAt, delivery }: ChosenSecret): Promise<void> {
    const times = { [ATTRIBUTE.secretCreatedAt]: String(createdAt), [ATTRIBUTE.secretExpiresAt]: '' };
    const attributes = { ...deliveryToAttributes(delivery), ...times };
    await this.#putBeside(id, { secret: credential.secret.reveal(), attributes }, 'change the secret of a client');
  }

  async endOverlap(id: string): Promise<ClientSecret | undefined> {
    const secret = await this.#previousSecret(id);
    const call = {
      about: 'end the overlap of a client',
      needs: 'manage-clients',
      idempotent: true,
      writes: true as const,
    };
    await this.#api.call(call, (client) => client.clients.invalidateSecret({ id }));
    return secret === undefined ? undefined : { kind: 'client-secret', secret };
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
    if (previousUntil === undefined || (previousUntil + CLOCK_MARGIN) * 1000 <= this.#api.earliestNow()) return;
    const until = describeMoment(previousUntil * 1000);
    throw new GrantryError(
      'ROTATION_IN_OVERLAP',
      `client ${clientId} is in the overlap of its last rotation: its previous secret is accepted until ${until}, and would be refused at once without an overlap`,
      {
        hint: 'Apply this change an hour after that, or as soon as a grantry rotate has taken away what is left of it.',
      },
    );
  }

  async markDelivered(id: string, delivery: Delivery): Promise<void> {
    const attributes = deliveryToAttributes(delivery);
    await this.#putBeside(id, { attributes }, `mark the credential at ${delivery.place} as delivered`);
  }

  /** Writes something that is no setting of the client, and leaves its settings as they stand. */
  async #putBeside(
    id: string,
    { attributes, ...rest }: { readonly secret?: string; readonly attributes: Record<string, string> },
    about: string,
  ): Promise<void> {
    // What is read and sent back would undo what somebody else changes in between: only where it must be.
    const settings = (await this.#policies.mayFillIn())
      ? settingsAsTheyStand(await this.#read(id, about))
      : { attributes: {} };
    await this.#put(id, { ...settings, ...rest, attributes: { ...settings.attributes, ...attributes } }, about);
  }
}

/** What is read of other clients leaves the previous secret out. */
const clientWithAttributes = z.object({ attributes: z.record(z.string(), z.unknown()).nullish() });

function accountOf({ serviceAccount, roles, groups, scopeMappings }: ClientFields): AccountFields {
  return { serviceAccount, roles, groups, scopeMappings };
}
