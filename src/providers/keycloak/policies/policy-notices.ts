import { nameSome } from '../../../model/text/counting.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import { settingsOf } from '../client-settings.ts';
import { hasUndeclared, viewAttributes } from '../convert/attributes.ts';
import { addToGroup } from '../../../model/values/groups.ts';
import type { PolicyRule } from './policy-rules.ts';
import type { ClientRepresentation } from '../convert/representations.ts';

const MOST_NAMED = 5;

/** Whether a client has something that matters and that nobody declares, so that the realm's policies must be asked for it. */
export function needsPolicies(
  clients: readonly ClientRepresentation[],
  desiredOf: ReadonlyMap<string, DesiredClient>,
): boolean {
  return clients.some(({ id, attributes }) => hasUndeclared(attributes, declaredOf(desiredOf.get(id))));
}

/** What client policies set on clients that grantry looks at, or that this is not known. */
export function policyNotices(
  clients: readonly ClientRepresentation[],
  desiredOf: ReadonlyMap<string, DesiredClient>,
  rules: readonly PolicyRule[] | undefined,
): string[] {
  if (rules === undefined) {
    return [
      "Clients have attributes that no manifest declares, and grantry's account may not see whether a client policy of the realm sets them: it takes the role view-realm.",
    ];
  }
  const found = new Map<string, string[]>();
  for (const { id, clientId, attributes } of clients) {
    for (const { name, policy } of viewAttributes(attributes, declaredOf(desiredOf.get(id)), rules).setByPolicy) {
      addToGroup(found, `The client policy ${JSON.stringify(policy)} of the realm sets ${name}`, clientId);
    }
  }
  return [...found].map(([what, ids]) => `${what} on ${listed(ids.toSorted())}: left as it is.`).toSorted();
}

function declaredOf(client: DesiredClient | undefined): Readonly<Record<string, string>> {
  return client === undefined ? {} : settingsOf(client).attributes;
}

function listed(ids: readonly string[]): string {
  return nameSome(ids, MOST_NAMED);
}
