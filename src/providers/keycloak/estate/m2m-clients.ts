import type { ClientRepresentation } from '../convert/representations.ts';

/** Clients that Keycloak makes in every realm, for itself. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'account',
  'account-console',
  'admin-cli',
  'admin-permissions',
  'broker',
  'realm-management',
  'security-admin-console',
]);

/** The realm that the server is administered in has one such client for each realm. */
const MASTER = 'master';

/** Whether a client can get tokens of its own, and is nothing that the server made for itself. */
export function isM2mClient(
  { clientId, serviceAccountsEnabled }: Pick<ClientRepresentation, 'clientId' | 'serviceAccountsEnabled'>,
  realm: string,
): boolean {
  if (!serviceAccountsEnabled || BUILT_IN.has(clientId)) return false;
  return !(realm === MASTER && clientId.endsWith('-realm'));
}
