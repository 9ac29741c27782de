import { addressOf } from '../../../model/address.ts';
import type { DesiredState } from '../../../model/desired.ts';
import type { ReadSelection } from '../../provider.ts';
import type { KeycloakApi } from '../http/api.ts';
import { mappingsRepresentation } from '../convert/representations.ts';
import type { ClientScopeRepresentation } from '../convert/representations.ts';
import type { RequestContext } from '../http/request-context.ts';
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
  const context = { about: `read the scope mappings of client scope ${name}`, needs: 'view-clients', absent: {} };
  return api.read(context, ({ clientScopes }) => clientScopes.listScopeMappings({ id }));
}

/** Takes all scope mappings off a client scope: grantry gives it none. */
export async function clearScopeRoles(api: KeycloakApi, scope: ScopeRef): Promise<void> {
  const { id } = scope;
  const { realmMappings, clientMappings } = mappingsRepresentation.parse(await readMappings(api, scope));
  const context = (needs: string): RequestContext => ({
    about: `remove scope mappings of client scope ${scope.name}`,
    needs,
  });
  for (const { id: client, mappings } of Object.values(clientMappings)) {
    await api.write(context('manage-clients'), ({ clientScopes }) =>
      clientScopes.delClientScopeMappings({ id, client }, mappings),
    );
  }
  if (realmMappings.length === 0) return;
  // As on clients, those of realm roles take more.
  await api.write(context('manage-realm'), ({ clientScopes }) =>
    clientScopes.delRealmScopeMappings({ id }, realmMappings),
  );
}
