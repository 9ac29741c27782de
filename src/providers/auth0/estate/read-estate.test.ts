import { describe, expect, it } from 'vitest';
import { application, clientGrant, resourceServer } from '../convert/representations.ts';
import type { Estate, LeftOut } from '../../../model/estate.ts';
import { describeEstate } from './read-estate.ts';

const MANAGEMENT = 'https://acme.test/api/v2/';
const STOCK = 'https://stock.test';
const SYSTEM = 'https://acme.test/me/';
const GONE = 'https://gone.test';
const SERVERS = [
  { id: '1', identifier: STOCK, name: 'Stock', scopes: [{ value: 'read', description: 'Read' }, { value: 'write' }] },
  { id: '2', identifier: 'secretive', signing_alg: 'HS256', scopes: [{ value: 'read' }] },
  { id: '3', identifier: MANAGEMENT, is_system: true, scopes: [{ value: 'read:clients' }] },
  { id: '4', identifier: SYSTEM, is_system: true, scopes: [{ value: 'read' }] },
];
const MACHINE = {
  app_type: 'non_interactive',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
};

interface Made {
  readonly app?: object;
  readonly grants?: readonly object[];
  readonly servers?: readonly object[];
  readonly isSelected?: (clientId: string) => boolean;
}

/** The estate of a tenant with one application, called Orders. */
function estateOf({ app = {}, grants = [], servers = [], isSelected = () => true }: Made): Estate {
  const apps = [application.parse({ client_id: 'A', name: 'Orders', ...MACHINE, ...app })];
  return describeEstate(
    {
      apps,
      grants: grants.map((grant, index) => clientGrant.parse({ id: `cgr_${index}`, client_id: 'A', ...grant })),
      servers: [...SERVERS, ...servers].map((server) => resourceServer.parse({ signing_alg: 'RS256', ...server })),
      absent: new Set([GONE]),
    },
    { desired: { apis: [] }, selection: { isSelected }, management: MANAGEMENT, ownClientId: 'own' },
  );
}

const reads = { audience: STOCK, scope: ['read'] };

function leftOutOf(made: Made): LeftOut | undefined {
  return estateOf(made).leftOut.find(({ kind }) => kind === 'Client');
}

describe('an application that manifests can say', () => {
  it('is said with what it may call, and how it authenticates', () => {
    expect(estateOf({ grants: [reads] }).clients).toEqual([
      {
        id: 'A',
        clientId: 'A',
        displayName: 'Orders',
        displayNameKey: 'name',
        isEnabled: true,
        auth: 'client_secret_post',
        access: [{ audience: STOCK, scopes: ['read'], onRequest: [] }],
        settings: undefined,
        lastUsed: undefined,
        mark: undefined,
        description: '',
        facts: {},
        notes: [],
      },
    ]);
  });

  it.each([
    ['of no type', { app_type: null }],
    ['for the web that logs nobody in', { app_type: 'regular_web', oidc_conformant: false }],
  ])('may be one %s', (_, app) => {
    expect(estateOf({ app }).clients).toHaveLength(1);
  });

  it('has facts for its owner, and none that may be a credential', () => {
    const metadata = { team: 'a', api_token: 'x', note: `hvs.${'x'.repeat(24)}`, grantry_place: 'p' };
    const [client] = estateOf({ app: { client_metadata: metadata, description: 'Takes orders' } }).clients;
    expect(client?.facts).toEqual({ 'client_metadata.team': 'a', description: 'Takes orders' });
  });

  it('shows whose mark it carries, and that it is disabled', () => {
    const mark = {
      grantry_stack: 'acme',
      grantry_name: 'orders 60',
      grantry_owner: 'team-a',
      grantry_state: 'disabled',
    };
    const [client] = estateOf({ app: { client_metadata: mark } }).clients;
    expect(client).toMatchObject({ mark: { stack: 'acme', name: 'orders', owner: 'team-a' }, isEnabled: false });
  });

  it('keeps grants for its users, whatever they are: two for one API do not hide each other', () => {
    const forUsers = { audience: STOCK, scope: ['write'], subject_type: 'user' };
    for (const grants of [
      [reads, forUsers],
      [forUsers, reads],
    ]) {
      expect(estateOf({ grants }).clients).toMatchObject([
        {
          access: [{ scopes: ['read'] }],
          notes: [`client grants for users, or made by Auth0 itself, stay as they are: ${STOCK}.`],
        },
      ]);
    }
  });

  it('says of keys that others registered that their algorithm is not known', () => {
    const methods = { private_key_jwt: { credentials: [{ id: 'cred_1' }] } };
    const app = { token_endpoint_auth_method: null, client_authentication_methods: methods };
    const [client] = estateOf({ app }).clients;
    expect(client).toMatchObject({
      auth: { private_key_jwt: { alg: 'RS256' } },
      notes: [expect.stringContaining('keys')],
    });
    const own = { client_metadata: { grantry_keys: 'PS256 cred_1:kid@1' } };
    expect(estateOf({ app: { ...app, ...own } }).clients).toMatchObject([
      { auth: { private_key_jwt: { alg: 'PS256' } }, notes: [] },
    ]);
  });
});

