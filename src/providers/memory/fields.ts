import { z } from 'zod';
import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { ClientSecret } from '../../model/secrets/credential.ts';
import { isJsonList, isJsonObject } from '../../model/values/json.ts';
import type { JsonObject } from '../../model/values/json.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { Fields } from '../../model/state.ts';
import type { Capabilities } from '../provider.ts';
import type { MemoryObject } from './objects.ts';

/** Where an object stands: its mark says so, else the name that it was given, else its client_id. */
export function addressOfObject({ kind, name, fields }: MemoryObject): Address {
  return addressOf(kind, textIn(fields, 'name') || name || textIn(fields, 'clientId'));
}

/** Empty where there is none. */
export function textIn(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

/** Empty where there is none. */
export function recordIn(fields: Fields, key: string): JsonObject {
  const value = fields[key];
  return isJsonObject(value) ? value : {};
}

/** The stack whose mark an object carries. */
export function stackOf(fields: Fields): string | undefined {
  return textIn(fields, 'stack') || undefined;
}

/** What a client authenticates as: the server's own id where it cannot be chosen. */
export function clientIdOf(
  { id, fields }: Pick<MemoryObject, 'id' | 'fields'>,
  { chosenClientId }: Pick<Capabilities, 'chosenClientId'>,
): string {
  return chosenClientId ? textIn(fields, 'clientId') : id;
}

/** The scopes of an Api that a client was granted. */
export function grantedIn(client: Fields, api: string): { readonly scopes: string[]; readonly onRequest: string[] } {
  const granted = recordIn(recordIn(client, 'access'), api);
  return { scopes: listIn(granted, 'scopes'), onRequest: listIn(granted, 'onRequest') };
}

function listIn(fields: Fields, key: string): string[] {
  const value = fields[key];
  return isJsonList(value) ? value.map(String) : [];
}

/** A secret as the contract passes it on. */
export function asCredential(secret: string): ClientSecret {
  return { kind: 'client-secret', secret: new Secret(secret) };
}

const identity = z.object({ alias: z.string(), subject: z.string() });

/** Who may log in as a client; undefined: whoever has its credential. */
export function workloadOf({ fields }: Pick<MemoryObject, 'fields'>): z.infer<typeof identity> | undefined {
  return fields['auth'] === 'federated' ? identity.safeParse(fields['identity']).data : undefined;
}
