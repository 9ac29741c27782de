/** What two servers hold, for tests that show that nothing was written or that nothing is there twice. */
import { createHash } from 'node:crypto';
import type { TestRealm } from './realm.ts';
import type { TestVault } from './vault.ts';

/**
 * A digest of every client, of every client scope and of every place in the mount but the lock, by its name. Digests, so
 * that a failing comparison shows no secret.
 */
export async function takeSnapshot(realm: TestRealm, vault: TestVault): Promise<Record<string, string>> {
  const [clients, scopes, places] = await Promise.all([
    realm.admin.clients.find({ max: 10_000 }),
    realm.admin.clientScopes.find(),
    listPlaces(vault),
  ]);
  const entries = await Promise.all(
    places
      .filter((place) => !place.includes('.grantry/lock/'))
      .map(async (place) => {
        const { body } = await vault.request('GET', `${vault.mount}/metadata/${place}`);
        return [`place ${place}`, digest(body?.data)] as const;
      }),
  );
  return Object.fromEntries([
    ...clients.map((client) => [`client ${client.clientId}`, digest(client)] as const),
    ...scopes.map((scope) => [`scope ${scope.name}`, digest(scope)] as const),
    ...entries,
  ]);
}

/** Every place in the mount that holds something, or did. */
export async function listPlaces(vault: TestVault, folder = ''): Promise<string[]> {
  const { body } = await vault.request('LIST', `${vault.mount}/metadata/${folder}`);
  const keys = body?.data?.['keys'];
  const names = Array.isArray(keys) ? keys.map(String) : [];
  const nested = await Promise.all(
    names.filter((name) => name.endsWith('/')).map((name) => listPlaces(vault, folder + name)),
  );
  return [...names.filter((name) => !name.endsWith('/')).map((name) => folder + name), ...nested.flat()];
}

/** The same whatever the order of keys and of lists: Keycloak keeps neither. */
function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`);
  return `{${entries.toSorted().join()}}`;
}
