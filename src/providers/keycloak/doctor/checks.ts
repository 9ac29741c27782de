import { ACCOUNT } from './check-account.ts';
import { EVENTS } from './check-events.ts';
import { POLICIES } from './check-policies.ts';
import { REALM } from './check-realm.ts';
import { RIGHTS } from './check-rights.ts';
import { SERVER } from './check-server.ts';
import { adminScopeCheck } from './admin-scope.ts';
import type { KeycloakCheck } from './subject.ts';

/** All that is looked at in a realm; docs/doctor.md has them as a table. */
export const KEYCLOAK_CHECKS: readonly KeycloakCheck[] = [
  ...REALM,
  ACCOUNT,
  adminScopeCheck,
  ...RIGHTS,
  ...SERVER,
  POLICIES,
  ...EVENTS,
];
