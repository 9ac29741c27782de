import { shellWord } from '../../../model/text/shell-word.ts';
import type { Mend } from '../../../model/check.ts';
import { byHand } from '../../checks.ts';
import { addRolesCommand, idOfClient, roleOwner } from '../http/own-rights.ts';
import { nameAccount } from '../login/account.ts';
import type { Subject } from './subject.ts';

/** That grantry's own account lacks a right: what there is to see of it, and how it is given. */
export interface LackedRight {
  readonly what: string;
  readonly mend: Mend;
}

/** What an account holds, and what the scope of its client lets through, are two things; permissions of the realm are a third. */
export async function lackedRight(
  { api, settings, ownClient }: Pick<Subject, 'api' | 'settings' | 'ownClient'>,
  role: string,
): Promise<LackedRight> {
  const { auth } = settings;
  const owner = roleOwner(settings);
  const account = `The ${nameAccount(auth)}`;
  if ((await api.ownClaims())?.resource_access?.[owner]?.includes(role) === true) {
    return {
      what: `${account} has the role ${role} of ${owner}, and the server refuses what it is for`,
      mend: byHand('A permission of the realm may forbid it (Permissions): let an administrator look there.'),
    };
  }
  const isCut = auth.kind !== 'password' && (await ownClient.read())?.fullScopeAllowed === false;
  return {
    what: `${account} lacks the role ${role} of ${owner}${isCut ? ', or full scope, which is off for it' : ''}`,
    mend: {
      words: isCut
        ? 'As an administrator, give it that role, and let it through the scope of its client:'
        : 'As an administrator, give it that role:',
      commands: [addRolesCommand(auth, owner, [role]), ...(isCut ? scopeCommands(auth, owner, role) : [])],
    },
  };
}

/** Lets a role through the scope of the account's client. */
function scopeCommands(
  auth: Extract<Subject['settings']['auth'], { clientId: string }>,
  owner: string,
  role: string,
): string[] {
  const realm = `-r ${shellWord(auth.realm)}`;
  return [
    `id=${idOfClient(auth, auth.clientId)}`,
    `owner=${idOfClient(auth, owner)}`,
    `kcadm.sh create clients/$id/scope-mappings/clients/$owner ${realm} -b "[$(kcadm.sh get clients/$owner/roles/${role} ${realm} --fields id,name)]"`,
  ];
}
