import type { RoleNames } from '../fields.ts';
import type { RoleKey } from './role-names.ts';

/** What a service account can do by its roles. */
export interface AccountAnswer {
  readonly serviceAccount: 'enabled' | 'disabled' | 'missing';
  /** Assigned to the service account itself, but for what the server gives to each. */
  readonly roles: RoleNames;
  /** Paths of the groups by which it has roles. */
  readonly groups: readonly string[];
  /** What those groups give it. */
  readonly rolesOfGroups: readonly RoleKey[];
  readonly scopeMappings: RoleNames;
}
