import { describe, expect, it } from 'vitest';
import { client, state } from '../../../../test/support/bench/declared.ts';
import { clientRow, scopeRow } from '../../../../test/support/estates/rows.ts';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { DesiredState } from '../../../model/desired.ts';
import type { Estate } from '../../../model/estate.ts';
import { openKeycloak } from '../index.ts';

interface World {
  readonly clients: readonly Readonly<Record<string, unknown>>[];
  readonly scopes?: readonly object[];
  readonly desired?: DesiredState;
  readonly isSelected?: (clientId: string) => boolean;
  readonly policies?: readonly object[];
}

function answerOf(path: string, query: URLSearchParams, { clients, scopes, policies = [] }: World): unknown {
  const first = Number(query.get('first') ?? 0);
  const accounts = clients.map(({ clientId }) => ({
    id: `user of ${String(clientId)}`,
    username: `service-account-${String(clientId)}`,
  }));
  const known: Readonly<Record<string, unknown>> = {
    '': { defaultRole: { name: 'default-roles-acme' } },
    'client-scopes': scopes ?? [scopeRow('stock:read', 'https://stock.test')],
    clients: clients.slice(first),
    users: accounts.slice(first),
    'groups/count': { count: 0 },
    'events/config': { eventsEnabled: false },
    'client-policies/profiles': { profiles: policies.length === 0 ? [] : [{ name: 'p', executors: policies }] },
    'client-policies/policies': {
      policies: policies.length === 0 ? [] : [{ name: 'p', enabled: true, profiles: ['p'] }],
    },
  };
  return known[path] ?? (path.endsWith('composites') ? [] : {});
}

/** What is found, and what the server was asked for of one object by itself. */
async function read(world: World): Promise<{ readonly estate: Estate; readonly alone: readonly string[] }> {
  const asked: string[] = [];
  const ports = portsOver(async (input) => {
    const { pathname, searchParams } = new URL(input);
    const path = decodeURIComponent(pathname.replace(/^\/admin\/realms\/acme\/?/, ''));
    asked.push(path);
    return Response.json(answerOf(path, searchParams, world));
  });
  const provider = openKeycloak(keycloakSettings(), ports, { tokens: givenTokens() });
  const { desired = state([], []), isSelected = () => true } = world;
  const estate = await provider.readEstate?.(desired, { isSelected });
  if (estate === undefined) throw new TypeError('no estate');
  return { estate, alone: asked.filter((path) => path.includes(' of ')).toSorted() };
}

const isOrders = (clientId: string): boolean => clientId === 'orders';

describe('readEstate', () => {
  it('asks by themselves only about roles, of clients that manifests could say and do not yet', async () => {
    const clients = [
      clientRow('orders'),
      clientRow('declared'),
      clientRow('people', { standardFlowEnabled: true }),
      clientRow('spa', { publicClient: true, serviceAccountsEnabled: false }),
      clientRow('realm-management'),
    ];
    const { estate, alone } = await read({ clients, desired: state([], [client('declared')]) });
    expect(alone).toEqual([
      'client-scopes/id of stock:read/scope-mappings',
      'clients/id of orders/scope-mappings',
      'users/user of orders/role-mappings',
    ]);
    expect(estate.clients.map(({ clientId }) => clientId)).toEqual(['orders', 'declared']);
    expect(estate.leftOut.map(({ id, reason }) => [id, reason])).toEqual([['people', 'mixed']]);
  });

  it('asks nothing about clients that are not selected', async () => {
    const clients = [clientRow('orders'), clientRow('billing')];
    const { estate, alone } = await read({ clients, isSelected: isOrders });
    expect(alone.filter((path) => path.includes('billing'))).toEqual([]);
    expect(estate.clients.map(({ clientId }) => clientId)).toEqual(['orders']);
  });

  it('keeps no secret', async () => {
    const { estate } = await read({ clients: [{ ...clientRow('orders'), secret: 'canary' }] });
    expect(JSON.stringify(estate)).not.toContain('canary');
  });

  it('leaves clients alone whose previous secret is accepted', async () => {
    const attributes = { 'client.secret.rotated.expiration.time': '4000000000' };
    const clients = [clientRow('orders', { attributes })];
    expect((await read({ clients })).estate.leftOut).toMatchObject([{ reason: 'previous-secret' }]);
  });

  it('believes no empty listing', async () => {
    await expect(read({ clients: [clientRow('orders')], scopes: [] })).rejects.toThrow('lists no client scopes');
    await expect(read({ clients: [] })).rejects.toThrow('lists no clients');
  });
});
