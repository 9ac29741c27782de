import { shellWord } from '../../../model/text/shell-word.ts';
import { z } from 'zod';
import { quoted } from '../../../model/text/printable.ts';
import { loginClientId, nameAccount } from '../login/account.ts';
import { accountName } from '../roles/account-name.ts';
import type { KeycloakSettings } from '../settings.ts';
import { jwtPayload } from '../../../model/values/jwt-payload.ts';

const roles = z
  .object({ roles: z.array(z.string()) })
  .transform((access) => access.roles)
  .catch([]);
const claims = z.object({
  resource_access: z.record(z.string(), roles).optional(),
  scope: z.string().optional().catch(undefined),
  sub: z.string().optional().catch(undefined),
});

/** What the token of grantry's own account says of it. */
export type OwnClaims = z.infer<typeof claims>;

/**
 * What to do about a right that grantry's own account lacks: `needs` names roles. What an account holds and what its token carries
 * are two things, so the token itself is looked at.
 */
export function adviseOnRights(settings: KeycloakSettings, needs: string, token: string | undefined): string {
  const { auth, realm } = settings;
  const owner = roleOwner(settings);
  const account = `the ${auth.kind === 'password' ? '' : 'service account of '}${nameAccount(auth)}`;
  const give = `Give ${account} the role ${needs} of the client ${owner}${auth.realm === realm ? '' : ` in the realm ${auth.realm}`}.`;
  return [
    give,
    ...whatTokenLacks(settings, { needs, owner }, token),
    ...commandFor(settings, { needs, owner }, token),
    'docs/keycloak.md lists all roles that are needed.',
  ].join(' ');
}

/** Whose roles are the rights. An account of another realm, which is `master`, has them from the client that stands there for this one. */
export function roleOwner({ auth, realm }: KeycloakSettings): string {
  return auth.realm === realm ? 'realm-management' : `${realm}-realm`;
}

/** The roles among those that are named. */
function rolesIn(needs: string): string[] {
  return [...new Set(needs.match(/[a-z]+-[a-z-]+/g) ?? [])];
}

/** What an administrator of the realm runs to give the client's service account what its token lacks. */
function commandFor(
  { auth }: KeycloakSettings,
  { needs, owner }: { readonly needs: string; readonly owner: string },
  token: string | undefined,
): string[] {
  const carried = (token === undefined ? undefined : claimsIn(token))?.resource_access?.[owner] ?? [];
  const lacking = rolesIn(needs).filter((role) => !carried.includes(role));
  if (auth.kind === 'password' || lacking.length === 0) return [];
  return [`The command: ${addRolesCommand(auth, owner, lacking)}.`];
}

/** What an administrator of the account's realm runs to give it roles. */
export function addRolesCommand(auth: KeycloakSettings['auth'], owner: string, roles: readonly string[]): string {
  const user = auth.kind === 'password' ? auth.username : accountName(auth.clientId);
  const names = roles.map((role) => `--rolename ${role}`).join(' ');
  return `kcadm.sh add-roles -r ${shellWord(auth.realm)} --uusername ${shellWord(user)} --cclientid ${shellWord(owner)} ${names}`;
}

/** The roles that protocol mappers take, by server version. */
export const MAPPER_ROLES = 'manage-clients (on Keycloak 26.8.2 and later, for its mappers, manage-realm too)';

function whatTokenLacks(
  { auth }: KeycloakSettings,
  { needs, owner }: { readonly needs: string; readonly owner: string },
  token: string | undefined,
): string[] {
  const found = token === undefined ? undefined : claimsIn(token);
  if (found === undefined) return [];
  const carried = found.resource_access?.[owner] ?? [];
  const lacking = rolesIn(needs).filter((role) => !carried.includes(role));
  if (lacking.length === 0)
    return ['Its token carries that role, so something else forbids it, such as a permission of the realm.'];
  if (auth.kind === 'password') return [];
  return [
    `If it has that already, full scope is off for the client ${auth.clientId}, whose token carries ${carried.length === 0 ? `no role of ${owner}` : `only ${quoted(carried.join(', '))}`}: then add the role to its scope too (Client scopes > ${auth.clientId}-dedicated > Scope).`,
  ];
}

/** The client scope that tokens for the Admin API carry, from Keycloak 26.8.2 on. */
export const ADMIN_API_SCOPE = 'kc-admin-api';

/** Whether a token names the scope that the Admin API asks for. */
export function hasAdminApiScope(token: string): boolean {
  return claimsIn(token)?.scope?.split(' ').includes(ADMIN_API_SCOPE) === true;
}

/** The commands that give grantry's own client that scope, for an administrator of its realm. */
export function adviseOnAdminApiScope({ auth }: KeycloakSettings): string[] {
  const clientId = loginClientId(auth);
  return [
    `From Keycloak 26.8.2 on the Admin API only takes tokens with the client scope ${ADMIN_API_SCOPE}. Where the realm ${auth.realm} has that scope, an administrator of it gives it to the client ${clientId}:`,
    ...adminApiScopeCommands(auth).map((command) => `  ${command}`),
    'Where it has none, the token was refused for another reason: see the log of the server.',
  ];
}

/** What an administrator of the account's realm runs to give its client that scope. */
export function adminApiScopeCommands(auth: KeycloakSettings['auth']): string[] {
  const realm = `-r ${shellWord(auth.realm)}`;
  return [
    `id=${idOfClient(auth, loginClientId(auth))}`,
    `scope=$(kcadm.sh get client-scopes ${realm} --fields id,name --format csv --noquotes | grep ',${ADMIN_API_SCOPE}$' | cut -d, -f1)`,
    `kcadm.sh update clients/$id/default-client-scopes/$scope ${realm}`,
  ];
}

/** Finds Keycloak's own id of a client in the account's realm. */
export function idOfClient({ realm }: KeycloakSettings['auth'], clientId: string): string {
  const query = `-r ${shellWord(realm)} -q ${shellWord(`clientId=${clientId}`)}`;
  return `$(kcadm.sh get clients ${query} --fields id --format csv --noquotes)`;
}

/** Of a token that Keycloak just gave; it is not checked, for nothing but words follows from it. */
export function claimsIn(token: string): OwnClaims | undefined {
  return claims.safeParse(jwtPayload(token)).data;
}
