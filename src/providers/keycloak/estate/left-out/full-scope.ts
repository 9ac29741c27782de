import type { LeftOut } from '../../../../model/estate.ts';
import type { AccountAnswer } from '../../roles/account-answer.ts';
import { roleKeys, roleNamesOf } from '../../roles/role-names.ts';
import { markIn } from '../apis/api-of-group.ts';
import { factsOf } from '../attributes-of.ts';
import { ROLES_NOT_SEEN } from './reason-of-account.ts';
import { clientOfRow } from '../client-of-row.ts';
import type { ClientSources, Holdings } from '../client-of-row.ts';
import type { Sayable } from './judge-listed.ts';
import { kcadmUpdate } from './reasons.ts';

/**
 * Tokens of such a client carry every role that its service account has, whatever was granted: no manifest can say that. What it
 * holds now is the narrower proposal.
 */
export function leftOutForFullScope(
  client: Sayable,
  answer: AccountAnswer | undefined,
  sources: ClientSources,
  realm: string,
): LeftOut {
  const { id, clientId } = client.row;
  const common = {
    kind: 'Client',
    id: clientId,
    displayName: clientId,
    facts: factsOf(client.row),
    ...markIn(client.row),
  } as const;
  if (answer === undefined) return { ...common, ...ROLES_NOT_SEEN };
  return {
    ...common,
    reason: 'full-scope-allowed',
    why: 'It has full scope allowed: its tokens carry every role that its service account has, or will ever get.',
    todo: `See whether what is proposed is all that it needs. It loses the realm's default roles from its tokens: ${kcadmUpdate({ id, realm }, '-s fullScopeAllowed=false')}, give its scope the roles that are named, and import again.`,
    proposal: clientOfRow(client, effectiveRoles(answer), sources),
  };
}

/** What composites hold comes with them. */
function effectiveRoles(answer: AccountAnswer): Holdings {
  const roles = roleNamesOf([...roleKeys(answer.roles), ...answer.rolesOfGroups]);
  return { roles, scopeMappings: roles };
}
