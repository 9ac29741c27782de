import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { Delivery } from '../../../model/state.ts';
import type { ChosenSecret, EndedOverlap, IssuedSecret, WrittenCredential } from '../../provider.ts';
import type { KeycloakApi } from '../http/api.ts';
import { settingsAsTheyStand } from '../convert/client-body.ts';
import type { ClientResource } from '../http/client-resource.ts';
import { deliveryToAttributes } from '../convert/convert-client.ts';
import { ATTRIBUTE, MARK, parseDelivery, parseSeconds } from '../convert/marks.ts';
import { isMasked } from '../convert/representations.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import type { PolicyRules } from '../policies/policy-rules.ts';
import type { ServerInfo } from '../versions/server-info.ts';
import { hasTrait } from '../versions/traits.ts';

/** Reads and writes the secrets of clients. Never sends one back that was read: one that is masked would become the secret. */
export class CredentialWriter {
  readonly #api: KeycloakApi;
  readonly #client: ClientResource;
  readonly #policies: PolicyRules;
  readonly #server: ServerInfo;

  constructor(
    api: KeycloakApi,
    client: ClientResource,
    { policies, server }: { readonly policies: PolicyRules; readonly server: ServerInfo },
  ) {
    this.#api = api;
    this.#client = client;
    this.#policies = policies;
    this.#server = server;
  }

  async read(id: string): Promise<IssuedSecret> {
    const context = { about: 'read the secret of a client', needs: 'manage-clients' };
    const { clientId, secret, attributes } = await this.#client.read(id, context);
    if (secret === undefined) {
      throw new GrantryError('NOT_ALLOWED', `Keycloak does not show the secret of client ${clientId}`, {
        hint: `From Keycloak 26.8 on only accounts with the role manage-clients see secrets. ${this.#api.adviseOnRights('manage-clients')}`,
      });
    }
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
  async regenerate(id: string): Promise<IssuedSecret> {
    const context = { about: 'regenerate the secret of a client', needs: 'manage-clients' };
    await this.#api.writeOnce(context, ({ clients }) => clients.generateNewClientSecret({ id }));
    return this.read(id);
  }

  /**
   * A PUT of a secret moves neither its creation time nor its end. Where a policy of the realm gives secrets an end, the
   * server sets a new one once the old one is taken away; it would else refuse the new secret when the old one was to end.
   */
  async set(id: string, { credential, createdAt, delivery }: ChosenSecret): Promise<WrittenCredential> {
    const times = { [ATTRIBUTE.secretCreatedAt]: String(createdAt), [ATTRIBUTE.secretExpiresAt]: '' };
    const attributes = { ...deliveryToAttributes(delivery), ...times };
    await this.putBeside(id, { secret: credential.secret.reveal(), attributes }, 'change the secret of a client');
    return writtenSecret(await this.#readBack(id));
  }

  async endOverlap(id: string): Promise<EndedOverlap> {
    const secret = await this.#previousSecret(id);
    const context = { about: 'end the overlap of a client', needs: 'manage-clients' };
    await this.#api.write(context, ({ clients }) => clients.invalidateSecret({ id }));
    return {
      previous: secret === undefined ? undefined : { kind: 'client-secret', secret },
      previousUntil: await this.#previousUntil(id),
    };
  }

  /** Measured on 26.7.4: of a previous secret without its time the server takes nothing away by itself. */
  async #previousUntil(id: string): Promise<number | undefined> {
    const before = parseSeconds((await this.#readBack(id)).attributes[ATTRIBUTE.rotatedExpiresAt]);
    if (before === undefined) return undefined;
    const none = { [ATTRIBUTE.rotatedSecret]: '', [ATTRIBUTE.rotatedAt]: '', [ATTRIBUTE.rotatedExpiresAt]: '' };
    await this.putBeside(id, { attributes: none }, 'take the previous secret of a client away');
    return parseSeconds((await this.#readBack(id)).attributes[ATTRIBUTE.rotatedExpiresAt]);
  }

  async #previousSecret(id: string): Promise<Secret | undefined> {
    const context = { about: 'look for the previous secret', needs: 'manage-clients' };
    const found = await this.#api.read(context, ({ clients }) => clients.findOne({ id }));
    const { data } = clientWithAttributes.safeParse(found);
    const text = data?.attributes?.[ATTRIBUTE.rotatedSecret];
    // Of a mask nobody could say that it is refused.
    return typeof text === 'string' && text !== '' && !isMasked(text) ? new Secret(text) : undefined;
  }

  async markDelivered(id: string, delivery: Delivery): Promise<Delivery | undefined> {
    const attributes = deliveryToAttributes(delivery);
    await this.putBeside(id, { attributes }, `mark the credential at ${delivery.place} as delivered`);
    return writtenSecret(await this.#readBack(id)).delivered;
  }

  /** Keycloak holds the `iat` of a token against this where it is asked about one; measured on 26.7.4. */
  async revokeTokens(id: string, before: number): Promise<number | undefined> {
    await this.putBeside(id, { notBefore: before, attributes: {} }, 'revoke the tokens of a client');
    return (await this.#readBack(id)).notBefore;
  }

  async #readBack(id: string): Promise<ClientRepresentation> {
    return this.#client.read(id, { about: 'read a client back', needs: 'view-clients' });
  }

  /** Writes something that is no setting of the client, and leaves its settings as they stand. */
  async putBeside(id: string, { attributes, ...rest }: BesideSettings, about: string): Promise<void> {
    // What is read and sent back would undo what somebody else changes in between: only where it must be.
    const settings = (await this.#mustSayAll())
      ? settingsAsTheyStand(await this.#client.read(id, { about, needs: 'view-clients' }))
      : { attributes: {} };
    await this.#client.put(id, { ...settings, ...rest, attributes: { ...settings.attributes, ...attributes } }, about);
  }

  /** Whether something of what a body leaves out may be lost or filled in. A server that nobody knows may be an old one. */
  async #mustSayAll(): Promise<boolean> {
    const [mayFillIn, facts] = await Promise.all([this.#policies.mayFillIn(), this.#server.read()]);
    return mayFillIn || facts === undefined || !hasTrait('keepsUnnamedSettings', facts.version);
  }
}

/** What is written to a client beside its settings. */
interface BesideSettings {
  readonly secret?: string;
  /** Unix seconds. */
  readonly notBefore?: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a client bears of its secret. */
export function writtenSecret({ secret, attributes }: ClientRepresentation): WrittenCredential {
  return {
    credential: secret === undefined ? undefined : { kind: 'client-secret', secret },
    createdAt: parseSeconds(attributes[ATTRIBUTE.secretCreatedAt]),
    delivered: parseDelivery(attributes[MARK.delivered]),
  };
}

/** What is read of other clients leaves the previous secret out. */
const clientWithAttributes = z.object({ attributes: z.record(z.string(), z.unknown()).nullish() });