describe('an application that manifests cannot say', () => {
  it.each<[string, Made]>([
    ['own-account', { app: { client_id: 'own' }, grants: [{ ...reads, client_id: 'own', audience: MANAGEMENT }] }],
    ['provider-admin-grant', { grants: [reads, { audience: MANAGEMENT, scope: ['read:clients'] }] }],
    ['provider-admin-grant', { app: { is_first_party: false }, grants: [{ audience: MANAGEMENT, scope: [] }] }],
    ['third-party', { app: { is_first_party: false } }],
    ['mixed', { app: { grant_types: ['client_credentials', 'implicit'] } }],
    ['mixed', { app: { app_type: 'regular_web', grant_types: ['client_credentials', 'password'] }, grants: [reads] }],
    ['mixed', { app: { callbacks: ['https://shop.test'] } }],
    ['mixed', { app: { web_origins: ['https://shop.test'] } }],
    ['mixed', { app: { allowed_logout_urls: ['https://shop.test'] } }],
    ['no-client-credentials', { app: { grant_types: [] } }],
    ['application-type', { app: { app_type: 'native' } }],
    ['public', { app: { token_endpoint_auth_method: 'none' } }],
    ['authentication-unknown', { app: { token_endpoint_auth_method: null } }],
    [
      'other-authenticator',
      { app: { token_endpoint_auth_method: null, client_authentication_methods: { tls_client_auth: {} } } },
    ],
    ['organizations', { grants: [{ ...reads, organization_usage: 'allow' }] }],
    ['api-missing', { grants: [{ audience: GONE, scope: ['read'] }] }],
    ['api-not-seen', { grants: [{ audience: 'https://unseen.test', scope: ['read'] }] }],
    ['system-api', { grants: [{ audience: SYSTEM, scope: ['read'] }] }],
    ['needs-left-out', { grants: [{ audience: 'secretive', scope: ['read'] }] }],
    ['no-scopes', { grants: [{ audience: STOCK, scope: [] }] }],
    ['undeclared-scopes', { grants: [{ audience: STOCK, scope: ['fly', 'read'] }] }],
    ['all-scopes', { grants: [{ audience: STOCK, allow_all_scopes: true }] }],
  ])('is left out: %s', (reason, made) => {
    const { leftOut, clients } = estateOf(made);
    expect(clients).toEqual([]);
    expect(leftOut.filter(({ kind }) => kind === 'Client').map((object) => object.reason)).toEqual([reason]);
    for (const { why, todo } of leftOut) expect({ why, todo }).toEqual({ why: SENTENCE, todo: expect.any(String) });
  });

  it('is told to delete a grant only where its API is known to be gone', () => {
    const [gone, unseen] = [GONE, 'https://unseen.test'].map((audience) =>
      leftOutOf({ grants: [{ audience, scope: ['read'] }] }),
    );
    expect(gone?.todo).toContain('auth0 api delete client-grants/cgr_0');
    expect(unseen?.todo).not.toMatch(/delete/i);
  });

  it('says whose mark it carries', () => {
    const app = {
      callbacks: ['https://shop.test'],
      client_metadata: { grantry_stack: 'theirs', grantry_name: 'shop' },
    };
    expect(leftOutOf({ app })?.mark).toEqual({ stack: 'theirs', name: 'shop', owner: undefined });
  });

  it('is proposed with the scopes that an API has now, where it has whatever it has', () => {
    const grants = [{ audience: STOCK, allow_all_scopes: true }];
    expect(leftOutOf({ grants })?.proposal?.access).toEqual([
      { audience: STOCK, scopes: ['read', 'write'], onRequest: [] },
    ]);
    expect(leftOutOf({ grants: [...grants, { audience: 'secretive', scope: ['read'] }] })).not.toHaveProperty(
      'proposal',
    );
  });
});

