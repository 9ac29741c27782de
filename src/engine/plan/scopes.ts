import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import { isJsonObject } from '../../model/values/json.ts';
import type { Json, JsonObject } from '../../model/values/json.ts';
import type { Fields } from '../../model/state.ts';

/** The names of an Api's scopes, in any provider's fields. */
export function scopesOf(fields: Fields | undefined): string[] {
  return Object.keys(objectAt(fields, 'scopes'));
}

/** The scopes of each Api that a client may use, in any provider's fields. */
export function grantsOf(fields: Fields | undefined): Map<Address, string[]> {
  const access = objectAt(fields, 'access');
  return new Map(
    Object.entries(access).map(([api, granted]) => [
      addressOf('Api', api),
      isJsonObject(granted) ? [...textsIn(granted['scopes']), ...textsIn(granted['onRequest'])] : [],
    ]),
  );
}

function objectAt(fields: Fields | undefined, key: string): JsonObject {
  const value = fields?.[key];
  return isJsonObject(value) ? value : {};
}

function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
