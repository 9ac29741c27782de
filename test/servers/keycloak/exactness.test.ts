import { renderPlan } from '../../support/bench/field-words.ts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import { isKnownAttribute } from '../../../src/providers/keycloak/convert/known-attributes.ts';
import { isProven } from '../../../src/model/report.ts';
import type { SavedPlan } from '../../../src/model/saved-plan.ts';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import { savePlan } from '../../../src/engine/plan/saved/save-plan.ts';
import { makeStyle } from '../../../src/report/index.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const STOCK = apiYaml('stock', ['stock:read']);
const orders = (spec = '', description = 'The orders service'): string =>
  clientYaml(
    'orders',
    `access: [{api: stock, scopes: [stock:read]}], credential: {rotate: {overlap: 0s}}${spec}`,
  ).replace('The orders service', description);
const BASE = yaml(STOCK, orders());

/** Attributes of realms and of client scopes, which the console names in the same way. */
const OF_OTHER_OBJECTS =
  /^(consent\.screen\.text|gui\.order|include\.in\.|is\.parameterized\.scope|parameterized\.scope\.|vc\.|oid4vci\.(?!enabled$))/;
/** Of clients of other protocols, and of features that no M2M client has: refused in manifests, and drift. */
const OF_OTHER_PROTOCOLS = /^(saml|ssf)[._]/;

/** What a listing says of a client beside what is read of it, and why it does not matter. */
const NOT_READ: Readonly<Record<string, string>> = {
  access: 'what the reader may do',
  adminUrl: 'where the server announces logouts; it gets nobody a token',
  alwaysDisplayInConsole: 'shown to people',
  authenticationFlowBindingOverrides: 'of logins of people, which are off',
  baseUrl: 'a link, and redirect URIs are none',
  frontchannelLogout: 'of logouts of people',
  name: 'shown to people',
  nodeReRegistrationTimeout: 'of adapters that registered themselves, long gone',
  notBefore: 'a revocation that somebody made on purpose; it only takes tokens away',
  registeredNodes: 'of adapters that registered themselves',
  rootUrl: 'what relative redirect URIs begin with, of which there are none',
  surrogateAuthRequired: 'not used by the server any more',
};
const READ = new Set(
  `id clientId description enabled protocol secret attributes defaultClientScopes optionalClientScopes protocolMappers
   standardFlowEnabled implicitFlowEnabled directAccessGrantsEnabled serviceAccountsEnabled authorizationServicesEnabled
   publicClient bearerOnly consentRequired fullScopeAllowed redirectUris webOrigins clientAuthenticatorType`.split(
    /\s+/,
  ),
);

/** Every attribute that the admin console of this very server has a field for. */
async function attributesOfConsole(): Promise<string[]> {
  const { url } = inject('keycloak');
  const page = await (await fetch(`${url}/admin/master/console/`)).text();
  const main = /src="([^"]+\/)(assets\/main-[\w-]+\.js)"/.exec(page);
  const [, base = '', entry = ''] = main ?? [];
  const load = async (path: string): Promise<string> => (await fetch(`${url}${base}${path}`)).text();
  const text = await load(entry);
  const chunks = new Set(
    [...text.matchAll(/["'](?:\.\/|assets\/)([\w-]+\.js)["']/g)].map(([, name]) => `assets/${name}`),
  );
  const texts = await Promise.all([...chunks].map(load));
  const names = [text, ...texts].flatMap((script) =>
    [...script.matchAll(/attributes\.([A-Za-z]\w*(?:[._][\w-]+)+)/g)].map(([, name = '']) => name),
  );
  return [...new Set(names)].toSorted();
}

describe('what the server knows of clients', () => {
  it('attributes: each that the admin console has was looked at', async () => {
    const names = await attributesOfConsole();
    expect(names).toContain('oauth2.jwt.authorization.grant.enabled');
    expect(names.length).toBeGreaterThan(60);
    const unknown = names.filter(
      (name) => !isKnownAttribute(name) && !OF_OTHER_OBJECTS.test(name) && !OF_OTHER_PROTOCOLS.test(name),
    );
    expect(unknown).toEqual([]);
  });

  it('members: each of a listing is read, or was looked at', async () => {
    const bench = await Workbench.open();
    try {
      await bench.realm.admin.clients.create({
        clientId: 'full',
        serviceAccountsEnabled: true,
        authorizationServicesEnabled: true,
        rootUrl: 'http://a',
      });
      const members = new Set((await bench.realm.admin.clients.find()).flatMap((client) => Object.keys(client)));
      expect([...members].filter((name) => !READ.has(name) && !Object.hasOwn(NOT_READ, name))).toEqual([]);
    } finally {
      await bench.close();
    }
  });
});

describe('objects of SAML', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
    await bench.realm.admin.clients.create({ clientId: 'orders', protocol: 'saml' });
    await bench.realm.admin.clientScopes.create({ name: 'stock:read', protocol: 'saml' });
  });
  afterAll(() => bench.close());

  it.each([{}, { adoption: parseAdoption(['Client/*', 'Api/*']) }])(
    'are in the way of what bears their names, and never adopted: %j',
    async (options) => {
      const { changes, conflicts } = await bench.plan(BASE, options);
      expect(conflicts).toMatchObject([
        {
          address: 'Api/stock',
          reason: expect.stringContaining('client scope stock:read exists already, for the protocol saml'),
        },
        {
          address: 'Client/orders',
          reason: expect.stringContaining('client orders exists already, for the protocol saml'),
        },
      ]);
      expect(changes.filter(({ op }) => op === 'adopt')).toEqual([]);
    },
  );

  it('are no Api that another stack manages', async () => {
    const unmanaged = yaml(apiYaml('stock', ['stock:read'], ', managed: false'), clientYaml('others', ''));
    expect((await bench.plan(unmanaged)).conflicts).toMatchObject([{ address: 'Api/stock' }]);
  });
});

