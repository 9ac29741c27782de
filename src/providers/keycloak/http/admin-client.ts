import { AsyncLocalStorage } from 'node:async_hooks';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type { KeycloakSettings } from '../settings.ts';
import type { Fetch } from '../../../platform/fetch.ts';
import type { RoleRef } from '../roles/role-names.ts';

/*
 * Keycloak's admin client takes no `fetch`: it calls the global one. So the global one is replaced, once and for all, by one that
 * asks who calls: what the admin client sends goes through the fetch that it was lent, everything else where it went before.
 */
const lent = new AsyncLocalStorage<Fetch>();
const globalFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const fetch = lent.getStore();
  if (fetch === undefined) return globalFetch(input, init);
  if (input instanceof Request) throw new TypeError('the admin client is expected to fetch URLs');
  return fetch(input, init);
};

/** All that the admin client sends while it works on `run` goes through this `fetch`. */
export function lendFetch<T>(fetch: Fetch, run: () => Promise<T>): Promise<T> {
  return lent.run((url, init) => fetch(asDocumented(url), init), run);
}

/** The admin client ends the path of a listing with a slash, which the Admin API has in none of its paths. */
function asDocumented(url: string | URL): URL {
  const documented = new URL(url);
  documented.pathname = documented.pathname.replace(/\/$/, '');
  return documented;
}

/** The admin client of a realm. It is loaded only when there is something to ask: that takes a while. */
export async function makeAdminClient(
  { url, realm }: KeycloakSettings,
  getAccessToken: () => Promise<string>,
): Promise<KeycloakAdminClient> {
  const { default: AdminClient } = await import('@keycloak/keycloak-admin-client');
  // Of what is not there one method answers null and the next throws: here all of them throw.
  const client = new AdminClient({ baseUrl: url, realmName: realm, requestArgOptions: { catchNotFound: false } });
  client.registerTokenProvider({
    getAccessToken: () => {
      // Its token goes nowhere but through a fetch that it was lent.
      if (lent.getStore() === undefined) throw new TypeError('the admin client was called without a fetch');
      return getAccessToken();
    },
  });
  return client;
}

/** What hangs on a role, by the role's name. The admin client knows its users, but neither the groups that have it nor its parts. */
export function readOfRole(
  admin: KeycloakAdminClient,
  { owner: id, name }: RoleRef,
  what: 'users' | 'groups' | 'composites',
  query: object = {},
): Promise<unknown> {
  const path = `/roles/{name}/${what}`;
  if (id === undefined)
    return admin.roles.makeRequest({ method: 'GET', path, urlParamKeys: ['name'] })({ name, ...query });
  const ofClient = { method: 'GET', path: `/{id}${path}`, urlParamKeys: ['id', 'name'] } as const;
  return admin.clients.makeRequest({ ...ofClient, urlParamKeys: ['id', 'name'] })({ id, name, ...query });
}
