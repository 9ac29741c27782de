import { sameJson } from '../../../model/values/json.ts';
import type { Application } from './representations.ts';

/** The only grant type of a machine (RFC 6749 section 4.4). */
export const MACHINE_GRANTS: readonly string[] = ['client_credentials'];

/** What `app_type` says of an application that logs in no users. */
export const MACHINE_TYPE = 'non_interactive';

/** Kinds of applications with a secret, which the dashboard tells apart. Of those made by the API many have none. */
const CONFIDENTIAL_TYPES: ReadonlySet<string> = new Set(['', 'regular_web', MACHINE_TYPE]);

/** Whether nobody can log in by an application, whatever else it is set to. */
export function isForMachinesAlone({ grant_types: types }: Pick<Application, 'grant_types'>): boolean {
  return sameJson(types, [...MACHINE_GRANTS]);
}

/**
 * What grantry compares of settings that decide how users log in. Of an application for machines alone these have no effect: it
 * is no drift if they are otherwise, and adopting leaves them as they are.
 */
export function settingsOfLogins(app: Pick<Application, 'app_type' | 'grant_types' | 'oidc_conformant'>): {
  readonly appType: string;
  readonly oidcConformant: boolean;
} {
  const { app_type: type, oidc_conformant: isConformant } = app;
  if (!isForMachinesAlone(app)) return { appType: type, oidcConformant: isConformant };
  return { appType: CONFIDENTIAL_TYPES.has(type) ? MACHINE_TYPE : type, oidcConformant: true };
}
