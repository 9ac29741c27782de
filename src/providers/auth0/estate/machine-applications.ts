import { MACHINE_GRANTS, MACHINE_TYPE } from '../convert/equal-in-effect.ts';
import type { Application, ClientGrant } from '../convert/representations.ts';

/**
 * Whether an application is a client for machines: it says so, it has no other grant type, or it is granted access as itself.
 * `grants`: those to itself, not those to its users.
 */
export function isMachine(
  { app_type: type, grant_types: types }: Application,
  grants: readonly ClientGrant[],
): boolean {
  const canBe = MACHINE_GRANTS.every((grant) => types.includes(grant));
  return type === MACHINE_TYPE || (canBe && (types.length === MACHINE_GRANTS.length || grants.length > 0));
}
