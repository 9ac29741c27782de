import { describe, expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { Address } from '../../../model/address.ts';
import type { DesiredClient, DesiredState, ServiceAccountRoles } from '../../../model/desired.ts';
import type { ActualObject, ActualState, DesiredObject } from '../../../model/state.ts';
import { systemPorts } from '../../../platform/ports.ts';
import type { Provider } from '../../provider.ts';
import { resolveKeycloakClient } from '../client-settings.ts';
import type { KeycloakClientSettings } from '../client-settings.ts';
import { assignedScopes, fieldsToAttributes, fieldsToClient } from '../convert/convert-client.ts';
import { fieldsToScope } from '../convert/convert-scope.ts';
import { apiFields, clientFields } from '../fields.ts';
import { openKeycloak } from '../index.ts';

const STACK = 'acme';
const POSITION = { file: 'clients.yaml', line: 1, column: 1 };
const SETTINGS = keycloakSettings({ pageSize: 4, pagesInFlight: 2 });

function keycloakClient(serviceAccountRoles: ServiceAccountRoles): KeycloakClientSettings {
  return { ...resolveKeycloakClient(undefined), serviceAccountRoles };
}

function client(name: string, roles: readonly string[] = []): DesiredClient {
  return {
    name,
    clientId: name,
    owner: 'team-checkout',
    description: `What ${name} is for`,
    labels: { tier: 'backend' },
    access: [{ api: 'inventory', scopes: ['inventory:read'], onRequest: ['inventory:write'] }],
    auth: 'client_secret_basic',
    state: 'enabled',
    credential: { path: name, rotate: { every: 7_776_000, overlap: 0 } },
    settings: keycloakClient({ realm: roles, clients: {} }),
    position: POSITION,
  };
}

const DESIRED: DesiredState = {
  target: {
    name: 'dev',
    stack: STACK,
    provider: SETTINGS,
    store: { kind: 'file' },
    rotate: { every: 7_776_000, overlap: 0 },
    guards: { maxDeletes: 5, maxDeletePercent: 20, protect: [], maxCredentialAge: undefined },
    position: POSITION,
  },
  apis: [
    {
      name: 'inventory',
      owner: 'team-logistics',
      description: 'Stock',
      audience: 'https://inventory.internal',
      tokenLifetime: undefined,
      senderConstrained: undefined,
      tokenAlg: undefined,
      tokenType: undefined,
      claims: {},
      introspectedBy: undefined,
      managed: true,
      scopes: [
        { name: 'inventory:read', description: 'Read' },
        { name: 'inventory:write', description: 'Write' },
      ],
      position: POSITION,
    },
  ],
  clients: [...Array.from({ length: 9 }, (_, index) => client(`svc-${index}`)), client('with-role', ['auditor'])],
  overlaps: [],
};

type Row = Record<string, unknown>;

/** A client as the realm lists it when it is just as it should be; what is given stands in place of that. */
function row({ fields: wanted }: DesiredObject, special: Row = {}, attributes: Record<string, unknown> = {}): Row {
  const fields = clientFields.parse(wanted);
  const scopes = assignedScopes(fields);
  return {
    id: `id of ${fields.clientId}`,
    ...fieldsToClient(fields),
    secret: 'canary',
    attributes: { ...fieldsToAttributes(fields), ...attributes },
    defaultClientScopes: ['service_account', ...scopes.default],
    optionalClientScopes: scopes.optional,
    ...special,
  };
}

const AUDITOR = { id: '1', name: 'auditor' };

/** Every client has a service account. */
function accounts(rows: readonly Row[], query: URLSearchParams): Row[] {
  const first = Number(query.get('first'));
  return rows.slice(first, first + Number(query.get('max'))).map(({ clientId }) => ({
    id: `account of ${String(clientId)}`,
    username: `service-account-${String(clientId)}`,
  }));
}

const oneAccount = (): Response => Response.json([{ id: '1', username: 'service-account-svc-0' }]);

/** A realm that answers as Keycloak does; gives the provider and what it is asked for. */
function realm(
  rows: readonly Row[],
  answers: Readonly<Record<string, (query: URLSearchParams) => Response>> = {},
): Provider {
  const provider = openKeycloak(SETTINGS, portsOver(answer), { tokens: givenTokens() });
  const api = provider.project(DESIRED).find(({ address }) => address === 'Api/inventory');
  const fields = apiFields.parse(api?.fields);
  const scopes = Object.entries(fields.scopes).map(([name, scope]) => {
    const { protocolMappers, ...rest } = fieldsToScope('inventory', name, fields, scope);
    return {
      ...rest,
      id: `id of ${name}`,
      protocolMappers: protocolMappers.map((each) => ({ ...each, id: each.name })),
    };
  });
  const known: Readonly<Record<string, (query: URLSearchParams) => Response>> = {
    '/clients': (query) => Response.json(rows.slice(Number(query.get('first'))).slice(0, Number(query.get('max')))),
    '/client-scopes': () => Response.json(scopes),
    '/client-policies/profiles': () => Response.json({ profiles: [] }),
    '/client-policies/policies': () => Response.json({ policies: [] }),
    ...answers,
  };
  async function answer(input: string | URL): Promise<Response> {
    const { pathname, searchParams } = new URL(input);
    const path = pathname.replace('/admin/realms/acme', '');
    if (path === '')
      return Response.json({ defaultRole: { name: 'default-roles-acme' }, ssoSessionMaxLifespan: 36_000 });
    const special = Object.entries(answers).find(([end]) => path.endsWith(end));
    if (special !== undefined) return special[1](searchParams);
    if (path === '/admin/serverinfo') return Response.json({ systemInfo: { version: '26.7.4' }, features: [] });
    if (path === '/clients/id%20of%20with-role/scope-mappings') return Response.json({ realmMappings: [AUDITOR] });
    if (path.endsWith('/scope-mappings')) return Response.json({});
    if (path === '/users') return Response.json(accounts(rows, searchParams));
    if (path === '/users/account%20of%20with-role/role-mappings') return Response.json({ realmMappings: [AUDITOR] });
    if (path.endsWith('/role-mappings')) return Response.json({});
    if (path.endsWith('/composites')) return Response.json([]);
    if (path === '/groups/count') return Response.json({ count: 0 });
    return known[path]?.(searchParams) ?? new Response(null, { status: 404 });
  }
  return provider;
}

const wanted = (provider: Provider): Map<string, DesiredObject> =>
  new Map(provider.project(DESIRED).map((object) => [object.address, object]));

/** What a whole read finds, by address. */
async function readAll(provider: Provider): Promise<ActualState & { of: Map<string, ActualObject> }> {
  const actual = await provider.read(DESIRED, { projected: provider.project(DESIRED) });
  return { ...actual, of: new Map(actual.objects.map((object) => [object.address, object])) };
}

function rowsAsDeclared(): Row[] {
  return openKeycloak(SETTINGS, systemPorts())
    .project(DESIRED)
    .flatMap((object) => (object.address.startsWith('Client/') ? [row(object)] : []));
}

it.each([
  ['/scope-mappings', [], 'scope mappings'],
  ['/scope-mappings', { realmMappings: [{ name: 'auditor' }] }, 'scope mappings'],
  ['/role-mappings', [], 'role mappings'],
  ['/users', {}, 'users'],
  ['/client-policies/profiles', [], 'client profiles'],
])('reading a realm: says which answer is not what it should be: %s', async (path, answer, what) => {
  const provider = realm(rowsAsDeclared(), { [path]: () => Response.json(answer) });
  await expect(readAll(provider)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining(`The listing of ${what} by Keycloak http://localhost:1`),
  });
});

