import { nameOf } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, UpdateChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import type {
  ChosenSecret,
  ClientKey,
  CreatedClient,
  EndedOverlap,
  FoundClient,
  IssuedSecret,
  NewClient,
  WrittenCredential,
} from '../provider.ts';
import { publicJwk } from '../../model/secrets/public-jwk.ts';
import type { ClientPorts, MemoryObject, MemoryObjects } from './objects.ts';
import { asCredential, clientIdOf, stackOf, textIn, workloadOf } from './fields.ts';
import { endedKeys } from './write-keys.ts';

export function findClient({ objects, capabilities }: ClientPorts, key: ClientKey): FoundClient | undefined {
  const found = objects.all.find(
    (object) =>
      object.kind === 'Client' &&
      ('id' in key ? object.id === key.id : clientIdOf(object, capabilities) === key.clientId),
  );
  if (found === undefined) return undefined;
  return { id: found.id, clientId: clientIdOf(found, capabilities), stack: stackOf(found.fields) };
}

export function createClient(ports: ClientPorts, { change, chosen }: NewClient): CreatedClient {
  const { objects, capabilities, now } = ports;
  const clientId = textIn(change.after, 'clientId');
  if (capabilities.chosenClientId && findClient(ports, { clientId }) !== undefined) {
    throw new GrantryError('CONFLICT', `memory already has a client ${clientId}`);
  }
  if (chosen !== undefined && !capabilities.chosenSecret) {
    throw new TypeError('memory makes the secret of a new client itself');
  }
  const object = objects.add('Client', nameOf(change.address), change.after);
  if (chosen?.credential.kind === 'private-key-jwt') {
    const { keyId, alg } = chosen.credential;
    object.keys = [{ keyId, alg, jwk: publicJwk(chosen.credential), createdAt: chosen.delivery.at ?? now }];
  }
  object.secret = chosen?.credential.kind === 'client-secret' ? chosen.credential.secret.reveal() : objects.newSecret();
  object.createdAt = chosen?.delivery.at ?? now;
  if (chosen !== undefined) object.delivered = chosen.delivery;
  const { id, fields: found } = object;
  if (chosen !== undefined) return { id, found, written: writtenOf(object, ports) };
  // Nobody but its owner can make a key.
  return found['auth'] === 'private_key_jwt' ? { id, found } : { id, found, issued: issuedOf(object, ports) };
}

export function updateClient({ objects, now }: ClientPorts, change: UpdateChange | AdoptChange): Fields {
  const object = objects.get(change.id);
  object.fields = change.after;
  if (change.after['auth'] !== 'private_key_jwt') delete object.keys;
  else if (endedKeys(object, now).length > 0)
    object.keys = (object.keys ?? []).filter(({ keyId }) => !endedKeys(object, now).includes(keyId));
  return object.fields;
}

/** The present secret, and until when the one before is accepted. */
export function issuedOf(object: MemoryObject, { capabilities }: ClientPorts): IssuedSecret {
  const { id, secret = '', createdAt, previous } = object;
  return {
    id,
    clientId: clientIdOf(object, capabilities),
    credential: asCredential(secret),
    createdAt: capabilities.secretChangeVisible ? createdAt : undefined,
    ...(previous === undefined ? {} : { previousUntil: previous.until }),
  };
}

/** The present secret with the mark beside it, as after a write. */
function writtenSecret(object: MemoryObject, ports: ClientPorts): WrittenCredential {
  const { credential, createdAt } = issuedOf(object, ports);
  return { credential, createdAt, delivered: object.delivered };
}

/** The same of what a client was created with. */
function writtenOf(object: MemoryObject, ports: ClientPorts): WrittenCredential {
  if (workloadOf(object) !== undefined)
    return { credential: undefined, createdAt: undefined, delivered: object.delivered };
  const [key] = object.keys ?? [];
  if (key === undefined) return writtenSecret(object, ports);
  return { credential: undefined, keyId: key.keyId, createdAt: key.createdAt, delivered: object.delivered };
}

/** A secret of the server's making; the present one stays for the client's overlap. */
export function regenerateSecret(ports: ClientPorts, id: string): IssuedSecret {
  const { objects, capabilities, now } = ports;
  if (!capabilities.secretOverlap) {
    throw new TypeError('memory keeps no previous secret here: it is given a new one');
  }
  const object = objects.get(id);
  renewSecret(ports, object, now);
  return issuedOf(object, ports);
}

/** Gives a client a secret that the server makes; where it has an overlap, the present one stays valid for that. */
export function renewSecret({ objects, now }: ClientPorts, object: MemoryObject, createdAt: number): void {
  const seconds = overlapOf(object, objects);
  const before = object.secret;
  object.secret = objects.newSecret();
  object.createdAt = createdAt;
  if (seconds > 0 && before !== undefined) object.previous = { secret: before, until: now + seconds };
  else delete object.previous;
}

/** Seconds. */
function overlapOf({ fields }: MemoryObject, { all }: MemoryObjects): number {
  const name = textIn(fields, 'overlap');
  const found = all.find((object) => object.kind === 'Rotation' && object.name === name);
  return Number(found?.fields['seconds'] ?? 0);
}

export function setSecret(
  ports: ClientPorts,
  id: string,
  { credential, createdAt, delivery }: ChosenSecret,
): WrittenCredential {
  const object = ports.objects.get(id);
  object.secret = credential.secret.reveal();
  object.createdAt = createdAt;
  object.delivered = delivery;
  return writtenSecret(object, ports);
}

export function endOverlap({ objects }: ClientPorts, id: string): EndedOverlap {
  const object = objects.get(id);
  const { previous } = object;
  delete object.previous;
  return {
    previous: previous === undefined ? undefined : asCredential(previous.secret),
    previousUntil: objects.get(id).previous?.until,
  };
}
