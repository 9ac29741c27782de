/** Issuers of a Target on a real server: who may make them, what is repaired of them, and what is in their way. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { startOidcIssuer } from '../../support/servers/oidc-issuer.ts';
import type { OidcIssuer } from '../../support/servers/oidc-issuer.ts';
import { clientYaml, Workbench } from '../../support/bench/workbench.ts';
import { fieldChanges } from '../../support/bench/field-words.ts';

const NOTHING = clientYaml('bystander', '');
const ALIAS = 'token-service';

let tokens: OidcIssuer;
beforeAll(async () => {
  tokens = await startOidcIssuer({ issuer: 'https://tokens.example' });
});
afterAll(() => tokens.close());

const issuing = (special = ''): string =>
  `{tokens: {alias: ${ALIAS}, url: ${tokens.issuer}, jwksUrl: "${tokens.jwksUrl}", allowInsecure: true${special}}}`;

async function withRoles(bench: Workbench, ...roles: string[]): Promise<Workbench> {
  const account = await bench.realm.serviceAccount(['manage-clients', ...roles]);
  return bench.as({
    auth: `{clientId: ${account.clientId}, clientSecret: "\${env:ACCOUNT_SECRET}"}`,
    env: { ACCOUNT_SECRET: account.clientSecret },
  });
}

function changesOf({ changes }: Plan): string[] {
  return changes.map(({ op, address }) => `${op} ${address}`);
}

describe('issuers of a Target', () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open({ rotate: '{overlap: 0s}' });
  });
  afterEach(() => bench.close());

  const found = async (): Promise<object | undefined> => bench.realm.admin.identityProviders.findOne({ alias: ALIAS });
  const change = async (special: object, config: object): Promise<void> => {
    const { config: present, ...rest } = (await bench.realm.admin.identityProviders.findOne({ alias: ALIAS })) ?? {};
    const body = { ...rest, ...special, config: { ...present, ...config } };
    await bench.realm.admin.identityProviders.update({ alias: ALIAS }, body);
  };

  it('are made as people never see them, marked as widening, and a second plan changes nothing', async () => {
    const making = bench.as({ issuers: issuing(', maxTokenAge: 1h, reuse: true') });
    const { plan, results } = await making.apply(NOTHING);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done']);
    const made = plan.changes.find(({ address }) => address === 'Issuer/tokens');
    const widening = made === undefined ? [] : fieldChanges(made).filter(({ widens }) => widens);
    expect(widening.map(({ path, after }) => [path, after])).toEqual([[['trusts'], tokens.issuer]]);
    expect(await found()).toMatchObject({
      providerId: 'oidc',
      enabled: true,
      hideOnLogin: true,
      config: { supportsClientAssertions: 'true', fedClientAssertionMaxExp: '3600', 'grantry.stack': 'acme' },
    });
    expect((await making.plan(NOTHING)).changes).toEqual([]);
  });

  it('of a cluster are made too, and those of SPIFFE refused where the server has them switched off', async () => {
    const cluster = '{cluster: {alias: k8s, kind: kubernetes, url: "https://kubernetes.example"}}';
    const making = bench.as({ issuers: cluster });
    const { results } = await making.apply(NOTHING);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done', 'done']);
    expect((await making.plan(NOTHING)).changes).toEqual([]);
    const mesh =
      '{mesh: {alias: spire, kind: spiffe, url: "https://spire.example/b", trustDomain: "spiffe://acme.example"}}';
    expect((await bench.as({ issuers: mesh }).plan(NOTHING)).conflicts).toMatchObject([
      { address: 'Issuer/mesh', reason: expect.stringContaining('spiffe switched off') },
    ]);
  });

  it.each([
    ['was disabled', { enabled: false }, {}],
    ['shows on the login page', { hideOnLogin: false }, {}],
    ['has its keys elsewhere', {}, { jwksUrl: 'https://evil.example/keys' }],
    ['takes no assertions', {}, { supportsClientAssertions: 'false' }],
    ['takes a token twice', {}, { supportsClientAssertionReuse: 'true' }],
    ['takes old tokens', {}, { fedClientAssertionMaxExp: '86400' }],
    ['takes tokens of users', {}, { jwtAuthorizationGrantEnabled: 'true' }],
    ['trusts addresses of people', { trustEmail: true }, {}],
  ])('are repaired where one %s', async (_, special, config) => {
    const making = bench.as({ issuers: issuing() });
    await making.apply(NOTHING);
    const before = await found();
    await change(special, config);
    expect(changesOf(await making.plan(NOTHING))).toEqual(['update Issuer/tokens']);
    const { results } = await making.apply(NOTHING);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
    expect(await found()).toEqual(before);
    expect((await making.plan(NOTHING)).changes).toEqual([]);
  });

  it('whose mark is gone belong to nobody, until they are adopted', async () => {
    const making = bench.as({ issuers: issuing() });
    await making.apply(NOTHING);
    await change({}, { 'grantry.stack': '' });
    expect((await making.plan(NOTHING)).conflicts).toMatchObject([{ address: 'Issuer/tokens' }]);
    const adoption = parseAdoption(['Issuer/*']);
    expect(changesOf(await making.plan(NOTHING, { adoption }))).toEqual(['adopt Issuer/tokens']);
    await making.apply(NOTHING, { adoption });
    expect((await making.plan(NOTHING)).changes).toEqual([]);
  });

  it('that people log in by are never taken over', async () => {
    const config = {
      issuer: tokens.issuer,
      clientId: 'x',
      authorizationUrl: 'https://a.example',
      tokenUrl: 'https://a.example',
    };
    await bench.realm.admin.identityProviders.create({ alias: ALIAS, providerId: 'oidc', config });
    const plan = await bench.as({ issuers: issuing() }).plan(NOTHING, { adoption: parseAdoption(['Issuer/*']) });
    expect(plan.conflicts).toMatchObject([{ reason: expect.stringContaining('people log in by') }]);
  });

  it('stay while a client of somebody else logs in by them, and go when none does', async () => {
    await bench.as({ issuers: issuing() }).apply(NOTHING);
    const { id } = await bench.realm.admin.clients.create({
      clientId: 'theirs',
      clientAuthenticatorType: 'federated-jwt',
      attributes: { 'jwt.credential.issuer': ALIAS, 'jwt.credential.sub': 'workload' },
    });
    const none = bench.as({ issuers: '{}' });
    expect((await none.plan(NOTHING)).conflicts).toMatchObject([
      { address: 'Issuer/tokens', reason: expect.stringContaining('log in by it: theirs') },
    ]);
    await bench.realm.admin.clients.del({ id });
    const { plan, results } = await none.apply(NOTHING);
    expect([plan.conflicts, changesOf(plan)]).toEqual([[], ['delete Issuer/tokens']]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['done']);
    expect(await found()).toBeNull();
  });

  it('are told of where their keys cannot be fetched, and made all the same: the server may see more', async () => {
    const away = `{tokens: {alias: ${ALIAS}, url: "https://away.example", jwksUrl: "http://127.0.0.1:1/keys"}}`;
    const { desired, ...ports } = await bench.as({ issuers: away }).ports(NOTHING);
    const { actual } = await surveyTarget(desired, ports);
    expect(actual.notices).toContainEqual(expect.stringContaining('Issuer/tokens: its keys could not be fetched'));
  });

  describe('and the rights of the account', () => {
    it('are asked for only where the Target names issuers that it makes', async () => {
      const plain = await withRoles(bench);
      await expect(plain.as({ issuers: issuing() }).plan(NOTHING)).rejects.toMatchObject({
        code: 'NOT_ALLOWED',
        hint: expect.stringContaining('view-identity-providers'),
      });
      const existing = plain.as({ issuers: `{tokens: {alias: ${ALIAS}}}` });
      expect((await existing.plan(NOTHING)).conflicts).toEqual([]);
      expect((await plain.plan(NOTHING)).conflicts).toEqual([]);
    });

    it('view-identity-providers suffices to plan, and manage-identity-providers to apply', async () => {
      const viewer = (await withRoles(bench, 'view-identity-providers')).as({ issuers: issuing() });
      const [refused] = (await viewer.apply(NOTHING)).results.filter(({ address }) => address === 'Issuer/tokens');
      expect(refused).toMatchObject({ outcome: 'failed', hint: expect.stringContaining('manage-identity-providers') });
      const manager = (await withRoles(bench, 'manage-identity-providers')).as({ issuers: issuing() });
      const { results } = await manager.apply(NOTHING);
      expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['done']);
      expect((await viewer.plan(NOTHING)).changes).toEqual([]);
    });
  });

  it('are of no use in a realm whose flow knows no workloads, and that is said', async () => {
    const manifests = clientYaml('orders', 'auth: {federated: {issuer: tokens, subject: a-workload}}');
    const making = bench.as({ issuers: issuing() });
    const { authenticationManagement, realms } = bench.realm.admin;
    await authenticationManagement.copyFlow({ flow: 'clients', newName: 'ours' });
    const steps: { id?: string; providerId?: string }[] = await authenticationManagement.getExecutions({
      flow: 'ours',
    });
    const step = steps.find(({ providerId }) => providerId === 'federated-jwt');
    await authenticationManagement.delExecution({ id: step?.id ?? '' });
    await realms.update({ realm: bench.realm.name }, { clientAuthenticationFlow: 'ours' });
    const lacks = 'its client authentication flow "ours" lacks "Signed JWT - Federated"';
    const { desired, ...ports } = await making.ports(manifests);
    const { actual } = await surveyTarget(desired, ports);
    expect(actual.notices).toContainEqual(expect.stringContaining(lacks));
    await making.apply(manifests);
    const checks = (await making.prove(manifests)).flatMap((proof) => proof.checks);
    expect(checks).toContainEqual(
      expect.objectContaining({ outcome: 'failed', detail: expect.stringContaining(lacks) }),
    );
    await realms.update({ realm: bench.realm.name }, { clientAuthenticationFlow: 'clients' });
    expect((await surveyTarget(desired, ports)).actual.notices).toEqual([]);
  });

  it('that only must exist are named where they do not, with those that are there', async () => {
    await bench.as({ issuers: issuing() }).apply(NOTHING);
    const manifests = clientYaml('orders', 'auth: {federated: {issuer: shared, subject: a-workload}}');
    const using = bench.as({ stack: 'guest', issuers: '{shared: {alias: token-servce}}' });
    expect((await using.plan(manifests)).conflicts).toMatchObject([
      { address: 'Issuer/shared', hint: expect.stringContaining(`There is ${ALIAS}`) },
    ]);
    const right = bench.as({ stack: 'guest', issuers: `{shared: {alias: ${ALIAS}}}` });
    expect((await right.plan(manifests)).conflicts).toEqual([]);
    await change({ enabled: false }, {});
    expect((await right.plan(manifests)).conflicts).toMatchObject([{ reason: expect.stringContaining('disabled') }]);
    await change({ enabled: true }, { supportsClientAssertions: 'false' });
    expect((await right.plan(manifests)).conflicts).toMatchObject([
      { reason: expect.stringContaining('takes no client assertions') },
    ]);
  });

  it('of two stacks in one realm do not get in each other’s way', async () => {
    await bench.as({ issuers: issuing() }).apply(NOTHING);
    const other = bench.as({ stack: 'other', issuers: '{}' });
    expect((await other.plan('')).changes).toEqual([]);
  });
});
