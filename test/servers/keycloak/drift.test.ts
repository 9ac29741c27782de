import { fieldChanges } from '../../support/bench/field-words.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isProven } from '../../../src/model/report.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read', 'stock:write'], ', introspectedBy: stock-api, tokenLifetime: 4m'),
  apiYaml('billing', ['billing/read', 'billing.admin', 'urn:x:y', 'read*']),
  clientYaml('stock-api', ''),
  clientYaml(
    'orders',
    'access: [{api: stock, scopes: [stock:read], onRequest: [stock:write]}, {api: billing, scopes: [billing/read, "read*"]}], ' +
      'keycloak: {attributes: {team.colour: blue}, serviceAccountRoles: {realm: [auditor], clients: {ledger: [reader]}}}',
  ),
);

interface Drift {
  readonly what: string;
  readonly make: () => Promise<unknown>;
  /** Paths of the leaves that the plan must name, and no others. */
  readonly paths: readonly string[];
}

describe('what grantry is exact about in a realm', () => {
  let bench: Workbench;
  let id: string;
  let userId: string;

  beforeAll(async () => {
    bench = await Workbench.open();
    const { admin } = bench.realm;
    await admin.roles.create({ name: 'auditor' });
    await admin.roles.create({ name: 'stranger' });
    const ledger = await admin.clients.create({ clientId: 'ledger' });
    await admin.clients.createRole({ id: ledger.id, name: 'reader' });
    const { results } = await bench.apply(MANIFESTS);
    expect(results.map(({ address, outcome, reason }) => [address, outcome, reason])).toEqual(
      results.map(({ address }) => [address, 'done', undefined]),
    );
    id = (await find('orders')).id ?? '';
    userId = (await admin.clients.getServiceAccountUser({ id })).id ?? '';
  });

  afterAll(() => bench.close());

  async function find(clientId: string): Promise<Awaited<ReturnType<typeof bench.realm.admin.clients.find>>[number]> {
    const [client] = await bench.realm.admin.clients.find({ clientId });
    if (client === undefined) throw new Error(`no client ${clientId}`);
    return client;
  }

  async function scopeNamed(name: string): Promise<{ id: string; mappers: { id: string; name: string }[] }> {
    const scope = (await bench.realm.admin.clientScopes.find()).find((candidate) => candidate.name === name);
    const mappers = (scope?.protocolMappers ?? []).map((mapper) => ({ id: mapper.id ?? '', name: mapper.name ?? '' }));
    return { id: scope?.id ?? '', mappers };
  }

  const change = async (body: Record<string, unknown>): Promise<void> => bench.realm.admin.clients.update({ id }, body);

  it('needs no second change', async () => {
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
  });

  it('proves every client', async () => {
    const proofs = await bench.prove(MANIFESTS);
    expect(proofs.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === 'failed'))).toEqual([]);
    expect(proofs.every(isProven)).toBe(true);
    const claims = proofs.flatMap(({ checks }) => checks.map(({ claim }) => claim));
    expect(claims).toContain('a token carries exactly auditor, ledger/reader');
    expect(claims).toContain('a token lives 240 s');
    expect(claims).toContain('stock-api can introspect its tokens for stock');
  });

  const drifts: Drift[] = [
    { what: 'standard flow', make: () => change({ standardFlowEnabled: true }), paths: ['flows standard'] },
    { what: 'implicit flow', make: () => change({ implicitFlowEnabled: true }), paths: ['flows implicit'] },
    {
      what: 'direct access grants',
      make: () => change({ directAccessGrantsEnabled: true }),
      paths: ['flows directAccessGrants'],
    },
    {
      what: 'device flow',
      make: () => change({ attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } }),
      paths: ['flows device'],
    },
    { what: 'CIBA', make: () => change({ attributes: { 'oidc.ciba.grant.enabled': 'true' } }), paths: ['flows ciba'] },
    {
      what: 'token exchange',
      make: () => change({ attributes: { 'standard.token.exchange.enabled': 'true' } }),
      paths: ['flows tokenExchange'],
    },
    ...[
      ['a grant for tokens of users', 'oauth2.jwt.authorization.grant.enabled'],
      ['refresh tokens', 'client_credentials.use_refresh_token'],
      ['tokens of other issuers', 'external.token.enabled'],
      ['tokens bound to a certificate', 'tls.client.certificate.bound.access.tokens'],
      ['tokens without their roles', 'client.use.lightweight.access.token.enabled'],
      ['introspection of any token', 'allow.token.introspection.without.audience.check'],
      ['an attribute that nobody knows', 'somebody.elses'],
    ].map(([what = '', name = '']): Drift => ({
      what,
      make: () => change({ attributes: { [name]: 'true' } }),
      paths: [`attributes ${name}`],
    })),
    {
      what: 'who signs, and how long sessions live',
      make: () =>
        change({ attributes: { 'access.token.signed.response.alg': 'ES256', 'client.session.max.lifespan': '60' } }),
      paths: ['attributes client.session.max.lifespan', 'tokenAlg'],
    },
    {
      what: 'tokens bound to a key',
      make: () => change({ attributes: { 'dpop.bound.access.tokens': 'true' } }),
      paths: ['senderConstrained'],
    },
    {
      what: 'tokens of another type',
      make: () => change({ attributes: { 'access.token.header.type.rfc9068': 'true' } }),
      paths: ['tokenType'],
    },
    {
      what: 'a client turned to SAML',
      make: () => change({ protocol: 'saml' }),
      // The server takes the scopes of the other protocol away with it, and gives those of the new one.
      paths: [
        'access billing onRequest',
        'access billing scopes',
        'access stock onRequest',
        'access stock scopes',
        'otherScopes default',
        'protocol',
      ],
    },
    {
      what: 'a scope turned to SAML',
      make: async () =>
        bench.realm.admin.clientScopes.update(
          { id: (await scopeNamed('billing/read')).id },
          { name: 'billing/read', protocol: 'saml' },
        ),
      paths: ['access billing scopes', 'scopes billing/read protocol'],
    },
    {
      what: 'a scope with parameters',
      make: async () =>
        bench.realm.admin.clientScopes.update(
          { id: (await scopeNamed('billing.admin')).id },
          {
            name: 'billing.admin',
            protocol: 'openid-connect',
            attributes: { 'parameterized.scope.regexp': 'x:*' },
          },
        ),
      paths: ['scopes billing.admin otherAttributes'],
    },
    { what: 'full scope', make: () => change({ fullScopeAllowed: true }), paths: ['fullScopeAllowed'] },
    {
      what: 'redirect URIs',
      make: () => change({ redirectUris: ['https://evil.test/*'], webOrigins: [] }),
      paths: ['redirectUris'],
    },
    { what: 'web origins', make: () => change({ webOrigins: ['*'] }), paths: ['webOrigins'] },
    {
      what: 'another authenticator',
      make: () => change({ clientAuthenticatorType: 'client-jwt' }),
      paths: ['auth', 'authenticator', 'signingAlg'],
    },
    {
      what: 'the authentication method',
      make: () => change({ attributes: { 'client.secret.authentication.allowed.method': 'client_secret_post' } }),
      paths: ['auth'],
    },
    { what: 'a disabled client', make: () => change({ enabled: false }), paths: ['enabled'] },
    { what: 'consent', make: () => change({ consentRequired: true }), paths: ['consentRequired'] },
    { what: 'the description', make: () => change({ description: 'something else' }), paths: ['description'] },
    {
      what: 'the lifetime',
      make: () => change({ attributes: { 'access.token.lifespan': '9999' } }),
      paths: ['tokenLifetime'],
    },
    {
      what: 'no lifetime',
      make: () => change({ attributes: { 'access.token.lifespan': '' } }),
      paths: ['tokenLifetime'],
    },
    {
      what: 'a declared attribute',
      make: () => change({ attributes: { 'team.colour': 'red' } }),
      paths: ['attributes team.colour'],
    },
    {
      what: 'a declared attribute gone',
      make: () => change({ attributes: { 'team.colour': '' } }),
      paths: ['attributes team.colour'],
    },
    {
      what: 'a mapper on the client',
      make: () =>
        bench.realm.admin.clients.addProtocolMapper(
          { id },
          {
            name: 'extra',
            protocol: 'openid-connect',
            protocolMapper: 'oidc-hardcoded-claim-mapper',
            config: { 'claim.name': 'admin', 'claim.value': 'true' },
          },
        ),
      paths: ['protocolMappers'],
    },
    {
      what: 'a scope of nobody',
      make: async () =>
        bench.realm.admin.clients.addDefaultClientScope({ id, clientScopeId: (await scopeNamed('profile')).id }),
      paths: ['otherScopes default'],
    },
    {
      what: 'an optional scope of nobody',
      make: async () =>
        bench.realm.admin.clients.addOptionalClientScope({ id, clientScopeId: (await scopeNamed('phone')).id }),
      paths: ['otherScopes optional'],
    },
    {
      what: 'a granted scope gone',
      make: async () =>
        bench.realm.admin.clients.delDefaultClientScope({ id, clientScopeId: (await scopeNamed('stock:read')).id }),
      paths: ['access stock scopes'],
    },
    {
      what: 'an on-request scope in every token',
      make: async () => {
        const clientScopeId = (await scopeNamed('stock:write')).id;
        await bench.realm.admin.clients.delOptionalClientScope({ id, clientScopeId });
        await bench.realm.admin.clients.addDefaultClientScope({ id, clientScopeId });
      },
      paths: ['access stock onRequest', 'access stock scopes'],
    },
    {
      what: 'a declared realm role gone',
      make: async () => {
        const role = await bench.realm.admin.roles.findOneByName({ name: 'auditor' });
        await bench.realm.admin.users.delRealmRoleMappings({
          id: userId,
          roles: [{ id: role?.id ?? '', name: 'auditor' }],
        });
      },
      paths: ['roles realm'],
    },
    {
      what: 'one more role in the scope mappings',
      make: async () => {
        const role = await bench.realm.admin.roles.findOneByName({ name: 'stranger' });
        await bench.realm.admin.clients.addRealmScopeMappings({ id }, [{ ...role }]);
      },
      paths: ['scopeMappings realm'],
    },
    {
      what: 'the audience of a scope',
      make: async () => {
        const scope = await scopeNamed('stock:read');
        const mapper = scope.mappers.find(({ name }) => name.startsWith('audience'));
        await bench.realm.admin.clientScopes.updateProtocolMapper(
          { id: scope.id, mapperId: mapper?.id ?? '' },
          {
            id: mapper?.id ?? '',
            name: mapper?.name ?? '',
            protocol: 'openid-connect',
            protocolMapper: 'oidc-audience-mapper',
            config: {
              'included.custom.audience': 'https://evil.test',
              'access.token.claim': 'true',
              'id.token.claim': 'false',
              'introspection.token.claim': 'true',
            },
          },
        );
      },
      paths: ['scopes stock:read audience'],
    },
    {
      what: 'the audience mapper of a scope gone',
      make: async () => {
        const scope = await scopeNamed('stock:read');
        for (const mapper of scope.mappers)
          await bench.realm.admin.clientScopes.delProtocolMapper({ id: scope.id, mapperId: mapper.id });
      },
      paths: ['scopes stock:read audience', 'scopes stock:read introspectedBy'],
    },
    {
      what: 'one more mapper in a scope',
      make: async () =>
        bench.realm.admin.clientScopes.addProtocolMapper(
          { id: (await scopeNamed('billing/read')).id },
          {
            name: 'extra',
            protocol: 'openid-connect',
            protocolMapper: 'oidc-hardcoded-claim-mapper',
            config: { 'claim.name': 'admin', 'claim.value': 'true', 'access.token.claim': 'true' },
          },
        ),
      paths: ['scopes billing/read otherMappers'],
    },
    {
      what: 'a scope that hides its name',
      make: async () =>
        bench.realm.admin.clientScopes.update(
          { id: (await scopeNamed('urn:x:y')).id },
          {
            name: 'urn:x:y',
            protocol: 'openid-connect',
            attributes: {
              'grantry.stack': 'acme',
              'grantry.api': 'billing',
              'grantry.owner': 'team-billing',
              'include.in.token.scope': 'false',
            },
          },
        ),
      paths: ['scopes urn:x:y inTokenScope'],
    },
  ];

  it.each(drifts)('sees and repairs $what', async ({ make, paths }) => {
    await make();
    const { plan, results } = await bench.apply(MANIFESTS);
    const found = plan.changes.flatMap((planned) => fieldChanges(planned).map(({ path }) => path.join(' ')));
    expect(found.toSorted()).toEqual(paths.toSorted());
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(results.map(() => 'done'));
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
  });

  it('repairs a scope deleted by hand, for the clients that held it too', async () => {
    await bench.realm.admin.clientScopes.del({ id: (await scopeNamed('stock:write')).id });
    const { plan } = await bench.apply(MANIFESTS);
    expect(plan.changes.map(({ op, address }) => `${op} ${address}`)).toEqual([
      'update Api/stock',
      'update Client/orders',
    ]);
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
  });

  it('leaves attributes alone that are known to be harmless, and the values of switches that are off', async () => {
    const attributes = {
      'pkce.code.challenge.method': 'S256',
      logoUri: 'https://orders.test/logo.png',
      'oauth2.jwt.authorization.grant.enabled': 'false',
      'dpop.bound.access.tokens': 'false',
    };
    await change({ attributes });
    expect((await bench.plan(MANIFESTS)).changes).toEqual([]);
    await change({ description: 'drift' });
    await bench.apply(MANIFESTS);
    expect((await find('orders')).attributes).toMatchObject(attributes);
  });

  it('takes away what is declared no longer: attribute, roles, label, scope', async () => {
    const less = MANIFESTS.replace(/, keycloak: .*/, '}').replace('[billing/read, "read*"]', '[billing/read]');
    const { plan } = await bench.apply(less);
    const found = plan.changes.flatMap((planned) => fieldChanges(planned).map(({ path }) => path.join(' ')));
    expect(found).toEqual([
      'access billing scopes',
      'attributes team.colour',
      'otherScopes default',
      'roles clients ledger',
      'roles realm',
      'scopeMappings clients ledger',
      'scopeMappings realm',
    ]);
    expect((await bench.plan(less)).changes).toEqual([]);
    expect((await bench.prove(less)).every(isProven)).toBe(true);
    await bench.apply(MANIFESTS);
    expect((await bench.prove(MANIFESTS)).every(isProven)).toBe(true);
  });
});
