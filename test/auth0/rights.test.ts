/** The lists of scopes in docs/auth0.md, held true: each suffices, and without any one of it there is a refusal that names it. */
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import { startAuth0Emulator } from '../support/auth0/start-emulator.ts';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { fetchFrom } from '../support/auth0/fetch-from.ts';
import { portsOver } from '../support/servers/ports-over.ts';
import { documentedScopes } from '../support/auth0/documented-scopes.ts';
import { logIn } from '../support/auth0/management-client.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const DOMAIN = 'acme-test.eu.auth0.com';
const [PLAN = [], APPLY = [], MORE = []] = documentedScopes();
const KEYS = 'read:client_keys';

const STOCK = apiYaml('stock', ['stock:read']);
const BILLS = apiYaml('bills', ['bills:read', 'bills:pay']);
const SPARE = apiYaml('spare', ['spare:read']);
const ORDERS = clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}, {api: bills, scopes: [bills:read]}]');
const JOBS = clientYaml('jobs', '');
const BASE = yaml(STOCK, BILLS, SPARE, ORDERS, JOBS);

interface Scenario {
  readonly missing: string;
  /** What is to become of the base. */
  readonly wanted: string;
}

const CLIENT = yaml(BASE, clientYaml('more', 'access: [{api: stock, scopes: [stock:read]}]'));

const SCENARIOS: readonly Scenario[] = [
  { missing: 'create:resource_servers', wanted: yaml(BASE, apiYaml('more', ['more:read'])) },
  {
    missing: 'update:resource_servers',
    wanted: yaml(STOCK, BILLS, apiYaml('spare', ['spare:read', 'spare:more']), ORDERS, JOBS),
  },
  { missing: 'delete:resource_servers', wanted: yaml(STOCK, BILLS, ORDERS, JOBS) },
  { missing: 'create:clients', wanted: CLIENT },
  { missing: KEYS, wanted: CLIENT },
  {
    missing: 'update:clients',
    wanted: yaml(STOCK, BILLS, SPARE, ORDERS, clientYaml('jobs', 'auth: client_secret_post')),
  },
  { missing: 'delete:clients', wanted: yaml(STOCK, BILLS, SPARE, ORDERS) },
  {
    missing: 'create:client_grants',
    wanted: yaml(STOCK, BILLS, SPARE, ORDERS, clientYaml('jobs', 'access: [{api: stock, scopes: [stock:read]}]')),
  },
  {
    missing: 'update:client_grants',
    wanted: yaml(
      STOCK,
      BILLS,
      SPARE,
      JOBS,
      clientYaml(
        'orders',
        'access: [{api: stock, scopes: [stock:read]}, {api: bills, scopes: [bills:read, bills:pay]}]',
      ),
    ),
  },
  {
    missing: 'delete:client_grants',
    wanted: yaml(STOCK, BILLS, SPARE, JOBS, clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]')),
  },
];

const KEYED = clientYaml('keyed', 'auth: private_key_jwt, access: [{api: stock, scopes: [stock:read]}]');
const UNKEYED = clientYaml('keyed', 'access: [{api: stock, scopes: [stock:read]}]');

/** Of clients with keys. */
const KEY_SCENARIOS: readonly (Scenario & { readonly base: string })[] = [
  { missing: 'read:client_credentials', base: BASE, wanted: yaml(BASE, KEYED) },
  { missing: 'create:client_credentials', base: BASE, wanted: yaml(BASE, KEYED) },
  { missing: 'update:client_credentials', base: yaml(BASE, UNKEYED), wanted: yaml(BASE, KEYED) },
  { missing: 'delete:client_credentials', base: yaml(BASE, KEYED), wanted: yaml(BASE, UNKEYED) },
  { missing: 'update:client_keys', base: yaml(BASE, KEYED), wanted: yaml(BASE, UNKEYED) },
];

