import type { NewKey, RegisteredKeys, WrittenKeys } from '../provider.ts';
import { clientIdOf } from './fields.ts';
import type { ClientPorts, MemoryKey, MemoryObject } from './objects.ts';

/** The public keys of a client. */
export function keysOf(object: MemoryObject, { capabilities }: Pick<ClientPorts, 'capabilities'>): WrittenKeys {
  const [present, ...previous] = newestFirst(object);
  const until = previous.map((key) => key.until ?? 0);
  return {
    clientId: clientIdOf(object, capabilities),
    present: present === undefined ? undefined : { keyId: present.keyId, createdAt: present.createdAt },
    previousUntil: until.length === 0 ? undefined : Math.max(...until),
    delivered: object.delivered,
  };
}

/** The present one first; where there is none, nothing is previous to anything. */
function newestFirst({ keys = [] }: MemoryObject): readonly MemoryKey[] {
  return keys[0]?.until === undefined ? keys : [];
}

export function addKey(
  ports: ClientPorts,
  id: string,
  { key, previousUntil, keepsOlder, delivery }: NewKey,
): WrittenKeys {
  const object = ports.objects.get(id);
  const others = (object.keys ?? []).filter(({ keyId }) => keyId !== key.keyId);
  const present = others.find(({ until }) => until === undefined);
  const older = others.filter(({ until }) => until !== undefined);
  const isNewest = present !== undefined;
  object.keys = [
    key,
    ...(isNewest ? [{ ...present, until: previousUntil }] : []),
    ...(isNewest && !keepsOlder ? [] : older),
  ];
  object.delivered = delivery;
  return keysOf(object, ports);
}

export function keepNewestKey(ports: ClientPorts, id: string): RegisteredKeys {
  const object = ports.objects.get(id);
  object.keys = (object.keys ?? []).slice(0, 1);
  return keysOf(object, ports);
}

/** Ids of keys whose time is over, and that are still there. */
export function endedKeys({ keys = [] }: MemoryObject, now: number): string[] {
  return keys.filter(({ until }) => until !== undefined && until < now).map(({ keyId }) => keyId);
}

/** Whether the token endpoint would take an assertion signed with this key. */
export function acceptsKey({ fields, keys = [] }: MemoryObject, keyId: string, now: number): MemoryKey | undefined {
  const key = keys.find((each) => each.keyId === keyId);
  const isRightWay = fields['auth'] === 'private_key_jwt' && key?.alg === fields['signingAlg'];
  return isRightWay && key !== undefined && (key.until === undefined || key.until > now) ? key : undefined;
}
