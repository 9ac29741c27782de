import { addressOf } from '../../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../../model/desired.ts';
import type { ActualObject, DesiredObject } from '../../../model/state.ts';
import { hasUndeclared } from '../convert/attributes.ts';
import { clientObject } from './client-object.ts';
import type { Attributes } from '../convert/marks.ts';
import { declaredAttributes } from '../convert/token-attributes.ts';
import { ATTRIBUTE, MARK, rolesOfInterest } from '../convert/marks.ts';
import type { ClientRepresentation } from '../convert/representations.ts';

/** A client that is neither the stack's nor claimed by a manifest: only what others depend on is kept of it. */
export interface OtherClient {
  readonly id: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly serviceAccountsEnabled: boolean;
  /** The alias of the issuer whose tokens it logs in with. */
  readonly issuer?: string;
}

/** A client of the stack of which all is known that will ever be: nothing more needs to be asked about it. */
export interface CompleteClient {
  readonly id: string;
  readonly clientId: string;
  /** metadata.name. */
  readonly name: string;
  readonly hasServiceAccount: boolean;
  readonly object: ActualObject;
}

/** What of a listed client is worth keeping. */
export type Kept =
  | { readonly kind: 'other'; readonly client: OtherClient }
  | { readonly kind: 'complete'; readonly client: CompleteClient }
  | { readonly kind: 'toExamine'; readonly client: ClientRepresentation };

/** Classifies each client of a listing, as its page arrives: what is kept of it. */
export type ClientFilter = (row: ClientRepresentation) => Kept;

/** Which clients matter beside those with the stack's mark. */
export interface Claims {
  /** By their client_ids, which manifests claim. */
  readonly clientIds: ReadonlySet<string>;
  /** By Keycloak's own ids. */
  readonly ids: ReadonlySet<string>;
}

export interface FilterSetting {
  readonly desired: DesiredState;
  /** What the objects are to be. */
  readonly projected: readonly DesiredObject[];
  readonly apiOfScope: ReadonlyMap<string, string>;
  /** Unix seconds. */
  readonly now: number;
  /** False: nothing is complete before all is read. */
  readonly decidesEarly: boolean;
}

/**
 * Complete is what the stack owns, what a manifest declares under the same client_id, and what has nothing about which more would
 * have to be asked: nearly all clients of nearly all realms.
 */
export function makeClientFilter(
  claims: Claims,
  { desired, projected, apiOfScope, now, decidesEarly }: FilterSetting,
): ClientFilter {
  const { stack } = desired.target;
  const byClientId = new Map(desired.clients.map((client) => [client.clientId, client]));
  const apis = new Map(desired.apis.map((api) => [api.name, api]));
  const wanted = new Map(projected.map(({ address, fields }) => [address, fields]));
  const completeOf = (row: ClientRepresentation, client: DesiredClient, declared: Attributes): CompleteClient => {
    const { id, clientId } = row;
    const { name } = client;
    const fields = wanted.get(addressOf('Client', name));
    const setting = { desired: client, declared, wanted: fields, apiOfScope, stack, now };
    const object = clientObject(row, name, setting);
    return { id, clientId, name, hasServiceAccount: row.serviceAccountsEnabled, object };
  };
  return (row) => {
    const { id, clientId, attributes, defaultClientScopes, optionalClientScopes, serviceAccountsEnabled } = row;
    const client = byClientId.get(clientId);
    const isOurs = attributes[MARK.stack] === stack;
    if (decidesEarly && isOurs && client !== undefined) {
      const declared = declaredAttributes(client, apis);
      if (isPlain(row, client, declared)) return { kind: 'complete', client: completeOf(row, client, declared) };
    }
    if (isOurs || claims.clientIds.has(clientId) || claims.ids.has(id)) return { kind: 'toExamine', client: row };
    const scopes = [...defaultClientScopes, ...optionalClientScopes];
    const issuer = attributes[ATTRIBUTE.issuer];
    const named = issuer ? { issuer } : {};
    return { kind: 'other', client: { id, clientId, scopes, serviceAccountsEnabled, ...named } };
  };
}

/** Neither its roles must be asked for, nor what full scope gives it, nor what set an attribute that nobody declares. */
function isPlain(row: ClientRepresentation, client: DesiredClient, declared: Attributes): boolean {
  if (row.fullScopeAllowed || rolesOfInterest(row, client).length > 0) return false;
  return !hasUndeclared(row.attributes, declared);
}