const SENTENCE: unknown = expect.stringMatching(/^[A-Z].*\.$/);

describe('an application that is no client for machines', () => {
  it.each([
    ['logs users in', { app_type: 'regular_web', grant_types: ['authorization_code'] }, []],
    [
      'logs users in, and may call nothing as itself',
      { app_type: 'regular_web', grant_types: ['client_credentials', 'password'] },
      [],
    ],
    ['stands for an API', { app_type: 'resource_server', grant_types: [] }, []],
  ])('is of no interest: one that %s', (_, app, grants) => {
    const { clients, leftOut } = estateOf({ app, grants });
    expect([...clients, ...leftOut.filter(({ kind }) => kind === 'Client')]).toEqual([]);
  });

  it('nor is one that was not asked for', () => {
    expect(estateOf({ isSelected: (id) => id !== 'A' }).clients).toEqual([]);
  });
});

/** The estate with one more API, of one scope. */
function apiOf(server: object): Estate {
  return estateOf({ servers: [{ id: '9', identifier: 'new', scopes: [{ value: 'x' }], ...server }] });
}

describe('an API', () => {
  it('is said by its audience, with what decides about its tokens', () => {
    const form = { token_lifetime: 5400, signing_alg: 'PS256', token_dialect: 'rfc9068_profile_authz' };
    const proof = { proof_of_possession: { mechanism: 'dpop', required: true } };
    const [, found] = apiOf({ ...form, ...proof, name: 'New' }).apis;
    expect(found).toMatchObject({
      audience: 'new',
      displayName: 'New',
      scopes: { x: '' },
      spec: { tokenLifetime: '90m', token: { alg: 'PS256', type: 'at+jwt' }, senderConstrained: 'dpop' },
      notes: [],
    });
  });

  it("is none of Auth0's own", () => {
    expect(estateOf({}).apis.map(({ audience }) => audience)).toEqual([STOCK]);
    expect(estateOf({}).leftOut.map(({ id }) => id)).toEqual(['secretive']);
  });

  it.each([
    ['signing-algorithm', { signing_alg: 'HS256' }],
    ['sender-constraint', { proof_of_possession: { mechanism: 'mtls', required: true } }],
    ['sender-constraint', { proof_of_possession: { mechanism: 'dpop', required: false } }],
    ['no-scopes', { scopes: [] }],
    ['no-scopes', { scopes: [{ value: 'two words' }] }],
  ])('is left out: %s', (reason, server) => {
    const { leftOut, apis } = apiOf(server);
    expect(leftOut).toContainEqual(expect.objectContaining({ kind: 'Api', id: 'new', reason, why: SENTENCE }));
    expect(apis).toHaveLength(1);
  });

  it('lacks the scopes that manifests cannot say, and says so', () => {
    const scopes = [{ value: 'x' }, { value: 'two words' }, { value: 'y', description: 'x'.repeat(256) }];
    const [, found] = apiOf({ scopes }).apis;
    expect(found?.scopes).toEqual({ x: '' });
    expect(found?.notes).toEqual([expect.stringContaining('two words'), expect.stringContaining('scope y')]);
  });

  it('says where no application gets a token for it, and where nobody can look into one', () => {
    const denied = { subject_type_authorization: { client: { policy: 'deny_all' } } };
    const [, found] = apiOf({ ...denied, token_encryption: { format: 'compact-nested-jwe' } }).apis;
    expect(found?.notes).toEqual([expect.stringContaining('deny_all'), expect.stringContaining('encrypted')]);
  });
});
