export const ACCOUNT_PREFIX = 'service-account-';

/** The user of a client's service account: Keycloak names it after the client, and renames it with the client. */
export function accountName(clientId: string): string {
  return `${ACCOUNT_PREFIX}${clientId.toLowerCase()}`;
}
