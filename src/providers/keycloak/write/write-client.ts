import { publicJwk } from '../../../model/secrets/public-jwk.ts';
import type { Credential } from '../../../model/secrets/credential.ts';
import { sameJson } from '../../../model/values/json.ts';
import { GrantryError } from '../../../model/errors.ts';
import { describeMoment } from '../../../model/text/moment.ts';
import type { AdoptChange, DeleteChange, UpdateChange } from '../../../model/plan.ts';
import type { Fields } from '../../../model/state.ts';
import { CLOCK_MARGIN } from '../../../platform/clock.ts';
import type {
  ChosenCredential,
  ClientKey,
  CreatedClient,
  FoundClient,
  NewClient,
  WrittenCredential,
} from '../../provider.ts';
import type { KeycloakApi } from '../http/api.ts';
import { allScopes, assignScopes, hasMore, heldScopes, sameScopes } from './assign-scopes.ts';
import { changedClient, fieldsAsFound } from '../convert/client-body.ts';
import type { ClientResource } from '../http/client-resource.ts';
import { assignedScopes, deliveryToAttributes, fieldsToAttributes, fieldsToClient } from '../convert/convert-client.ts';
import { clientFields } from '../fields.ts';
import type { ClientFields } from '../fields.ts';
import { findClient, findClientById } from '../read/listing.ts';
import { keysToAttributes, registeredKey } from '../convert/keys.ts';
import { ATTRIBUTE, MARK } from '../convert/marks.ts';
import type { PolicyRules } from '../policies/policy-rules.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { serversOwnMappers } from '../convert/server-mappers.ts';
import { hasRoles } from '../roles/role-names.ts';
import type { ScopeIndex } from '../read/scope-index.ts';
import { throwTaken } from '../read/taken-client-id.ts';
import { writtenSecret } from './write-credential.ts';
import { writtenKey } from './write-keys.ts';
import type { CredentialWriter } from './write-credential.ts';
import type { KeyWriter } from './write-keys.ts';
import { NEW_ACCOUNT, RoleAssigner } from '../roles/write-roles.ts';
import type { AccountFields } from '../roles/write-roles.ts';

export interface WriterParts {
  readonly scopes: ScopeIndex;
  readonly policies: PolicyRules;
  readonly client: ClientResource;
  readonly credentials: CredentialWriter;
  readonly keys: KeyWriter;
}

/** Writes clients; their secrets only when it makes them. */
export class ClientWriter {
  readonly #api: KeycloakApi;
  readonly #scopes: ScopeIndex;
  readonly #policies: PolicyRules;
  readonly #client: ClientResource;
  readonly #credentials: CredentialWriter;
  readonly #keys: KeyWriter;
  readonly #roles: RoleAssigner;