describe('in a realm with client policies', () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
  });
  afterAll(() => bench.close());

  /** One policy for all clients, or none. */
  async function setPolicy(executor?: string, configuration: Record<string, unknown> = {}): Promise<void> {
    const { clientPolicies } = bench.realm.admin;
    const used = executor !== undefined;
    await clientPolicies.updatePolicy({ policies: [] });
    await clientPolicies.createProfiles({
      profiles: used ? [{ name: 'house', executors: [{ executor, configuration }] }] : [],
    });
    const conditions = [{ condition: 'any-client', configuration: {} }];
    await clientPolicies.updatePolicy({
      policies: used ? [{ name: 'house rules', enabled: true, conditions, profiles: ['house'] }] : [],
    });
  }
  const client = async (): Promise<{ clientAuthenticatorType?: string; secret?: string; description?: string }> =>
    (await bench.realm.admin.clients.find({ clientId: 'orders' }))[0] ?? {};
  const outcomes = async (manifests: string): Promise<string[]> =>
    (await bench.apply(manifests)).results.map(({ outcome, reason, hint }) => [outcome, reason, hint].join(' | '));
  const JWT_ONLY = {
    'allowed-client-authenticators': ['client-jwt', 'client-x509'],
    'default-client-authenticator': 'client-jwt',
  };

  it('is refused a change by a policy that wants another authenticator, and cuts nobody off', async () => {
    await setPolicy();
    await bench.apply(BASE);
    const before = await client();
    await setPolicy('secure-client-authenticator', JWT_ONLY);
    const [outcome = ''] = await outcomes(yaml(STOCK, orders('', 'Something else')));
    expect(outcome).toMatch(
      /^failed \| .*\(400\): change client orders.* \| .*"house rules" \(secure-client-authenticator\)/s,
    );
    const failed = await bench.rotate(BASE, { kind: 'named', names: ['orders'], force: false, revoke: false });
    expect(failed).toMatchObject([{ outcome: 'failed' }]);
    expect(await client()).toEqual(before);
    await setPolicy();
    expect((await bench.prove(BASE)).every(isProven)).toBe(true);
    const again = await bench.rotate(BASE, { kind: 'named', names: ['orders'], force: false, revoke: false });
    expect(again).toMatchObject([{ outcome: 'done' }]);
    expect((await bench.plan(BASE)).changes).toEqual([]);
  });

  it('fails where the server sets something back, and names the field and the policy', async () => {
    await setPolicy();
    await bench.apply(BASE);
    await setPolicy('consent-required', { 'auto-configure': 'true' });
    const changed = yaml(STOCK, orders('', 'Something else'));
    const expected =
      /^failed \| .*Client\/orders.*consent required is true instead of false \| .*"house rules" \(consent-required\)/s;
    expect(await outcomes(changed)).toEqual([expect.stringMatching(expected)]);
    // Not done in the next run either.
    expect(await outcomes(changed)).toEqual([expect.stringMatching(expected)]);
    const another = yaml(changed, clientYaml('another', ''));
    expect((await outcomes(another))[0]).toMatch(/^failed \| .*Client\/another.*consent required is true/s);
    await setPolicy();
    expect((await outcomes(another)).every((outcome) => outcome.startsWith('done'))).toBe(true);
    expect((await bench.plan(another)).changes).toEqual([]);
  });

  it.each([
    ['secure-signature-algorithm', { 'default-algorithm': 'PS256' }],
    ['dpop-bind-enforcer', { 'auto-configure': 'true' }],
    ['holder-of-key-enforcer', { 'auto-configure': 'true' }],
    ['pkce-enforcer', { 'auto-configure': 'true' }],
  ])('leaves alone what a policy sets on its own: %s', async (executor, configuration) => {
    await setPolicy(executor, configuration);
    const manifests = yaml(BASE, clientYaml(`with-${executor}`, 'credential: {rotate: {overlap: 0s}}'));
    const changed = yaml(manifests.replace('The orders service', `Under ${executor}`));
    expect((await outcomes(changed)).every((outcome) => outcome.startsWith('done'))).toBe(true);
    const { desired, ...ports } = await bench.ports(changed);
    const survey = await surveyTarget(desired, ports);
    expect(buildPlan(survey).changes).toEqual([]);
    const isSaid = expect.stringMatching(
      /^The client policy "house rules" of the realm sets .* on orders, with-.*: left as it is\.$/,
    );
    expect(survey.actual.notices ?? []).toEqual(executor === 'pkce-enforcer' ? [] : [isSaid]);
    await setPolicy();
    // Without the policy it is drift, which is put right.
    await outcomes(BASE);
    expect((await bench.plan(BASE)).changes).toEqual([]);
  });

  it('says with every change what a policy asks for and the manifest declares', async () => {
    await setPolicy();
    const bound = yaml(STOCK, orders(', keycloak: {attributes: {dpop.bound.access.tokens: "true"}}'));
    await bench.apply(bound);
    await setPolicy('dpop-bind-enforcer', { 'auto-configure': 'false' });
    expect(await outcomes(bound.replace('The orders service', 'Bound'))).toEqual([expect.stringMatching(/^done/)]);
    await setPolicy();
  });
});

