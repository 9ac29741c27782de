import { isKind, nameOf } from '../../../model/address.ts';
import { addToGroup } from '../../../model/values/groups.ts';
import { isJsonObject } from '../../../model/values/json.ts';
import type { Json } from '../../../model/values/json.ts';
import type { Change, Plan } from '../../../model/plan.ts';

/** The Apis of a plan by the client_id with which they introspect tokens. */
export type Introspection = ReadonlyMap<string, readonly string[]>;

export function introspectionIn(plan: Plan): Introspection {
  const apisOf = new Map<string, string[]>();
  for (const change of plan.changes) {
    if (!isKind(change.address, 'Api') || !('after' in change)) continue;
    for (const clientId of introspectorsOf(change.after['scopes'])) {
      addToGroup(apisOf, clientId, nameOf(change.address));
    }
  }
  return apisOf;
}

function introspectorsOf(scopes: Json | undefined): Set<string> {
  const clientIds = (isJsonObject(scopes) ? Object.values(scopes) : []).flatMap((scope) => {
    const value = isJsonObject(scope) ? scope['introspectedBy'] : undefined;
    return Array.isArray(value) ? value : [value];
  });
  return new Set(clientIds.filter((clientId) => typeof clientId === 'string'));
}

/** The Apis that a new client is to introspect tokens for; its manifest does not say so, theirs do. */
export function introspectedApis(change: Change, introspection: Introspection): readonly string[] {
  if (change.op !== 'create' || !isKind(change.address, 'Client')) return [];
  const clientId = change.after['clientId'];
  return introspection.get(typeof clientId === 'string' ? clientId : nameOf(change.address)) ?? [];
}