  constructor(api: KeycloakApi, { scopes, policies, client, credentials, keys }: WriterParts) {
    this.#api = api;
    this.#scopes = scopes;
    this.#policies = policies;
    this.#client = client;
    this.#credentials = credentials;
    this.#keys = keys;
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
    const account = hasRoles(fields.roles)
      ? await this.#roles.change({ id, clientId: fields.clientId }, NEW_ACCOUNT, fields)
      : accountOf(fields);
    const client = await this.#withoutGivenScopes(id, fields);
    const now = Math.floor(this.#api.earliestNow() / 1000);
    const found = await fieldsAsFound(client, { before: undefined, after: fields, account, now }, this.#policies);
    return { id, found, written: writtenAs(chosen.credential.kind, client) };
  }

  /**
   * A client as it was made, without client scopes that the server gave it unasked, such as optional ones of a realm's defaults:
   * they would be access that nobody declared.
   */
  async #withoutGivenScopes(id: string, fields: ClientFields): Promise<ClientRepresentation> {
    const about = `read client ${fields.clientId} back`;
    const client = await this.#read(id, about);
    const [had, wants] = [heldScopes(client), assignedScopes(fields)];
    if (!hasMore(had, wants)) return client;
    await assignScopes(this.#api, this.#scopes, { id, clientId: fields.clientId }, { had, wants });
    return this.#read(id, about);
  }

  async #post(fields: ClientFields, { credential, delivery }: ChosenCredential): Promise<string> {
    const { clientId } = fields;
    const scopes = assignedScopes(fields);
    const body = {
      ...fieldsToClient(fields),
      ...(credential.kind === 'client-secret' ? { secret: credential.secret.reveal() } : {}),
      defaultClientScopes: [...scopes.default],
      optionalClientScopes: [...scopes.optional],
      attributes: {
        ...fieldsToAttributes(fields),
        ...deliveryToAttributes(delivery),
        ...bornWith(credential, delivery.at),
      },
    };
    try {
      const context = { about: `create client ${clientId}`, needs: 'manage-clients' };
      return (await this.#api.create(context, ({ clients }) => clients.create(body))).id;
    } catch (error) {
      if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE')
        return throwTaken(this.#api, clientId, await this.#client.explain(error));
      const present = await findClient(this.#api, clientId);
      // The mark separates this creation from any other client: its time and place are this run's.
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
    const now = Math.floor(this.#api.earliestNow() / 1000);
    const strays = after.authenticator === before.authenticator ? { ...before, ...leavingKeys(before, after) } : after;
    const body = changedClient(before, after, await this.#keys.withoutStrays(change, strays, now));
    if (before.protocol === after.protocol) {
      await assignScopes(this.#api, this.#scopes, client, { had, wants });
      if (body !== undefined) await this.#change(client, body);
    } else if (body !== undefined) {
      // The server then gives the client the realm's default scopes of its new protocol, and shows no others.
      await this.#change(client, body);
      const given = heldScopes(await this.#read(id, `read the scopes of client ${after.clientId}`));
      await assignScopes(this.#api, this.#scopes, client, { had: allScopes(had, given), wants });
    }
    const account = sameJson(accountOf(before), accountOf(after))
      ? accountOf(after)
      : await this.#roles.change(client, before, after);
    if (body === undefined && sameScopes(had, wants)) return { ...after, ...account };
    const present = await this.#read(id, `read client ${after.clientId} back`);
    return fieldsAsFound(present, { before, after, account, now, sent: body }, this.#policies);
  }

  async #change({ id, clientId }: { id: string; clientId: string }, body: Record<string, unknown>): Promise<void> {
    const put = this.#client.put(id, await this.#withServersMappers(id, body), `change client ${clientId}`);
    await put.catch((error: unknown) => throwTaken(this.#api, clientId, error));
  }

  /** A list of mappers takes away all that it does not name. */
  async #withServersMappers(id: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (!('protocolMappers' in body)) return body;
    const client = await this.#read(id, 'see which protocol mappers of a client are the own ones of the server');
    return { ...body, protocolMappers: serversOwnMappers(client) };
  }

  async #read(id: string, about: string): Promise<ClientRepresentation> {
    return this.#client.read(id, { about, needs: 'view-clients' });
  }

  async delete(change: DeleteChange): Promise<void> {
    const context = { about: `delete ${change.address}`, needs: 'manage-clients' };
    await this.#api.delete(context, ({ clients }) => clients.del({ id: change.id }));
  }

  /** Without its attribute no policy is for the client, and the server ends the overlap at once. */
  async #refuseToEndOverlap({ id }: UpdateChange | AdoptChange, { clientId }: ClientFields): Promise<void> {
    const { previousUntil } = await this.#credentials.read(id);
    if (previousUntil === undefined || (previousUntil + CLOCK_MARGIN) * 1000 <= this.#api.earliestNow()) return;
    const until = describeMoment(previousUntil * 1000);
    throw new GrantryError(
      'ROTATION_IN_OVERLAP',
      `client ${clientId} is in the overlap of its last rotation: its previous credential is accepted until ${until}, and would be refused at once without an overlap`,
      {
        hint: 'Apply this change an hour after that, or as soon as a grantry rotate has taken away what is left of it.',
      },
    );
  }
}

/** What the client bears of the credential that it was created with. */
function writtenAs(kind: Credential['kind'], client: ClientRepresentation): WrittenCredential {
  switch (kind) {
    case 'client-secret':
      return writtenSecret(client);
    case 'private-key-jwt':
      return writtenKey(client);
    case 'federated-jwt':
      // The secret that the server made for it is of no use, nor its age.
      return { ...writtenSecret(client), credential: undefined, createdAt: undefined };
    default:
      return kind satisfies never;
  }
}

/** The attributes of the credential that a client is created with. Keycloak notes no time for one that the caller chose. */
function bornWith(credential: Credential, createdAt: number | null): Record<string, string> {
  switch (credential.kind) {
    case 'client-secret':
      return createdAt === null ? {} : { [ATTRIBUTE.secretCreatedAt]: String(createdAt) };
    case 'private-key-jwt':
      return keysToAttributes([registeredKey(publicJwk(credential), createdAt ?? 0)]);
    case 'federated-jwt':
      // Its fields say it all.
      return {};
    default:
      return credential satisfies never;
  }
}

/** Those that are there and are to go: of a client whose owner keeps its credential none is. */
function leavingKeys(before: ClientFields, after: ClientFields): Pick<ClientFields, 'strayKeys' | 'endedKeys'> {
  return {
    strayKeys: before.strayKeys.filter((key) => !after.strayKeys.includes(key)),
    endedKeys: before.endedKeys.filter((key) => !after.endedKeys.includes(key)),
  };
}

function accountOf({ serviceAccount, roles, groups, scopeMappings }: ClientFields): AccountFields {
  return { serviceAccount, roles, groups, scopeMappings };
}
