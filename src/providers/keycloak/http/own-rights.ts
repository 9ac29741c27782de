import { z } from 'zod';
import { quoted } from '../../../model/text/printable.ts';
import type { KeycloakSettings } from '../settings.ts';

const roles = z
  .object({ roles: z.array(z.string()) })
  .transform((access) => access.roles)
  .catch([]);
const claims = z.object({ resource_access: z.record(z.string(), roles).optional() });

/**
 * What to do about a right that grantry's own account lacks: `needs` names roles. What an account holds and what its token carries
 * are two things, so the token itself is looked at.
 */
export function adviseOnRights(settings: KeycloakSettings, needs: string, token: string | undefined): string {
  const { auth, realm } = settings;
  // An account of another realm, which is `master`, has its rights from the client that stands there for this one.
  const owner = auth.realm === realm ? 'realm-management' : `${realm}-realm`;
  const account =
    auth.kind === 'client' ? `the service account of client ${auth.clientId}` : `the user ${auth.username}`;
  const give = `Give ${account} the role ${needs} of the client ${owner}${auth.realm === realm ? '' : ` in the realm ${auth.realm}`}.`;
  return [
    give,
    ...whatTokenLacks(settings, { needs, owner }, token),
    'docs/keycloak.md lists all roles that are needed.',
  ].join(' ');
}

function whatTokenLacks(
  { auth }: KeycloakSettings,
  { needs, owner }: { readonly needs: string; readonly owner: string },
  token: string | undefined,
): string[] {
  const found = token === undefined ? undefined : claimsIn(token);
  if (found === undefined) return [];
  const carried = found.resource_access?.[owner] ?? [];
  const lacking = (needs.match(/[a-z]+-[a-z-]+/g) ?? []).filter((role) => !carried.includes(role));
  if (lacking.length === 0)
    return ['Its token carries that role, so something else forbids it, such as a permission of the realm.'];
  if (auth.kind === 'password') return [];
  return [
    `If it has that already, full scope is off for the client ${auth.clientId}, whose token carries ${carried.length === 0 ? `no role of ${owner}` : `only ${quoted(carried.join(', '))}`}: then add the role to its scope too (Client scopes > ${auth.clientId}-dedicated > Scope).`,
  ];
}

/** Of a token that Keycloak just gave; it is not checked, for nothing but words follows from it. */
function claimsIn(token: string): z.infer<typeof claims> | undefined {
  try {
    return claims.safeParse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