describe('values that grantry did not write', () => {
  const CANARY = 'CANARY-MIIEvQIBADANBgkqhkiG9w0';
  let bench: Workbench;
  beforeAll(async () => {
    bench = await Workbench.open();
  });
  afterAll(() => bench.close());

  const style = makeStyle({ color: false, unicode: true });
  const setByHand = async (attributes: Record<string, string>): Promise<void> => {
    const [client] = await bench.realm.admin.clients.find({ clientId: 'orders' });
    await bench.realm.admin.clients.update({ id: client?.id ?? '' }, { attributes });
  };
  /** All that a plan says, to people and to programs, and the plan as it is saved. */
  async function plan(manifests: string): Promise<{ output: string; saved: SavedPlan }> {
    const { desired, ...ports } = await bench.ports(manifests);
    const survey = await surveyTarget(desired, ports);
    const made = buildPlan(survey);
    const saved = savePlan(made, survey, {
      tool: '0.0.0',
      createdAt: '2026-01-01T00:00:00.000Z',
      lastApply: null,
    });
    const formats = (['text', 'markdown', 'json'] as const).map((format) => renderPlan(made, { format, style }));
    return { output: [...formats, JSON.stringify(saved), JSON.stringify(survey)].join('\n'), saved };
  }

  it('are in no output and no saved plan, whatever is declared and whatever a mark says', async () => {
    await bench.apply(BASE);
    const names = ['webhook.url', 'saml.signing.private.key', 'jwt.credential.certificate', 'jwks.string'];
    await setByHand({
      ...Object.fromEntries(names.map((name) => [name, CANARY])),
      'grantry.declared': JSON.stringify({ attributes: names, roles: { realm: [], clients: {} } }),
    });
    const declared = yaml(STOCK, orders(', keycloak: {attributes: {webhook.url: x}}'));
    const { output, saved } = await plan(declared);
    expect(output).not.toContain('CANARY');
    expect(output).toContain('attribute webhook.url');
    // What is not shown is watched all the same.
    await setByHand({ 'webhook.url': `${CANARY}-2` });
    expect((await plan(declared)).saved.changes[0]?.fingerprint).not.toBe(saved.changes[0]?.fingerprint);
    await bench.apply(declared);
    // Now it is grantry's.
    const changed = await plan(declared.replace('webhook.url: x', 'webhook.url: y'));
    expect(changed.output).toMatch(/attribute webhook\.url +"x" → "y"/);
    await setByHand({ 'webhook.url': CANARY });
    expect((await plan(declared)).output).not.toContain('CANARY');
  });
});
