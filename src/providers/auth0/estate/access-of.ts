import type { EstateAccess, EstateApi } from '../../../model/estate.ts';
import type { DesiredApi } from '../../../model/desired.ts';
import { nameSome } from '../../../model/text/counting.ts';
import type { ClientGrant, ResourceServer } from '../convert/representations.ts';
import { NO_ORGANIZATION } from '../read/grants.ts';
import { byDelete, byPatch } from './reasons.ts';
import type { Reason } from './reasons.ts';

const MOST_NAMED = 5;

/** What there is to be granted in a tenant. */
export interface Grantable {
  /** The audience of the Management API. */
  readonly management: string;
  /** All APIs, by audience. */
  readonly servers: ReadonlyMap<string, ResourceServer>;
  /** Audiences that the tenant has no API for: each was looked for by itself. */
  readonly absent: ReadonlySet<string>;
  /** Scopes that manifests say, or are about to, by the audience of their Api. */
  readonly scopes: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What manifests declare already counts as they declare it. */
export function scopesByAudience(
  apis: readonly EstateApi[],
  declared: readonly DesiredApi[],
): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([
    ...apis.map(({ audience, scopes }) => [audience, new Set(Object.keys(scopes))] as const),
    ...declared.map(({ audience, scopes }) => [audience, new Set(scopes.map(({ name }) => name))] as const),
  ]);
}

/** What an application may call, or why no manifest can say it; `narrower`: what would do for it. */
export type Access =
  | { readonly access: readonly EstateAccess[] }
  | { readonly reason: Reason; readonly narrower?: readonly EstateAccess[] };

/** `grants`: those to the application itself. */
export function accessOf(grants: readonly ClientGrant[], grantable: Grantable): Access {
  const sorted = grants.toSorted((one, other) => (one.audience < other.audience ? -1 : 1));
  const reason = sorted.map((grant) => reasonOfGrant(grant, grantable)).find((found) => found !== undefined);
  if (reason !== undefined) return { reason };
  const access = sorted.map((grant) => ({
    audience: grant.audience,
    scopes: grant.allow_all_scopes ? [...(grantable.scopes.get(grant.audience) ?? [])].toSorted() : grant.scope,
    onRequest: [],
  }));
  const open = sorted.find(({ allow_all_scopes: all }) => all);
  return open === undefined ? { access } : { reason: allScopes(open), narrower: access };
}

/** A grant for the Management API is the right to change the tenant: nothing that an import takes over in passing. */
export function reasonOfAdmin(grants: readonly ClientGrant[], { management }: Grantable): Reason | undefined {
  const grant = grants.find(({ audience }) => audience === management);
  if (grant === undefined) return undefined;
  const held = grant.scope.length === 0 ? 'without scopes' : nameSome(grant.scope, MOST_NAMED);
  return {
    reason: 'provider-admin-grant',
    why: `It may call the Management API of the tenant (${held}).`,
    todo: 'See whether it needs that. To manage it all the same, declare the Management API by hand with managed: false, and the client with it.',
  };
}

function reasonOfGrant(grant: ClientGrant, { servers, absent, scopes }: Grantable): Reason | undefined {
  const { audience, scope, organization_usage: usage, allow_all_scopes: all } = grant;
  if (usage !== NO_ORGANIZATION) return organizations(grant);
  const known = scopes.get(audience);
  if (known === undefined) {
    const server = servers.get(audience);
    if (server !== undefined) return unsaidApi(server);
    return absent.has(audience) ? missingApi(grant) : unseenApi(grant);
  }
  if (all) return undefined;
  if (scope.length === 0) return noScopes(grant);
  const others = scope.filter((name) => !known.has(name));
  return others.length === 0 ? undefined : otherScopes(audience, others);
}

function organizations({ audience, organization_usage: usage }: ClientGrant): Reason {
  return {
    reason: 'organizations',
    why: `Its tokens for ${audience} may be for an organization (organization_usage ${usage}), which manifests have no word for.`,
    todo: 'If it needs no organization, set organization_usage of the client grant to deny, and import again.',
  };
}

function missingApi({ id, audience }: ClientGrant): Reason {
  return {
    reason: 'api-missing',
    why: `It has a client grant for ${audience}, and the tenant has no such API: it gets no token for it.`,
    todo: byDelete('Delete the grant, and import again', { list: 'client-grants', id }),
  };
}

function unseenApi({ audience }: ClientGrant): Reason {
  return {
    reason: 'api-not-seen',
    why: `It has a client grant for ${audience}, an API that the listing of the tenant does not show, though it may well be there.`,
    todo: 'Import again. If it is still not shown, declare that Api by hand with managed: false.',
  };
}

function unsaidApi({ is_system: isSystem, identifier: audience }: ResourceServer): Reason {
  if (isSystem) {
    return {
      reason: 'system-api',
      why: `It may call ${audience}, an API of Auth0 itself, which no stack can own.`,
      todo: 'Declare that Api by hand with managed: false, and import again.',
    };
  }
  return {
    reason: 'needs-left-out',
    why: `It may call ${audience}, an API that is left out.`,
    todo: 'See what is said of that Api: once it can be declared, so can this client.',
  };
}

function noScopes({ audience }: ClientGrant): Reason {
  return {
    reason: 'no-scopes',
    why: `It may call ${audience} without any scope, and manifests grant one at least.`,
    todo: 'Grant it a scope that says what it may do there, or take the grant away; then import again.',
  };
}

function otherScopes(audience: string, names: readonly string[]): Reason {
  return {
    reason: 'undeclared-scopes',
    why: `It is granted ${nameSome(names, MOST_NAMED)} at ${audience}, which that Api does not have, or no manifest can say.`,
    todo: 'Give the Api these scopes, or take them out of the client grant; then import again.',
  };
}

function allScopes({ id, audience }: ClientGrant): Reason {
  return {
    reason: 'all-scopes',
    why: `It has whatever scopes ${audience} has, or will have (allow_all_scopes); manifests name what they grant.`,
    todo: byPatch(
      'Grant the scopes that it needs by name, and import again',
      { list: 'client-grants', id },
      { allow_all_scopes: false, scope: ['…'] },
    ),
  };
}
