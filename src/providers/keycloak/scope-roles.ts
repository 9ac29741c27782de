import { addressOf } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { ReadSelection } from '../provider.ts';
import type { Call, KeycloakApi } from './api.ts';
import { mappingsRepresentation } from './representations.ts';
import type { ClientScopeRepresentation } from './representations.ts';
import { toRoleKeys } from './role-holders.ts';
import { nameRole } from './role-names.ts';

interface ScopeRef {
  readonly id: string;
  readonly name: string;
}

/**
 * The scope mappings of the client scopes that are the stack's or are claimed, by the scope's id, where there are any: one
 * request for each scope, as no listing holds them.
 */
export async function readScopeRoles(
  api: KeycloakApi,
  scopes: readonly ClientScopeRepresentation[],
  apiOfScope: ReadonlyMap<string, string>,
  { desired, only }: { readonly desired: DesiredState; readonly only: ReadSelection | undefined },
): Promise<Map<string, readonly string[]>> {
  const unmanaged = new Set(desired.apis.flatMap(({ name, managed }) => (managed ? [] : [name])));
  const matters = ({ name }: ClientScopeRepresentation): boolean => {
    const api = apiOfScope.get(name);
    if (api === undefined || unmanaged.has(api)) return false;
    return only === undefined || only.addresses.has(addressOf('Api', api));
  };
  return rolesOfScopes(api, scopes.filter(matters));
}

/** By the scope's id, where there are any. */
export async function rolesOfScopes(
  api: KeycloakApi,
  scopes: readonly ScopeRef[],
): Promise<Map<string, readonly string[]>> {
  const found = await Promise.all(
    scopes.map(async (scope): Promise<[string, readonly string[]][]> => {
      const roles = toRoleKeys(api, await readMappings(api, scope), 'scope mappings');
      return roles.length === 0 ? [] : [[scope.id, roles.map(nameRole).toSorted()]];
    }),
  );
  return new Map(found.flat());
}

async function readMappings(api: KeycloakApi, { id, name }: ScopeRef): Promise<unknown> {
  const reading = { about: `read the scope mappings of client scope ${name}`, needs: 'view-clients', absent: {} };
  return api.read(reading, `client-scopes/${encodeURIComponent(id)}/scope-mappings`);
}

/** Takes all scope mappings off a client scope: grantry gives it none. */
export async function clearScopeRoles(api: KeycloakApi, scope: ScopeRef): Promise<void> {
  const { id } = scope;
  const { realmMappings, clientMappings } = mappingsRepresentation.parse(await readMappings(api, scope));
  const call = (needs: string): Call => ({
    about: `remove scope mappings of client scope ${scope.name}`,
    needs,
    idempotent: true,
    writes: true,
  });
  for (const { id: client, mappings } of Object.values(clientMappings)) {
    await api.call(call('manage-clients'), (admin) =>
      admin.clientScopes.delClientScopeMappings({ id, client }, mappings),
    );
  }
  if (realmMappings.length === 0) return;
  // As on clients, those of realm roles take more.
  await api.call(call('manage-realm'), (admin) => admin.clientScopes.delRealmScopeMappings({ id }, realmMappings));
}
