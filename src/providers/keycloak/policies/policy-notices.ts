import { nameSome } from '../../../model/text/counting.ts';
import { hasUndeclared, viewAttributes } from '../convert/attributes.ts';
import { addToGroup } from '../../../model/values/groups.ts';
import type { Attributes } from '../convert/marks.ts';
import type { PolicyRule } from './policy-rules.ts';
import type { ClientRepresentation } from '../convert/representations.ts';

const MOST_NAMED = 5;

/** The attributes that are declared for a client, by its id. */
type DeclaredOf = (id: string) => Attributes;

/** Whether a client has something that matters and that nobody declares, so that the realm's policies must be asked for it. */
export function needsPolicies(clients: readonly ClientRepresentation[], declaredOf: DeclaredOf): boolean {
  return clients.some(({ id, attributes }) => hasUndeclared(attributes, declaredOf(id)));
}

/** What client policies set on clients that grantry looks at, or that this is not known. */
export function policyNotices(
  clients: readonly ClientRepresentation[],
  declaredOf: DeclaredOf,
  rules: readonly PolicyRule[] | undefined,
): string[] {
  if (rules === undefined) {
    return [
      "Clients have attributes that no manifest declares, and grantry's account may not see whether a client policy of the realm sets them: it takes the role view-realm.",
    ];
  }
  const found = new Map<string, string[]>();
  for (const { id, clientId, attributes } of clients) {
    for (const { name, policy } of viewAttributes(attributes, declaredOf(id), rules).setByPolicy) {
      addToGroup(found, `The client policy ${JSON.stringify(policy)} of the realm sets ${name}`, clientId);
    }
  }
  return [...found].map(([what, ids]) => `${what} on ${listed(ids.toSorted())}: left as it is.`).toSorted();
}

function listed(ids: readonly string[]): string {
  return nameSome(ids, MOST_NAMED);
}
