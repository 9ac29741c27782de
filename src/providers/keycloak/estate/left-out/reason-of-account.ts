import { nameSome } from '../../../../model/text/counting.ts';
import type { AccountAnswer } from '../../roles/account-answer.ts';
import { nameRole } from '../../roles/role-names.ts';
import type { Reason } from './reasons.ts';

const MOST_NAMED = 5;

/** Why what a service account is, or holds, cannot be said. */
export function reasonOfAccount({ serviceAccount, groups, rolesOfGroups }: AccountAnswer): Reason | undefined {
  if (serviceAccount === 'missing') return MISSING;
  if (serviceAccount === 'disabled') return DISABLED;
  return groups.length === 0 ? undefined : reasonOfGroups(groups, rolesOfGroups.map(nameRole));
}

/** Declared without roles, it would lose them by the first plan of an account that sees them. */
export const ROLES_NOT_SEEN: Reason = {
  reason: 'roles-not-seen',
  why: 'What roles its service account has was not looked at: declared without them, it would lose them.',
  todo: 'Give the account of grantry view-users of the client realm-management, and import again.',
};

const MISSING: Reason = {
  reason: 'service-account-missing',
  why: 'Its service account was deleted. The next token request makes it again, without the roles that it had.',
  todo: 'Find out whether anybody uses the client. Turn Service accounts roles off and on again to restore the account, and import again.',
};

const DISABLED: Reason = {
  reason: 'service-account-disabled',
  why: 'The user of its service account is disabled, so it gets no token, and manifests have no word for that.',
  todo: 'Disable the client in place of the user, or enable the user, and import again.',
};

function reasonOfGroups(groups: readonly string[], roles: readonly string[]): Reason {
  const names = nameSome([...new Set(roles)].toSorted(), MOST_NAMED);
  return {
    reason: 'groups',
    why: `Its service account has roles by the groups ${nameSome(groups, MOST_NAMED)}: ${names}. Manifests give roles to the account itself.`,
    todo: 'Give these roles to the service account, take it out of the groups, and import again.',
  };
}
