import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../../test/support/bench/declared.ts';
import { audienceMapper } from '../../../../test/support/estates/made-scopes.ts';
import { clientRow, scopeRow } from '../../../../test/support/estates/rows.ts';
import { keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import type { Estate } from '../../../model/estate.ts';
import type { AccountAnswer } from '../roles/account-answer.ts';
import { NO_ROLES } from '../roles/role-names.ts';
import { describeEstate } from './describe-estate.ts';
import type { ReadEstate } from './describe-estate.ts';

const AUDIENCE = 'https://stock.test';
const ACCOUNT: AccountAnswer = {
  serviceAccount: 'enabled',
  roles: NO_ROLES,
  groups: [],
  rolesOfGroups: [],
  scopeMappings: NO_ROLES,
};
const READ: ReadEstate = {
  scopes: [
    scopeRow('stock:read', AUDIENCE),
    scopeRow('stock:write', AUDIENCE),
    scopeRow('legacy', undefined),
    scopeRow('profile', undefined),
  ],
  rolesOfScope: new Map(),
  sayable: [],
  unsayable: [],
  answers: new Map(),
  asked: new Set(),
  lastLogins: new Map(),
};

function sayable(clientId: string, special: Record<string, unknown> = {}): ReadEstate['sayable'][number] {
  return { row: clientRow(clientId, special), auth: 'client_secret', attributes: {} };
}

function described(
  read: Partial<ReadEstate>,
  {
    desired = state([], []),
    isSelected = () => true,
  }: { desired?: ReturnType<typeof state>; isSelected?: (clientId: string) => boolean } = {},
): Estate {
  return describeEstate({ ...READ, ...read }, { desired, selection: { isSelected }, settings: keycloakSettings() });
}

function isOrders(clientId: string): boolean {
  return clientId === 'orders';
}

describe('describeEstate', () => {
  it('says a client as it is', () => {
    const orders = sayable('Order Service', {
      description: 'Takes orders',
      defaultClientScopes: ['stock:read', 'service_account', 'profile', 'legacy'],
      optionalClientScopes: ['stock:write'],
      attributes: { 'access.token.lifespan': '300', team: 'checkout' },
    });
    const lastLogins = new Map([['Order Service', 1_700_000_000_000]]);
    const answers = new Map([[orders.row.id, ACCOUNT]]);
    expect(described({ sayable: [orders], lastLogins, answers })).toEqual({
      apis: [
        expect.objectContaining({
          audience: AUDIENCE,
          displayName: AUDIENCE,
          scopes: { 'stock:read': 'About stock:read', 'stock:write': 'About stock:write' },
          spec: { tokenLifetime: '5m' },
        }),
      ],
      clients: [
        {
          id: 'id of Order Service',
          clientId: 'Order Service',
          displayName: 'Order Service',
          description: 'Takes orders',
          isEnabled: true,
          auth: 'client_secret',
          access: [{ audience: AUDIENCE, scopes: ['stock:read'], onRequest: ['stock:write'] }],
          settings: { clientScopes: { default: ['legacy', 'profile'] } },
          lastUsed: '2023-11-14T22:13:20.000Z',
          mark: undefined,
          facts: { 'attributes.team': 'checkout', description: 'Takes orders' },
          notes: ['scope legacy puts no audience into tokens: which API is it of?'],
        },
      ],
      leftOut: [],
    });
  });

  it('leaves a client with full scope out, with what its tokens carry now as a narrower proposal', () => {
    const wide = sayable('wide', { fullScopeAllowed: true, defaultClientScopes: ['roles', 'stock:read'] });
    const answer: AccountAnswer = {
      ...ACCOUNT,
      roles: { realm: ['reader'], clients: {} },
      groups: ['/ops'],
      rolesOfGroups: [{ client: 'ledger', name: 'auditor' }],
    };
    const { clients, leftOut } = described({ sayable: [wide], answers: new Map([[wide.row.id, answer]]) });
    expect(clients).toEqual([]);
    expect(leftOut).toMatchObject([
      {
        id: 'wide',
        reason: 'full-scope-allowed',
        todo: expect.stringContaining('-s fullScopeAllowed=false'),
        proposal: {
          access: [{ audience: AUDIENCE, scopes: ['stock:read'], onRequest: [] }],
          settings: { serviceAccountRoles: { realm: ['reader'], clients: { ledger: ['auditor'] } } },
        },
      },
    ]);
  });

  it('leaves out what an account shows, and what no manifest may hold', () => {
    const [grouped, odd] = [sayable('grouped'), sayable('odd')];
    const answers = new Map<string, AccountAnswer>([
      [grouped.row.id, { ...ACCOUNT, groups: ['/ops'] }],
      [odd.row.id, { ...ACCOUNT, roles: { realm: ['..'], clients: {} } }],
    ]);
    const { clients, leftOut } = described({ sayable: [grouped, odd], answers });
    expect(clients).toEqual([]);
    expect(leftOut.map(({ id, reason }) => [id, reason])).toEqual([
      ['grouped', 'groups'],
      ['odd', 'roles'],
    ]);
  });

  it('leaves out clients whose roles it may not look at, with full scope and without', () => {
    const all = [sayable('orders'), sayable('wide', { fullScopeAllowed: true })];
    const asked = new Set(all.map(({ row }) => row.id));
    const { clients, leftOut } = described({ sayable: all, asked });
    expect(clients).toEqual([]);
    expect(leftOut).toMatchObject([
      { id: 'orders', reason: 'roles-not-seen', todo: expect.stringContaining('view-users') },
      { id: 'wide', reason: 'roles-not-seen' },
    ]);
    expect(leftOut.some(({ proposal }) => proposal !== undefined)).toBe(false);
  });

  it("says whose mark what is left out carries: a plan would delete what is the own stack's", () => {
    const attributes = { 'grantry.stack': 'acme', 'grantry.name': 'lost', 'grantry.owner': 'team-a' };
    const mark = { stack: 'acme', name: 'lost', owner: 'team-a' };
    const row = clientRow('mixed', { attributes });
    const wide = sayable('wide', { fullScopeAllowed: true, attributes });
    const reason = { reason: 'mixed', why: 'w', todo: 't' };
    const { leftOut } = described({
      unsayable: [{ row, reason }],
      sayable: [wide],
      answers: new Map([[wide.row.id, ACCOUNT]]),
    });
    expect(leftOut).toMatchObject([
      { id: 'mixed', mark },
      { id: 'wide', reason: 'full-scope-allowed', mark },
    ]);
  });

  it('tells nothing of clients that are not selected, but counts their lifetimes', () => {
    const others = { defaultClientScopes: ['stock:read'], attributes: { 'access.token.lifespan': '600' } };
    const own = { defaultClientScopes: ['stock:read'], attributes: { 'access.token.lifespan': '300' } };
    const all = [sayable('orders', own), sayable('billing', others), sayable('wide', { fullScopeAllowed: true })];
    const { apis, clients, leftOut } = described({ sayable: all }, { isSelected: isOrders });
    expect(apis.map(({ spec }) => spec)).toEqual([{ tokenLifetime: '10m' }]);
    expect(clients.map(({ clientId, settings }) => [clientId, settings])).toEqual([
      ['orders', { tokenLifetime: '5m' }],
    ]);
    expect(leftOut).toEqual([]);
  });

  it('goes by the lifetime that a declared Api has', () => {
    const own = { defaultClientScopes: ['stock:read'], attributes: { 'access.token.lifespan': '300' } };
    const settingsWith = (tokenLifetime: number | undefined): unknown => {
      const stock = api('stock', ['stock:read', 'stock:write'], { audience: AUDIENCE, tokenLifetime });
      return described({ sayable: [sayable('orders', own)] }, { desired: state([stock], []) }).clients[0]?.settings;
    };
    expect(settingsWith(300)).toBeUndefined();
    expect(settingsWith(600)).toEqual({ tokenLifetime: '5m' });
    expect(settingsWith(undefined)).toEqual({ tokenLifetime: '5m' });
  });

  it('has an Api introspected by a client that manifests will have or have, and by no other', () => {
    const mappers = [
      audienceMapper('aud', 'included.custom.audience', AUDIENCE),
      audienceMapper('by', 'included.client.audience', 'gateway'),
    ].map((mapper) => ({ ...mapper, id: mapper.name }));
    const scopes = [scopeRow('stock:read', AUDIENCE, { protocolMappers: mappers })];
    const introspectors = (clients: ReadEstate['sayable'], desired = state([], [])): unknown[] =>
      described({ scopes, sayable: clients }, { desired }).apis.map(({ introspectedBy }) => introspectedBy);
    expect(introspectors([sayable('gateway')])).toEqual(['gateway']);
    expect(introspectors([], state([], [client('gateway')]))).toEqual(['gateway']);
    expect(introspectors([])).toEqual([]);
    expect(introspectors([sayable('gateway', { fullScopeAllowed: true })])).toEqual([]);
    expect(introspectors([sayable('gateway', { attributes: { 'grantry.stack': 'theirs' } })])).toEqual([]);
  });

  it('lists client scopes that no Api can say, and notes them on who holds them', () => {
    const scopes = [scopeRow('odd', AUDIENCE, { attributes: { 'include.in.token.scope': 'false' } })];
    const orders = sayable('orders', { defaultClientScopes: ['odd'] });
    const { apis, clients, leftOut } = described({ scopes, sayable: [orders] });
    expect(apis).toEqual([]);
    expect(clients[0]?.settings).toEqual({ clientScopes: { default: ['odd'] } });
    expect(clients[0]?.notes[0]).toContain('scope odd puts an audience into tokens');
    expect(leftOut).toMatchObject([{ kind: 'ClientScope', id: 'odd', reason: 'scope-of-no-api' }]);
  });

  it('says whose marks objects carry', () => {
    const attributes = { 'grantry.stack': 'theirs', 'grantry.name': 'orders', 'grantry.owner': 'team-b' };
    const scopes = [scopeRow('stock:read', AUDIENCE, { attributes: { ...attributes, 'grantry.api': 'stock' } })];
    const { apis, clients } = described({ scopes, sayable: [sayable('Orders', { attributes })] });
    expect(apis[0]?.mark).toEqual({ stack: 'theirs', name: 'stock', owner: 'team-b' });
    expect(clients[0]?.mark).toEqual({ stack: 'theirs', name: 'orders', owner: 'team-b' });
  });
});