describe('the rights of the provisioning application', () => {
  let emulator: Auth0Emulator;
  let subject: ProviderSubject;

  afterEach(() => subject.close());

  /** A tenant whose application of grantry has exactly these scopes. */
  const start = async (scopes: readonly string[]): Promise<void> => {
    emulator = await startAuth0Emulator({ domain: DOMAIN, scopes });
    subject = subjectOn(emulator);
  };

  /** From now on it has these. */
  const allow = (scopes: readonly string[]): void => {
    const [grant] = emulator.state.grantsOf(emulator.clientId);
    if (grant === undefined) throw new Error('the application has no grant');
    grant.fields = { ...grant.fields, scope: [...scopes] };
  };

  it('plan: its list suffices, in an empty tenant too, and nothing is written', async () => {
    await start(PLAN);
    expect((await subject.plan(BASE)).changes).toHaveLength(5);
    allow(APPLY);
    await subject.setUp(BASE);
    allow(PLAN);
    emulator.reset();
    expect((await subject.plan(BASE)).changes).toEqual([]);
    expect(emulator.writes()).toEqual([]);
  });

  it('plan: sees no keys without read:client_credentials, goes by what was noted, and says so', async () => {
    const wanted = yaml(BASE, KEYED);
    await start([...APPLY, ...MORE]);
    const hand = await logIn(emulator);
    await subject.setUp(wanted);
    const plan = async (): Promise<string[]> => (await subject.plan(wanted)).changes.map(({ address }) => address);
    const notices = async (): Promise<readonly string[] | undefined> => {
      const { provider, desired } = await subject.open(wanted);
      return (await provider.read(desired)).notices;
    };
    allow(PLAN);
    expect([await plan(), await notices()]).toEqual([[], [expect.stringContaining('read:client_credentials')]]);
    const body = { client_authentication_methods: { private_key_jwt: { credentials: [] } } };
    await hand.ok('PATCH', `/clients/${await subject.clientIdOf('keyed')}`, body);
    expect(await plan()).toEqual([]);
    allow([...PLAN, 'read:client_credentials']);
    expect([await plan(), await notices()]).toEqual([['Client/keyed'], []]);
  });

  it.each(PLAN.map((missing) => ({ missing })))('plan without $missing names it', async ({ missing }) => {
    await start(PLAN.filter((scope) => scope !== missing));
    await expect(subject.plan(BASE)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining(missing),
    });
  });

  it(`plan --check-store: takes ${KEYS} beside them, and names it`, async () => {
    await start(APPLY);
    await subject.setUp(BASE);
    allow([...PLAN, KEYS]);
    expect((await subject.plan(BASE, { checkStore: true })).changes).toEqual([]);
    allow(PLAN);
    await expect(subject.plan(BASE, { checkStore: true })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining(KEYS),
    });
  });

  it('without any scope the tenant lets nobody in, and the error says where to look', async () => {
    await start(PLAN);
    emulator.state.removeGrant(emulator.state.grantsOf(emulator.clientId)[0]?.id ?? '');
    await expect(subject.plan(BASE)).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('docs/auth0.md'),
    });
  });

  it('apply: its list has that of plan in it, and nothing that no scenario here misses', () => {
    expect(APPLY).toEqual(expect.arrayContaining(PLAN));
    expect(SCENARIOS.map(({ missing }) => missing).toSorted()).toEqual(
      APPLY.filter((scope) => !PLAN.includes(scope)).toSorted(),
    );
  });

  it('keys: those who apply need what the list says, and nothing that no scenario here misses', () => {
    expect(KEY_SCENARIOS.map(({ missing }) => missing).toSorted()).toEqual(MORE.toSorted());
  });

  const base = SCENARIOS.map((scenario) => ({ ...scenario, base: BASE, scopes: APPLY }));
  const keys = KEY_SCENARIOS.map((scenario) => ({ ...scenario, scopes: [...APPLY, ...MORE] }));

  it.each([...base, ...keys])('apply without $missing names it, and one that may converges', async (scenario) => {
    const { missing, wanted, scopes, base: before } = scenario;
    await start(scopes);
    await subject.setUp(before);
    allow(scopes.filter((scope) => scope !== missing));
    const { results, firstError } = await subject.apply(wanted);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { hint: expect.stringContaining(`the scope ${missing} of`) },
    ]);
    expect(firstError).toBe('NOT_ALLOWED');

    allow(scopes);
    await subject.setUp(wanted);
    expect((await subject.plan(wanted)).changes).toEqual([]);
    expect(await subject.unproven(wanted)).toEqual([]);
  });
});

function none(): never {
  throw new Error('nobody does that here');
}

function subjectOn(emulator: Auth0Emulator): ProviderSubject {
  return new ProviderSubject({
    provider: `{auth0: {domain: ${DOMAIN}, requestsPerSecond: 100, auth: {clientId: ${emulator.clientId}, clientSecret: "\${env:SECRET}"}}}`,
    env: { SECRET: emulator.clientSecret, TOKEN: 'unused' },
    ports: portsOver(fetchFrom(emulator)),
    admin: {
      create: none,
      secretOf: none,
      regenerate: none,
      loosen: none,
      remove: none,
      grant: none,
      letIn: none,
      clientIds: none,
      loseNextCreation: none,
      loseNextRotation: none,
      accepts: none,
    },
    close: () => emulator.close(),
  });
}
