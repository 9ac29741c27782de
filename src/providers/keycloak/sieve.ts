import { addressOf } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import type { ActualObject, DesiredObject } from '../../model/state.ts';
import { settingsOf } from './client-settings.ts';
import { hasUndeclared } from './attributes.ts';
import { clientObject } from './client-object.ts';
import { MARK } from './marks.ts';
import type { ClientRepresentation } from './representations.ts';
import { rolesOfInterest } from './roles.ts';

/** A client that is neither the stack's nor claimed by a manifest: only what others depend on is kept of it. */
export interface OtherClient {
  readonly id: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly serviceAccountsEnabled: boolean;
}

/** A client of the stack of which all is known that will ever be: nothing more needs to be asked about it. */
export interface SettledClient {
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
  | { readonly kind: 'settled'; readonly client: SettledClient }
  | { readonly kind: 'relevant'; readonly client: ClientRepresentation };

/** Decides of each client of a listing, as its page arrives, what to keep. */
export type Sieve = (row: ClientRepresentation) => Kept;

/** Which clients matter beside those with the stack's mark. */
export interface Claims {
  /** By their client_ids, which manifests claim. */
  readonly clientIds: ReadonlySet<string>;
  /** By Keycloak's own ids. */
  readonly ids: ReadonlySet<string>;
}

export interface SieveSetting {
  readonly desired: DesiredState;
  /** What the objects are to be. */
  readonly projected: readonly DesiredObject[];
  readonly apiOfScope: ReadonlyMap<string, string>;
  /** False: nothing is settled before all is read. */
  readonly settles: boolean;
}

/**
 * Settles what the stack owns, what a manifest declares under the same client_id, and what has nothing about which more would
 * have to be asked: nearly all clients of nearly all realms.
 */
export function makeSieve(claims: Claims, { desired, projected, apiOfScope, settles }: SieveSetting): Sieve {
  const { stack } = desired.target;
  const byClientId = new Map(desired.clients.map((client) => [client.clientId, client]));
  const wanted = new Map(projected.map(({ address, fields }) => [address, fields]));
  const settle = (row: ClientRepresentation, client: DesiredClient): SettledClient => {
    const { id, clientId } = row;
    const { name } = client;
    const fields = wanted.get(addressOf('Client', name));
    const object = clientObject(row, name, { desired: client, wanted: fields, apiOfScope, stack });
    return { id, clientId, name, hasServiceAccount: row.serviceAccountsEnabled, object };
  };
  return (row) => {
    const { id, clientId, attributes, defaultClientScopes, optionalClientScopes, serviceAccountsEnabled } = row;
    const client = byClientId.get(clientId);
    const isOurs = attributes[MARK.stack] === stack;
    if (settles && isOurs && client !== undefined && isPlain(row, client)) {
      return { kind: 'settled', client: settle(row, client) };
    }
    if (isOurs || claims.clientIds.has(clientId) || claims.ids.has(id)) return { kind: 'relevant', client: row };
    const scopes = [...defaultClientScopes, ...optionalClientScopes];
    return { kind: 'other', client: { id, clientId, scopes, serviceAccountsEnabled } };
  };
}

/** Neither its roles must be asked for, nor what full scope gives it, nor what set an attribute that nobody declares. */
function isPlain(row: ClientRepresentation, client: DesiredClient): boolean {
  if (row.fullScopeAllowed || rolesOfInterest(row, client).length > 0) return false;
  return !hasUndeclared(row.attributes, settingsOf(client).attributes);
}
