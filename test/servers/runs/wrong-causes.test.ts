import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { GrantryError } from '../../../src/model/errors.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { openVaultStore } from '../../../src/stores/vault/index.ts';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { describePathProblem } from '../../../src/model/secrets/credential-path.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const ONE = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);

async function failure(work: Promise<unknown>): Promise<GrantryError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GrantryError) return error;
  throw new Error('no GrantryError', { cause: error });
}

/** What people met: for each of these the error named another cause than its own. */
describe('errors name their cause', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await Workbench.open({ rotate: '{overlap: 0s}' });
    await bench.apply(ONE);
  });

  afterAll(() => bench.close());

  const account = async (change: object = {}): Promise<Workbench> => {
    const { clientId, clientSecret } = await bench.realm.serviceAccount(['manage-clients', 'view-users']);
    const [client] = await bench.realm.admin.clients.find({ clientId });
    if (client?.id !== undefined) await bench.realm.admin.clients.update({ id: client.id }, { clientId, ...change });
    return bench.as({
      auth: `{clientId: ${clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
      env: { ACCOUNT_SECRET: clientSecret },
    });
  };

  const inRealm = async (settings: object, work: () => Promise<void>): Promise<void> => {
    const { admin, name: realm } = bench.realm;
    await admin.realms.update({ realm }, settings);
    try {
      await work();
    } finally {
      await admin.realms.update({ realm }, { enabled: true, sslRequired: 'external' });
    }
  };

  it("the error has Keycloak's reason for a 400", async () => {
    const lifetime = yaml(
      apiYaml('stock', ['stock:read']),
      clientYaml(
        'orders',
        'keycloak: {attributes: {client.session.max.lifespan: "9999999"}}, access: [{api: stock, scopes: [stock:read]}]',
      ),
    );
    const { results } = await bench.apply(lifetime);
    expect(results.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/\(400\): .*: Client session max lifespan cannot exceed realm SSO session max lifespan\.$/),
    ]);
  });

  it('a realm that is disabled: not the account, and in a proof not the credential', async () => {
    const own = await account();
    await inRealm({ enabled: false }, async () => {
      expect(await failure(own.plan(ONE))).toMatchObject({
        code: 'NOT_ALLOWED',
        message: expect.stringMatching(/access_denied: Realm not enabled$/),
        hint: expect.stringContaining('enable it'),
      });
      const [proof] = await bench.prove(ONE);
      expect(proof?.checks.flatMap(({ detail }) => detail ?? []).join()).toContain(
        '403 access_denied: Realm not enabled',
      );
      expect(proof?.credential).toBeUndefined();
    });
  });

  it('a realm that asks for https: not the account, and in a proof not the credential', async () => {
    const own = await account();
    await inRealm({ sslRequired: 'all' }, async () => {
      expect(await failure(own.plan(ONE))).toMatchObject({
        message: expect.stringMatching(/HTTPS required$/),
        hint: expect.stringContaining('asks for https'),
      });
      // An account of master gets in, and then the metadata of the realm is refused.
      expect(await failure(bench.plan(ONE))).toMatchObject({
        code: 'UNREACHABLE',
        message: expect.stringMatching(/\(status 403\): HTTPS required$/),
        hint: expect.stringContaining('asks for https'),
      });
    });
  });

  it('an own client that allows basic only: says which method is missing', async () => {
    const own = await account({ attributes: { 'client.secret.authentication.allowed.method': 'client_secret_basic' } });
    const error = await failure(own.plan(ONE));
    expect(error.message).toContain(
      "unauthorized_client: Invalid method used to get client secret. Client requires method 'client_secret_basic'",
    );
    expect(error.hint).toContain('client_secret_post among the methods');
  });

  it('full scope off on the own client: not the role that it has', async () => {
    const own = await account({ fullScopeAllowed: false });
    const { code, hint } = await failure(own.plan(ONE));
    expect(code).toBe('NOT_ALLOWED');
    expect(hint).toMatch(
      /If it has that already, full scope is off for the client \S+, whose token carries no role of realm-management/,
    );
  });

  it('an account of master: names the client that has the roles there', async () => {
    const { name } = bench.realm;
    const clientId = `output-${name}`;
    const { adminClient } = await import('../../support/servers/realm.ts');
    const master = await adminClient(inject('keycloak'));
    const { id } = await master.clients.create({
      clientId,
      secret: 'output-secret-1',
      serviceAccountsEnabled: true,
      standardFlowEnabled: false,
    });
    try {
      const own = bench.as({
        auth: `{realm: master, clientId: ${clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
        env: { ACCOUNT_SECRET: 'output-secret-1' },
      });
      const { hint } = await failure(own.plan(ONE));
      expect(hint).toContain(`of the client ${name}-realm in the realm master`);
      expect(hint).not.toContain('realm-management');
    } finally {
      await master.clients.del({ id });
    }
  });

  it('a realm without the scope roles: says so where roles are declared', async () => {
    const { admin } = bench.realm;
    await admin.roles.create({ name: 'auditor' });
    const scope = await admin.clientScopes.findOneByName({ name: 'roles' });
    if (scope?.id === undefined) throw new Error('no scope roles');
    await admin.clientScopes.del({ id: scope.id });
    const roles = yaml(ONE, clientYaml('audit', 'keycloak: {serviceAccountRoles: {realm: [auditor]}}'));
    const plan = await bench.plan(roles);
    expect(plan.conflicts).toEqual([
      expect.objectContaining({ address: 'Client/audit', reason: expect.stringContaining('no client scope roles') }),
    ]);
  });

  it.each([
    ['the mount with a part of the path', { mount: 'secret/m2m' }, 'Set spec.store.vault.mount to secret'],
    ['the address with /v1', { v1: '/v1' }, 'without /v1'],
  ])('Vault, given %s', async (_, { mount = 'secret', v1 = '' }: { mount?: string; v1?: string }, hint) => {
    const { url, rootToken } = inject('vault');
    const settings = {
      kind: 'vault',
      address: `${url}${v1}`,
      namespace: undefined,
      mount,
      prefix: '',
      auth: { kind: 'token', token: new Secret(rootToken) },
    } as const;
    const error = await failure(openVaultStore(settings, systemPorts()));
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', hint: expect.stringContaining(hint) });
  });
});

it.each([
  ['a b', 'a blank'],
  ['a\u200Bb', 'the character \\u{200b}'],
  ['a*b', '"*"'],
])('a path of %j: says which character', (path, which) => {
  expect(describePathProblem(path)).toContain(`it contains ${which}, which is not allowed`);
});
