import { SCOPES } from './check-scopes.ts';
import { TENANT } from './check-tenant.ts';
import type { Auth0Check } from './subject.ts';

/** All that is looked at in a tenant; docs/doctor.md has them as a table. */
export const AUTH0_CHECKS: readonly Auth0Check[] = [...TENANT, ...SCOPES];
