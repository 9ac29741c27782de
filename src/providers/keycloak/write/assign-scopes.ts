import { sameJson } from '../../../model/values/json.ts';
import type { KeycloakApi } from '../http/api.ts';
import { SERVICE_ACCOUNT_SCOPE } from '../convert/convert-client.ts';
import type { AssignedScopes } from '../convert/convert-client.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import type { ScopeIndex } from '../read/scope-index.ts';

type Method = 'addDefaultClientScope' | 'delDefaultClientScope' | 'addOptionalClientScope' | 'delOptionalClientScope';

/** PUT ignores scopes. A scope that moves must leave its old list before the new one takes it. */
export async function assignScopes(
  api: KeycloakApi,
  index: ScopeIndex,
  { id, clientId }: { readonly id: string; readonly clientId: string },
  { had, wants }: { readonly had: AssignedScopes; readonly wants: AssignedScopes },
): Promise<void> {
  const context = { about: `assign scopes to client ${clientId}`, needs: 'manage-clients' };
  const assign = async (names: readonly string[], method: Method): Promise<void> => {
    for (const name of names) {
      const clientScopeId = await index.idOf(name);
      await api.write(context, ({ clients }) => clients[method]({ id, clientScopeId }));
    }
  };
  await assign(without(had.default, wants.default), 'delDefaultClientScope');
  await assign(without(had.optional, wants.optional), 'delOptionalClientScope');
  await assign(without(wants.default, had.default), 'addDefaultClientScope');
  await assign(without(wants.optional, had.optional), 'addOptionalClientScope');
}

/** Those that a client holds, but for the server's own, which nobody assigns. */
export function heldScopes({ defaultClientScopes, optionalClientScopes }: ClientRepresentation): AssignedScopes {
  return {
    default: without(defaultClientScopes, [SERVICE_ACCOUNT_SCOPE]),
    optional: without(optionalClientScopes, [SERVICE_ACCOUNT_SCOPE]),
  };
}

export function allScopes(left: AssignedScopes, right: AssignedScopes): AssignedScopes {
  return {
    default: [...new Set([...left.default, ...right.default])],
    optional: [...new Set([...left.optional, ...right.optional])],
  };
}

/** Whether some of these were not asked for. */
export function hasMore(held: AssignedScopes, wanted: AssignedScopes): boolean {
  return (['default', 'optional'] as const).some((kind) => without(held[kind], wanted[kind]).length > 0);
}

export function sameScopes(left: AssignedScopes, right: AssignedScopes): boolean {
  return (['default', 'optional'] as const).every((kind) => sameJson(left[kind].toSorted(), right[kind].toSorted()));
}

function without(list: readonly string[], other: readonly string[]): string[] {
  return list.filter((name) => !other.includes(name));
}