it('reading a realm: takes a list of no roles for none, as the realm does', () => {
  const serviceAccountRoles = { realm: [], clients: { billing: [] } };
  const clients = [{ ...client('svc-0'), settings: keycloakClient(serviceAccountRoles) }];
  const [object] = openKeycloak(SETTINGS, systemPorts()).project({ ...DESIRED, apis: [], clients });
  expect(object?.fields).toMatchObject({ roles: { realm: [], clients: {} }, otherScopes: { default: [] } });
  expect(object?.fields['roles']).toEqual({ realm: [], clients: {} });
});

describe('a whole read', () => {
  it('gives what is as declared with the very fields that are wanted, and without a secret', async () => {
    const provider = realm(rowsAsDeclared());
    const projected = provider.project(DESIRED);
    const { objects, listedClients } = await provider.read(DESIRED, { projected });
    const found = new Map(objects.map((object) => [object.address, object]));
    expect(listedClients).toBe(10);
    for (const { address, fields } of projected) {
      const object = found.get(address);
      expect(object?.fields).toEqual(fields);
      expect(JSON.stringify(object)).not.toContain('canary');
      expect(object?.credential?.present).toBeUndefined();
    }
    // Those of which nothing has to be asked are not held twice.
    const listed = projected.filter(({ address }) => address.startsWith('Client/svc-'));
    expect(listed).toHaveLength(9);
    for (const { address, fields } of listed) expect(found.get(address)?.fields).toBe(fields);
  });

  it('asks the server once what it is and says what that lacks, but not for a part', async () => {
    let asked = 0;
    const info = (): Response => {
      asked += 1;
      return Response.json({ systemInfo: { version: '26.0.8' }, features: [] });
    };
    const provider = realm(rowsAsDeclared(), { '/admin/serverinfo': info });
    for (let reads = 0; reads < 2; reads += 1) {
      expect((await readAll(provider)).notices).toContainEqual(
        expect.stringContaining('Keycloak 26.0.8 takes a secret'),
      );
    }
    expect(asked).toBe(1);
    const only = { addresses: new Set<Address>(['Api/inventory']), undeclared: [], ids: new Map<Address, string>() };
    const part = await realm(rowsAsDeclared(), { '/admin/serverinfo': info, '/users': oneAccount }).read(DESIRED, {
      only,
    });
    expect([asked, part.notices]).toEqual([1, []]);
  });

  it('looks at client policies where something matters that nobody declares, and says what it found', async () => {
    const bound = { 'dpop.bound.access.tokens': 'true' };
    const rows = rowsAsDeclared().map((each, index) =>
      index === 3 ? { ...each, attributes: { ...Object(each['attributes']), ...bound } } : each,
    );
    const executors = [{ executor: 'dpop-bind-enforcer', configuration: { 'auto-configure': 'true' } }];
    const policies = [{ name: 'bound', enabled: true, profiles: ['bound'] }];
    const open = await readAll(
      realm(rows, {
        '/client-policies/profiles': () => Response.json({ profiles: [{ name: 'bound', executors }] }),
        '/client-policies/policies': () => Response.json({ policies }),
      }),
    );
    expect(open.of.get('Client/svc-3')?.fields['attributes']).toEqual({});
    expect(open.notices).toEqual([
      'The client policy "bound" of the realm sets dpop.bound.access.tokens on svc-3: left as it is.',
    ]);
    const hidden = await readAll(
      realm(rows, { '/client-policies/policies': () => Response.json({}, { status: 403 }) }),
    );
    expect(hidden.of.get('Client/svc-3')?.fields['senderConstrained']).toBe('dpop');
    expect(hidden.notices).toEqual([expect.stringContaining('it takes the role view-realm')]);
    expect((await readAll(realm(rowsAsDeclared()))).notices ?? []).toEqual([]);
  });

  it('reports what is otherwise', async () => {
    const rows = rowsAsDeclared().map((each, index) =>
      index === 3 ? { ...each, directAccessGrantsEnabled: true, redirectUris: ['http://b', 'http://a'] } : each,
    );
    const provider = realm(rows);
    const { of } = await readAll(provider);
    const fields = wanted(provider).get('Client/svc-3')?.fields ?? {};
    expect(of.get('Client/svc-3')?.fields).toEqual({
      ...fields,
      flows: { ...clientFields.parse(fields).flows, directAccessGrants: true },
      redirectUris: ['http://a', 'http://b'],
    });
  });

  it('knows a renamed client by its mark, and a copy by its client_id', async () => {
    const provider = realm([]);
    const objects = wanted(provider);
    const [third, fifth] = [objects.get('Client/svc-3'), objects.get('Client/svc-5')];
    if (third === undefined || fifth === undefined) throw new Error('not projected');
    const rows = rowsAsDeclared().filter(({ clientId }) => clientId !== 'svc-3');
    const { of } = await readAll(
      realm([
        row(fifth, { id: 'id of the copy', clientId: 'copy' }),
        ...rows,
        row(third, { id: 'id of the renamed', clientId: 'renamed' }),
      ]),
    );
    expect(of.get('Client/svc-3')).toMatchObject({ id: 'id of the renamed', fields: { clientId: 'renamed' } });
    expect(of.get('Client/svc-5')).toMatchObject({ id: 'id of svc-5' });
    expect(of.get('Client/copy')).toMatchObject({ id: 'id of the copy', foreign: [] });
  });

  it('keeps others apart: who claims a name, who holds a scope, and who is none of its business', async () => {
    const provider = realm([]);
    const [first] = [...wanted(provider).values()].filter(({ address }) => address === 'Client/svc-0');
    if (first === undefined) throw new Error('not projected');
    const rows = rowsAsDeclared().filter(({ clientId }) => clientId !== 'svc-0' && clientId !== 'svc-1');
    const { of, listedClients } = await readAll(
      realm([
        ...rows,
        row(first, {}, { 'grantry.stack': 'another' }),
        { id: '1', clientId: 'svc-1', attributes: {} },
        { id: '2', clientId: 'account', attributes: null, defaultClientScopes: ['inventory:read'] },
        row(first, { id: '3', clientId: 'undeclared' }, { 'grantry.name': 'undeclared' }),
      ]),
    );
    expect(listedClients).toBe(12);
    expect(of.get('Client/svc-0')?.foreign).toEqual([{ what: 'client svc-0', stack: 'another' }]);
    expect(of.get('Client/svc-1')?.foreign).toEqual([{ what: 'client svc-1', stack: undefined }]);
    expect(of.get('Client/undeclared')?.foreign).toEqual([]);
    expect(of.has('Client/account')).toBe(false);
    expect(of.get('Api/inventory')?.outsideHolders).toEqual({
      'inventory:read': ['account', 'svc-0'],
      'inventory:write': ['svc-0'],
    });
  });

  it.each(['__proto__', 'constructor'])('sees a grant of an Api that a mark calls %s', async (name) => {
    const rows = rowsAsDeclared().map((each, index) =>
      index === 3 ? { ...each, defaultClientScopes: ['inventory:read', 'marked'] } : each,
    );
    const scopes = [
      { id: '1', name: 'marked', attributes: { 'grantry.stack': STACK, 'grantry.api': name } },
      { id: '2', name: 'inventory:read' },
      { id: '3', name: 'inventory:write' },
    ];
    const { of } = await readAll(realm(rows, { '/client-scopes': () => Response.json(scopes) }));
    const access = Object.entries(clientFields.parse(of.get('Client/svc-3')?.fields).access);
    expect(JSON.stringify(of.get('Client/svc-3')?.fields['access'])).toContain(`"${name}":{"scopes":["marked"]`);
    expect(access.map(([api]) => api)).toContain('inventory');
  });

  it.each([
    '{"at":1e999,"place":"p","path":"q","facts":"f"}',
    '{"at":1,"place":"p","path":"q","facts":"f","since":1e999}',
    '{"at":1,"place":"p","path":"q"}',
    '{"at":"1","place":"p","path":"q","facts":"f"}',
    '[]',
    'null',
    '{',
  ])('takes %s for no mark of a delivery', async (mark) => {
    const rows = rowsAsDeclared().map((each) => ({
      ...each,
      attributes: { 'grantry.stack': STACK, 'grantry.delivered': mark },
    }));
    const { of } = await readAll(realm(rows));
    expect(of.get('Client/svc-0')?.credential).toEqual({
      clientId: 'svc-0',
      createdAt: undefined,
      delivered: undefined,
    });
  });

  it('fails as the listing of scopes fails, whatever the pages say', async () => {
    const provider = realm(rowsAsDeclared(), { '/client-scopes': () => Response.json({}, { status: 403 }) });
    await expect(readAll(provider)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('believes no empty list of scopes where clients hold some', async () => {
    const provider = realm(rowsAsDeclared(), { '/client-scopes': () => Response.json([]) });
    await expect(readAll(provider)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });
});
