import { Chance } from './chance.ts';
import { makeClient, makePlainClient } from './made-clients.ts';
import type { ClientPools } from './made-clients.ts';
import type { MadeRealm, MadeRole } from './made-realm.ts';
import { makeScopes } from './made-scopes.ts';

export interface MadeRealmOptions {
  readonly seed: number;
  readonly clients: number;
  /** Whether the realm has an identity provider whose tokens clients can log in with. */
  readonly hasIssuer: boolean;
}

const ROLES: readonly MadeRole[] = [
  { name: 'reader', holds: [] },
  { name: 'writer', holds: [] },
  { name: 'Lager Leitung', holds: ['reader', 'writer'] },
];

const GROUPS = [{ name: 'Old servers', realmRoles: ['writer'] }];

/** A realm as people make it over years; the same for the same seed. */
export function handMadeRealm({ seed, clients: count, hasIssuer }: MadeRealmOptions): MadeRealm {
  const chance = new Chance(seed);
  // The first client is plain: one Api introspects tokens by it.
  const pools = (scopes: ClientPools['scopes']): ClientPools => ({
    scopes,
    roles: ROLES.map(({ name }) => name),
    groups: GROUPS.map(({ name }) => name),
    hasIssuer,
  });
  const first = { ...makePlainClient(chance, 0, pools([])), isEnabled: true };
  const scopes = makeScopes(
    chance,
    Math.max(2, Math.round(count / 12)),
    chance.percent(70) ? first.clientId : undefined,
  );
  const others = Array.from({ length: count - 1 }, (_, index) => makeClient(chance, index + 1, pools(scopes)));
  return { scopes, realmRoles: ROLES, groups: GROUPS, clients: [first, ...others] };
}
