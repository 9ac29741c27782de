import type { CheckResult } from '../../../model/check.ts';
import { GrantryError } from '../../../model/errors.ts';
import { runChecks } from '../../checks.ts';
import { adminScopeCheck, lacksScope } from './admin-scope.ts';
import { KEYCLOAK_CHECKS } from './checks.ts';
import { REALM } from './check-realm.ts';
import { OwnClient } from './own-client.ts';
import { Questions } from './questions.ts';
import type { Subject } from './subject.ts';

/** Looks at a realm. Throws where grantry's account is not let in. */
export async function checkKeycloak(given: Omit<Subject, 'questions' | 'ownClient'>): Promise<readonly CheckResult[]> {
  const subject = { ...given, questions: new Questions(given.api), ownClient: new OwnClient(given.api) };
  await given.api.ownClaims();
  const isTaken = await takesToken(subject);
  if (!isTaken) {
    const { id, purposes, title } = adminScopeCheck;
    return [{ id, purposes, title, finding: lacksScope(subject) }];
  }
  const [first] = await runChecks(REALM.slice(0, 1), subject);
  // Of a realm that is not there nothing more can be said.
  if (first?.finding.kind === 'problem') return [first];
  return runChecks(KEYCLOAK_CHECKS, subject);
}

/** False: the Admin API refuses a token that the realm has just given. */
async function takesToken({ api, settings: { realm } }: Subject): Promise<boolean> {
  try {
    await api.ask('see the realm', ({ realms }) => realms.findOne({ realm }));
    return true;
  } catch (error) {
    if (error instanceof GrantryError && error.code === 'NOT_ALLOWED') return false;
    throw error;
  }
}
