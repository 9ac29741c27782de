import type { ProviderView } from '../../../manifest/backends.ts';
import type { InTarget } from '../../../manifest/resolve/target-view.ts';
import { problemInView } from '../../../manifest/rules/rule.ts';
import type { ApiManifest, Problem } from '../../../manifest/types.ts';

/** Scopes that mean something to Keycloak itself, whatever a manifest says of them; nobody grants them as one of an Api. */
const MEANT_BY_SERVER: ReadonlyMap<string, string> = new Map([
  ['openid', 'asks for an ID token of OpenID Connect and is never a scope of an Api'],
  ['service_account', 'is what Keycloak gives every client with a service account by itself'],
  ['roles', 'puts roles into tokens: declare these by spec.keycloak.serviceAccountRoles of the Client'],
  ['offline_access', 'is for tokens of users that never end, and no M2M client needs it'],
]);

/** Client scopes that every realm is born with, for logins of users. */
const BUILT_IN: ReadonlySet<string> = new Set([
  'acr',
  'address',
  'AuthnContextClassRef',
  'basic',
  'delegation:client',
  'delegation:user',
  'email',
  'kc-admin-api',
  'microprofile-jwt',
  'organization',
  'phone',
  'profile',
  'role_list',
  'saml_organization',
  'web-origins',
]);

/** Whether a client scope is one of Keycloak's own, and so never one of an Api. */
export function isKeycloaksScope(name: string): boolean {
  return MEANT_BY_SERVER.has(name) || BUILT_IN.has(name);
}

/** No Api has a scope that is Keycloak's own: it would be adopted or collide, and its tokens would never be as granted. */
export function* checkReservedScopes(view: ProviderView): Iterable<Problem> {
  for (const api of view.apis) yield* checkScopes(view, api);
}

function* checkScopes(view: ProviderView, api: InTarget<ApiManifest>): Iterable<Problem> {
  const { scopes = {}, managed = true } = api.spec ?? {};
  for (const scope of Object.keys(scopes)) {
    const why =
      MEANT_BY_SERVER.get(scope) ??
      (managed && BUILT_IN.has(scope) ? 'is a client scope of Keycloak itself, which every realm has' : undefined);
    if (why === undefined) continue;
    const wayOut = managed
      ? `give the scope of this Api another name, such as "${api.manifest.name}:${scope}"`
      : 'take it out of this Api';
    const message = `the scope "${scope}" ${why}; ${wayOut}`;
    yield problemInView(view, api, { rule: 'reserved-scope', message, path: ['scopes', scope], part: 'key' });
  }
}
