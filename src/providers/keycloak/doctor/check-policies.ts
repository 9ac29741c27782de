import { shellWord } from '../../../model/text/shell-word.ts';
import type { CheckFinding } from '../../../model/check.ts';
import { fine } from '../../checks.ts';
import { foreignPolicies } from '../policies/foreign-policies.ts';
import type { ForeignPolicy } from '../policies/foreign-policies.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

export const POLICIES: KeycloakCheck = {
  id: 'client-policies',
  purposes: ['apply', 'rotate'],
  title: 'no client policy of somebody else is for clients as grantry makes them',
  look,
};

const WHY = 'Such a policy may set what no manifest declares, refuse what apply writes, or have secrets expire.';

async function look({ api, settings: { realm } }: Subject): Promise<CheckFinding> {
  const found = await foreignPolicies(api);
  if (found === undefined) {
    return { kind: 'unknown', what: 'The account may not see the client policies of the realm (view-realm)', why: WHY };
  }
  if (found.length === 0) return fine();
  return {
    kind: 'risk',
    what: `The realm has ${found.map(describe).join('; ')}`,
    why: WHY,
    mend: {
      words:
        'Declare what it wants, or have its owner leave out clients with the attribute grantry.stack. Look at the policies, and at the profiles that they name, with:',
      commands: [
        `kcadm.sh get client-policies/policies -r ${shellWord(realm)}`,
        `kcadm.sh get client-policies/profiles -r ${shellWord(realm)}`,
      ],
    },
  };
}

/** `the client policy "fapi" for all clients (pkce-enforcer)`. */
function describe({ name, aim, executors }: ForeignPolicy): string {
  return `the client policy ${JSON.stringify(name)} ${aim} (${executors.join(', ')})`;
}
