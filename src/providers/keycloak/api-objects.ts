import { addressOf, nameOf } from '../../model/address.ts';
import type { DesiredApi, DesiredState } from '../../model/desired.ts';
import { addToGroup } from '../../model/groups.ts';
import type { ActualObject, ActualState } from '../../model/state.ts';
import type { ReadSelection } from '../provider.ts';
import { scopesToFields } from './convert.ts';
import type { ClientListing } from './listing.ts';
import { MARK, foreignPart } from './marks.ts';
import type { ClientScopeRepresentation } from './representations.ts';

/** The Api of each client scope: the manifests decide, and for scopes that they do not name the stack's marks. */
export function apisByScope(
  scopes: readonly ClientScopeRepresentation[],
  { apis, target: { stack } }: DesiredState,
  only: ReadSelection | undefined,
): Map<string, string> {
  const apiOfScope = new Map<string, string>();
  const askedFor = new Map(
    [...(only?.ids ?? [])].flatMap(([address, ids]) => ids.split(' ').map((id) => [id, nameOf(address)] as const)),
  );
  for (const { id, name, attributes } of scopes) {
    const api = attributes[MARK.stack] === stack ? attributes[MARK.api] : askedFor.get(id);
    if (api !== undefined) apiOfScope.set(name, api);
  }
  for (const api of apis) for (const scope of api.scopes) apiOfScope.set(scope.name, api.name);
  return apiOfScope;
}

/** The Apis of the stack, and those that manifests claim, from the realm's client scopes. */
export function apiObjects(
  scopes: readonly ClientScopeRepresentation[],
  apiOfScope: ReadonlyMap<string, string>,
  clients: ClientListing,
  desired: DesiredState,
  stack: string,
): ActualObject[] {
  const unmanaged = new Set(desired.apis.flatMap((api) => (api.managed ? [] : [api.name])));
  const parts = new Map<string, ClientScopeRepresentation[]>();
  for (const scope of scopes) {
    const api = apiOfScope.get(scope.name);
    if (api === undefined || unmanaged.has(api)) continue;
    addToGroup(parts, api, scope);
  }
  const holders = foreignHolders(clients, stack);
  return [...parts].map(([api, of]) => apiObject(api, of.toSorted(byName), holders, stack));
}

/** The client_ids of clients outside the stack, by the client scopes that they hold. */
function foreignHolders({ relevant, others }: ClientListing, stack: string): Map<string, string[]> {
  const holders = new Map<string, string[]>();
  const note = (clientId: string, scopes: readonly string[]): void => {
    for (const scope of scopes) addToGroup(holders, scope, clientId);
  };
  for (const { clientId, scopes } of others) note(clientId, scopes);
  for (const { clientId, attributes, defaultClientScopes, optionalClientScopes } of relevant) {
    if (attributes[MARK.stack] !== stack) note(clientId, [...defaultClientScopes, ...optionalClientScopes]);
  }
  return holders;
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : 1;
}

function apiObject(
  api: string,
  parts: readonly ClientScopeRepresentation[],
  holders: ReadonlyMap<string, string[]>,
  stack: string,
): ActualObject {
  const foreign = parts.flatMap(({ name, attributes }) => foreignPart(attributes, stack, `client scope ${name}`));
  const heldByOthers = Object.fromEntries(
    parts.flatMap(({ name }) => (holders.has(name) ? [[name, (holders.get(name) ?? []).toSorted()]] : [])),
  );
  const fields = scopesToFields(api, parts);
  const ids = parts.map(({ id }) => id).join(' ');
  return { address: addressOf('Api', api), id: ids, owner: fields.owner ?? '', foreign, fields, heldByOthers };
}

/** Apis with `managed: false` that are not there, or not whole. */
export function missingUnmanaged(
  scopes: readonly ClientScopeRepresentation[],
  apis: readonly DesiredApi[],
): ActualState['impossible'] {
  const existing = new Set(scopes.map(({ name }) => name));
  return apis
    .filter((api) => !api.managed)
    .flatMap((api) => {
      const missing = api.scopes.map(({ name }) => name).filter((name) => !existing.has(name));
      if (missing.length === 0) return [];
      return [
        {
          address: addressOf('Api', api.name),
          reason: `managed: false, so it must exist, but the realm has no client scope ${missing.join(', ')}`,
          hint: 'Let the stack that owns it create it first, or correct the manifest.',
        },
      ];
    });
}
