import type { Mend } from '../../../model/check.ts';
import { addRolesCommand, idOfClient, roleOwner, shellWord } from '../http/own-rights.ts';
import { nameAccount } from '../login/account.ts';
import type { Subject } from './subject.ts';

/** How grantry's own account is given a role. What it holds, and what the scope of its client lets through, are two things. */
export async function mendRight(
  { api, settings, ownClient }: Pick<Subject, 'api' | 'settings' | 'ownClient'>,
  role: string,
): Promise<Mend> {
  const { auth } = settings;
  const owner = roleOwner(settings);
  const holds = (await api.ownClaims())?.resource_access?.[owner]?.includes(role) === true;
  const account = `the ${auth.kind === 'password' ? '' : 'service account of the '}${nameAccount(auth)}`;
  if (holds) {
    return {
      words: `The token of ${account} carries that role, so something else forbids it, such as a permission of the realm (Permissions): let an administrator look there.`,
      commands: [],
    };
  }
  const isCut = (await ownClient.read())?.fullScopeAllowed === false && auth.kind !== 'password';
  return {
    words: `As an administrator, give ${account} the role ${role} of the client ${owner}${isCut ? ', and let the scope of its client through: full scope is off there' : ''}.`,
    commands: [addRolesCommand(auth, owner, [role]), ...(isCut ? scopeCommands(auth, owner, role) : [])],
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
