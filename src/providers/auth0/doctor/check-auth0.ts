import type { CheckResult } from '../../../model/check.ts';
import { runChecks } from '../../checks.ts';
import { AUTH0_CHECKS } from './checks.ts';
import type { Subject } from './subject.ts';

/** Looks at a tenant. Throws where grantry's application is not let in. */
export async function checkAuth0(subject: Subject): Promise<readonly CheckResult[]> {
  await subject.api.ownClaims();
  return runChecks(AUTH0_CHECKS, subject);
}
