import type { AdoptChange, UpdateChange } from '../../../model/plan.ts';
import type { NewKey, RegisteredKeys, WrittenCredential, WrittenKeys } from '../../provider.ts';
import { deliveryToAttributes } from '../convert/convert-client.ts';
import {
  adoptedKey,
  endingKey,
  keysToAttributes,
  lastingKey,
  parseKeys,
  previousUntilOf,
  registeredKey,
} from '../convert/keys.ts';
import type { ClientKeys, KeycloakJwk } from '../convert/keys.ts';
import { MARK, parseDelivery } from '../convert/marks.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { CLIENT_JWT } from '../fields.ts';
import type { ClientFields } from '../fields.ts';
import type { ClientResource } from '../http/client-resource.ts';
import type { CredentialWriter } from './write-credential.ts';

/** Reads and writes the public keys of clients: one attribute, written as a whole over what was just read. */
export class KeyWriter {
  readonly #client: ClientResource;
  readonly #credentials: Pick<CredentialWriter, 'putBeside'>;

  constructor(client: ClientResource, credentials: Pick<CredentialWriter, 'putBeside'>) {
    this.#client = client;
    this.#credentials = credentials;
  }

  async read(id: string): Promise<RegisteredKeys> {
    return registered(await this.#read(id, 'read the public keys of a client'));
  }

  async add(id: string, { key, previousUntil, keepsOlder, delivery }: NewKey): Promise<WrittenKeys> {
    const about = 'add a public key to a client';
    const client = await this.#read(id, about);
    const { present, previous, others, isSettled } = parseKeys(client.attributes);
    const isNewest = present !== undefined && present.kid !== key.keyId;
    const endsOlder = isNewest && isSettled && !keepsOlder;
    const keys = [
      // Only a plan takes away what others registered. Of a client that has another authenticator they are of no use.
      ...(client.clientAuthenticatorType === CLIENT_JWT ? carriedOver(others) : []),
      // Those that consumers still have, for no newer one was of use to them, get their time anew.
      ...(endsOlder ? [] : previous.map((one) => (isSettled ? one.jwk : lastingKey(one, previousUntil)))),
      ...(isNewest ? [endingKey(present, previousUntil)] : []),
      registeredKey(key.jwk, key.createdAt),
    ];
    const attributes = { ...keysToAttributes(keys), ...deliveryToAttributes(delivery) };
    await this.#credentials.putBeside(id, { attributes }, about);
    return written(await this.#read(id, about));
  }

  /** Where there is no newest, or none that the client may sign with, those before are all that consumers have. */
  async keepNewest(id: string): Promise<RegisteredKeys> {
    const about = 'take the previous public key of a client away';
    const { present, previous, others, isSettled } = parseKeys((await this.#read(id, about)).attributes);
    if (previous.length > 0 && present !== undefined && isSettled) {
      const attributes = keysToAttributes([...carriedOver(others), present.jwk]);
      await this.#credentials.putBeside(id, { attributes }, about);
    }
    return registered(await this.#read(id, about));
  }

  /**
   * The attributes by which a client has no keys any more that nobody declares. Those of a client that is taken over stay for the
   * overlap: somebody may log in with them.
   */
  async withoutStrays(
    change: UpdateChange | AdoptChange,
    { strayKeys, endedKeys, authenticator }: ClientFields,
    now: number,
  ): Promise<Record<string, string>> {
    if (authenticator !== CLIENT_JWT || strayKeys.length + endedKeys.length === 0) return {};
    const about = 'see which public keys of a client are to go';
    const { present, previous, others } = parseKeys((await this.#read(change.id, about)).attributes);
    // One that is still used may stay longer than it was to.
    const accepted = previous.filter(({ name }) => !endedKeys.includes(name)).map(({ jwk }) => jwk);
    const until = now + (change.delivery?.overlap ?? 0);
    const adopted = change.op === 'adopt' ? carriedOver(others).map((jwk) => adoptedKey(jwk, now, until)) : [];
    return keysToAttributes([...adopted, ...accepted, ...(present === undefined ? [] : [present.jwk])]);
  }

  async #read(id: string, about: string): Promise<ClientRepresentation> {
    return this.#client.read(id, { about, needs: 'view-clients' });
  }
}

function carriedOver(others: ClientKeys['others']): KeycloakJwk[] {
  return others.map(({ jwk }) => jwk).filter((jwk) => jwk !== undefined);
}

/** What a client bears of the key that it was created with. */
export function writtenKey(client: ClientRepresentation): WrittenCredential {
  const { present, delivered } = written(client);
  return { credential: undefined, keyId: present?.keyId, createdAt: present?.createdAt, delivered };
}

/** What a client has of its keys. */
function written(client: ClientRepresentation): WrittenKeys {
  return { ...registered(client), delivered: parseDelivery(client.attributes[MARK.delivered]) };
}

function registered({ clientId, attributes }: ClientRepresentation): RegisteredKeys {
  const keys = parseKeys(attributes);
  const { present } = keys;
  return {
    clientId,
    present: present === undefined ? undefined : { keyId: present.kid, createdAt: present.madeAt },
    previousUntil: previousUntilOf(keys),
  };
}
